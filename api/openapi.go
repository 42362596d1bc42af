package api

import (
	"bytes"
	stdjson "encoding/json"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"fleetbeat/domain"
)

// Document returns the OpenAPI 3.1 document of the API, with a newline at its end.
func Document() []byte {
	s, _ := New(Deps{}, Options{}).(*server)
	return s.document()
}

// documentVersion is that of the API, not of the binary: the part of the paths that would change with it.
const documentVersion = "1"

// newHuma returns huma on the mux, with nothing of its own to serve: its pages load scripts from elsewhere, its document
// is written at the first request, and its $schema links are absolute.
func newHuma(mux humago.Mux) huma.API {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[domain.Instant](), reflect.TypeFor[time.Time]())
	registry.RegisterTypeAlias(reflect.TypeFor[domain.VIN](), reflect.TypeFor[vinSchema]())
	format := huma.Format{Marshal: marshal, Unmarshal: func(data []byte, v any) error { return json.Unmarshal(data, v) }}
	return humago.New(mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:   "Fleetbeat",
				Version: documentVersion,
				Description: "Which vehicles are in contact, which have gone silent, and why. Times are RFC 3339 in UTC with milliseconds. " +
					"What is not known is absent, never null. Errors are problem documents (RFC 9457). Every read takes " +
					"?after=<position> and then waits, at most 2 s, until the answer reflects what a write answered with that position.",
			},
			Components: &huma.Components{Schemas: registry, SecuritySchemes: securitySchemes()},
			// Relative to where this document is, so that it holds behind any prefix.
			Servers: []*huma.Server{{URL: "."}},
			Tags: []*huma.Tag{
				{Name: tagHeartbeats, Description: "What vehicles send"},
				{Name: tagVehicles, Description: "The registry of vehicles, their statuses and their past"},
				{Name: tagCustomers, Description: "Who owns vehicles"},
				{Name: tagFleet, Description: "The fleet as a whole"},
				{Name: tagAccess, Description: "API keys, and sessions for browsers"},
				{Name: tagClassic, Description: "The original demo's operations"},
				{Name: tagService, Description: "The service itself"},
			},
		},
		Formats:       map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat: "application/json",
	})
}

// The groups of operations in the document.
const (
	tagHeartbeats = "heartbeats"
	tagVehicles   = "vehicles"
	tagCustomers  = "customers"
	tagFleet      = "fleet"
	tagAccess     = "access"
	tagClassic    = "classic"
	tagService    = "service"
)

// securitySchemes documents the ways to say who one is.
func securitySchemes() map[string]*huma.SecurityScheme {
	return map[string]*huma.SecurityScheme{
		schemeBearer: {Type: "http", Scheme: "bearer", Description: "An API key. Not needed as long as none was made"},
		schemeBasic:  {Type: "http", Scheme: "basic", Description: "An API key as the user name, any password: for devices"},
		schemeSession: {Type: "apiKey", In: "cookie", Name: sessionCookie,
			Description: "A session that an API key began: for browsers"},
	}
}

// vinSchema documents a VIN.
type vinSchema string

// Schema returns the schema of a VIN.
func (vinSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: "^[A-HJ-NPR-Z0-9]{17}$", Examples: []any{"YS2R4X20005399401"}}
}

// marshal writes an answer. Lists are [] and never null, keys of maps are in order.
func marshal(w io.Writer, v any) error {
	return json.MarshalWrite(w, v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
}

// describe returns an operation as huma wants it.
func (s *server) describe(op operation) huma.Operation {
	status := op.status
	if status == 0 {
		status = http.StatusOK
	}
	problems := append([]int{http.StatusBadRequest, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusInternalServerError,
		http.StatusServiceUnavailable}, op.problems...)
	if op.body != nil {
		problems = append(problems, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	access := s.accessOf(op.id)
	if !access.open {
		problems = append(problems, http.StatusUnauthorized, http.StatusTooManyRequests)
	}
	return huma.Operation{
		Security:    access.security(),
		OperationID: op.id, Method: op.method, Path: op.path, Summary: op.summary, Description: op.doc, Tags: []string{op.tag},
		DefaultStatus: status, Parameters: op.params, SkipValidateParams: true, SkipValidateBody: true,
		Responses: s.problemResponses(problems),
	}
}

// problemResponses documents the errors that an operation may answer.
func (s *server) problemResponses(statuses []int) map[string]*huma.Response {
	schema := s.schemaOf(Problem{})
	responses := map[string]*huma.Response{}
	for _, status := range statuses {
		responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{problemType: {Schema: schema}},
		}
	}
	return responses
}

// schemaOf returns a reference to the schema of a value's type.
func (s *server) schemaOf(value any) *huma.Schema {
	return s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(value), true, "")
}

// addBody documents the body of an operation after huma has registered it: huma would otherwise read and check the body
// itself, in words of its own.
func (s *server) addBody(op operation) {
	if op.body == nil {
		return
	}
	document := s.huma.OpenAPI()
	for _, o := range operationsOf(document.Paths[op.path]) {
		if o.OperationID == op.id {
			content := map[string]*huma.MediaType{"application/json": {Schema: s.schemaOf(op.body)}}
			o.RequestBody = &huma.RequestBody{Required: op.tag != tagHeartbeats, Content: content}
		}
	}
}

// finishDocument returns the document as it is served and committed.
func finishDocument(document *huma.OpenAPI) []byte {
	schemas := document.Components.Schemas.Map()
	delete(schemas, "ErrorModel") // huma's own errors are never sent
	delete(schemas, "ErrorDetail")
	bodies := bodyNames(document)
	for name, schema := range schemas {
		if slices.Contains(bodies, name) {
			continue
		}
		schema.AdditionalProperties = nil // an answer may grow; a client that refuses what it does not know would break
		for _, property := range schema.Properties {
			property.Nullable = false // what is not known is absent
		}
	}
	for _, item := range document.Paths {
		for _, op := range operationsOf(item) {
			for _, response := range op.Responses {
				for _, media := range response.Content {
					media.Schema.Nullable = false
				}
			}
		}
	}
	raw, err := stdjson.Marshal(document)
	if err != nil {
		panic(err) // of static types: the test of the document would have failed
	}
	var indented bytes.Buffer
	if err := stdjson.Indent(&indented, raw, "", "  "); err != nil {
		panic(err)
	}
	indented.WriteByte('\n')
	return indented.Bytes()
}

// bodyNames returns the names of the schemas of bodies of requests.
func bodyNames(document *huma.OpenAPI) []string {
	var names []string
	for _, item := range document.Paths {
		for _, op := range operationsOf(item) {
			if op.RequestBody == nil {
				continue
			}
			for _, media := range op.RequestBody.Content {
				names = append(names, strings.TrimPrefix(media.Schema.Ref, "#/components/schemas/"))
			}
		}
	}
	return names
}

// operationsOf returns the operations at a path.
func operationsOf(item *huma.PathItem) []*huma.Operation {
	all := []*huma.Operation{item.Get, item.Head, item.Post, item.Patch, item.Delete}
	return slices.DeleteFunc(all, func(op *huma.Operation) bool { return op == nil })
}
