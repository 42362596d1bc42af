package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"fleetbeat/domain"
)

// decode reads a JSON object strictly: an unknown field, a field given twice, a wrong type and invalid UTF-8 are errors
// for the caller that name the field. A misspelt field that is ignored would look as if it had been obeyed.
func decode(data []byte, into any) error { return decodeOf("body", data, into) }

// decodeOf is decode for JSON that is not a whole body: errors say what it is.
func decodeOf(what string, data []byte, into any) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return malformed("the "+what+" is empty; a JSON object is expected", io.ErrUnexpectedEOF)
	}
	if err := unmarshal(data, into); err != nil {
		return inPlainWords(what, err)
	}
	return nil
}

// unmarshal asks for numbers only where the text could hold a null: the library looks up who reads each value then, a
// quarter of the time of a heartbeat.
func unmarshal(data []byte, into any) error {
	if bytes.Contains(data, []byte("null")) {
		return json.Unmarshal(data, into, json.RejectUnknownMembers(true), json.WithUnmarshalers(numbers()))
	}
	return json.Unmarshal(data, into, json.RejectUnknownMembers(true))
}

// numbers refuses null where there must be a number: the library would make 0 of it, a reading that no device took.
// Where a number is optional its field is a pointer, and null never comes here.
var numbers = sync.OnceValue(func() *json.Unmarshalers {
	return json.UnmarshalFromFunc(func(from *jsontext.Decoder, _ *float64) error {
		if from.PeekKind() == 'n' {
			return errNull
		}
		return errors.ErrUnsupported // the library's own way
	})
})

var errNull = errors.New("null is no number")

// inPlainWords turns what the JSON library says into an error for the caller; the library's own text is kept as its cause.
func inPlainWords(what string, err error) error {
	var syntactic *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &syntactic) && errors.Is(syntactic.Err, jsontext.ErrDuplicateName):
		return wrongField(location(what, syntactic.JSONPointer), "is given twice", err)
	case errors.As(err, &syntactic) && errors.Is(syntactic.Err, io.ErrUnexpectedEOF):
		return malformed("the "+what+" ends in the middle of its JSON", err)
	case errors.As(err, &syntactic):
		return malformed(fmt.Sprintf("the %s is not valid JSON at byte %d", what, syntactic.ByteOffset+1), err)
	case errors.As(err, &semantic) && errors.Is(semantic.Err, json.ErrUnknownName):
		return wrongField(location(what, semantic.JSONPointer), "there is no such field", err)
	case errors.As(err, &semantic):
		return wrongField(location(what, semantic.JSONPointer), "must be "+wanted(semantic), err)
	}
	return malformed("the "+what+" cannot be read", err)
}

func malformed(message string, cause error) error {
	return &domain.Error{Kind: domain.Malformed, Message: message, Cause: cause}
}

func wrongField(field, message string, cause error) error {
	return &domain.Error{Kind: domain.Invalid, Message: message, Cause: cause,
		Fields: []domain.Problem{{Field: field, Message: message}}}
}

// location writes a JSON pointer as this API names fields: location.lat. The whole is what it is called: body.
func location(whole string, pointer jsontext.Pointer) string {
	var names []string
	for name := range pointer.Tokens() {
		names = append(names, name)
	}
	if len(names) == 0 {
		return whole
	}
	return strings.Join(names, ".")
}

// wanted says what would have been right in place of a value of a wrong type.
func wanted(err *json.SemanticError) string {
	t := err.GoType
	if t == nil {
		return "something else"
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[domain.Instant]() {
		return "a time like 2026-01-31T12:00:00.000Z"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	}
	return "an object"
}
