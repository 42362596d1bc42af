package elasticsearch

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"fleetbeat/projections"
)

// got is a document as the server gives it, found or not.
type got[T any] struct {
	Index       string `json:"_index"`
	ID          string `json:"_id"`
	SeqNo       int    `json:"_seq_no"`
	PrimaryTerm int    `json:"_primary_term"`
	Found       bool   `json:"found"`
	Source      struct {
		Row T `json:"row"`
	} `json:"_source"`
}

// get reads a document as it was written last, findable or not. One that is not there is not found; nor is its index.
func get[T any](ctx context.Context, v *Views, index, id string) (got[T], error) {
	var found got[T]
	err := v.do(ctx, esapi.GetRequest{Index: index, DocumentID: id}, &found)
	var r *refusal
	if errors.As(err, &r) && r.Status == http.StatusNotFound {
		if r.Type == typeNoIndex {
			return found, err
		}
		return found, nil
	}
	return found, err
}

// put writes a document in place of the one that was got, which nobody may have changed since.
func put[T any](ctx context.Context, v *Views, index string, over got[T], id string, row any) error {
	content, err := body(object{"row": row})
	if err != nil {
		return err
	}
	req := esapi.IndexRequest{Index: index, DocumentID: id, Body: content, RequireAlias: yes(), Timeout: shardPatience}
	if over.Found {
		req.IfSeqNo, req.IfPrimaryTerm = &over.SeqNo, &over.PrimaryTerm
	} else {
		req.OpType = "create"
	}
	return v.do(ctx, req, nil)
}

// withControl runs f, and makes the control index where it is not there.
func (v *Views) withControl(ctx context.Context, f func() error) error {
	err := f()
	if !is(err, typeNoIndex) {
		return err
	}
	content, err := body(object{
		"settings": v.options.copies(),
		"aliases":  object{v.control(): object{}},
		"mappings": object{"dynamic": "strict", "properties": object{"row": object{"type": "object", "enabled": false}}},
	})
	if err != nil {
		return err
	}
	err = v.do(ctx, esapi.IndicesCreateRequest{Index: v.controlIndex(), Body: content}, nil)
	if err != nil && !is(err, typeExists) {
		return fmt.Errorf("create %q: %w", v.controlIndex(), err)
	}
	return f()
}

type numbers struct {
	Last int64 `json:"last"`
}

// nextNumber returns a number that no generation ever had. atLeast guards against a control index that somebody deleted.
func (v *Views) nextNumber(ctx context.Context, atLeast int64) (n int64, err error) {
	for {
		err = v.withControl(ctx, func() error {
			stored, err := get[numbers](ctx, v, v.control(), "generations")
			if err != nil {
				return err
			}
			n = max(stored.Source.Row.Last+1, atLeast)
			return put(ctx, v, v.control(), stored, "generations", numbers{n})
		})
		if !is(err, typeConflict) {
			return n, err
		}
	}
}

// Rebuild returns the request to build a view anew.
func (v *Views) Rebuild(ctx context.Context, name string) (projections.Rebuild, error) {
	stored, err := get[rebuildRow](ctx, v, v.control(), "rebuild-"+name)
	if is(err, typeNoIndex) {
		err = nil
	}
	if err != nil {
		return projections.Rebuild{}, fmt.Errorf("read the rebuild of %q: %w", name, err)
	}
	return stored.Source.Row.public(), nil
}

// SaveRebuild stores the request to build a view anew.
func (v *Views) SaveRebuild(ctx context.Context, r projections.Rebuild) error {
	err := v.withControl(ctx, func() error {
		content, err := body(object{"row": rebuildRowOf(r)})
		if err != nil {
			return err
		}
		return v.do(ctx, esapi.IndexRequest{Index: v.control(), DocumentID: "rebuild-" + r.View, Body: content, RequireAlias: yes()}, nil)
	})
	if err != nil {
		return fmt.Errorf("save the rebuild of %q: %w", r.View, err)
	}
	return nil
}
