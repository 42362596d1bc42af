package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"fleetbeat/commands"
	"fleetbeat/domain"
)

// optional is a field of a change: absent leaves it as it is, null takes it away, a value sets it.
type optional[T any] struct {
	commands.Change[T]
}

// UnmarshalJSONFrom reads a field that is there.
func (o *optional[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	o.Set, o.Value = true, nil
	return json.UnmarshalDecode(dec, &o.Value)
}

// Schema documents the field as a value or null.
func (optional[T]) Schema(r huma.Registry) *huma.Schema {
	schema := r.Schema(reflect.TypeFor[T](), false, "")
	schema.Nullable = true
	return schema
}

// required documents a field of a change that cannot be taken away, and refuses null.
type required[T any] struct {
	optional[T]
}

// Schema documents the field as a value.
func (required[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), false, "")
}

// value returns what the field is to become, nil where it stays, or the Invalid error of a null.
func (o required[T]) value(field string) (*T, error) {
	if o.Set && o.Value == nil {
		return nil, domain.InvalidField(field, "must not be null; leave it out to keep it as it is")
	}
	return o.Value, nil
}
