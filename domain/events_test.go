package domain_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// sources parses the package's own files, without tests: what is written there cannot be forgotten in a list here.
func sources(t *testing.T) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
	}
	require.NotEmpty(t, files)
	return files
}

// typeConstants returns the value of every constant Type… of the package by its name.
func typeConstants(t *testing.T) map[string]string {
	t.Helper()
	constants := map[string]string{}
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			for i, name := range spec.Names {
				if !strings.HasPrefix(name.Name, "Type") || i >= len(spec.Values) {
					continue
				}
				literal, ok := spec.Values[i].(*ast.BasicLit)
				if !assert.True(t, ok, "%s is not a literal", name.Name) {
					continue
				}
				value, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				constants[name.Name] = value
			}
			return true
		})
	}
	return constants
}

// eventStructs returns the names of the structs that have a method EventType.
func eventStructs(t *testing.T) (names []string) {
	t.Helper()
	for _, file := range sources(t) {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "EventType" {
				receiver, ok := f.Recv.List[0].Type.(*ast.Ident)
				require.True(t, ok, "an event is a value: %v", f.Recv.List[0].Type)
				names = append(names, receiver.Name)
			}
		}
	}
	return names
}

func TestEventTypes(t *testing.T) {
	t.Parallel()
	// As the design lists them. A line is added for a new type or version; no line is ever changed or removed.
	want := []string{
		"log.created.v1", "settings.changed.v1", "key.created.v1", "key.revoked.v1", "customer.registered.v1", "customer.changed.v1",
		"vehicle.registered.v1", "vehicle.changed.v1", "vehicle.transferred.v1", "vehicle.decommissioned.v1",
		"import.rows.v1", "import.accepted.v1", "import.completed.v1",
		"ingest.opened.v1", "heartbeats.recorded.v1", "ingest.closed.v1",
		"vehicle.connected.v1", "vehicle.disconnected.v1", "observation.interrupted.v1", "fleet.evaluated.v1",
	}
	constants := typeConstants(t)

	t.Run("are the literals of the design and no others", func(t *testing.T) {
		t.Parallel()
		var got []string
		for _, value := range constants {
			got = append(got, value)
		}
		assert.ElementsMatch(t, want, got)
	})
	t.Run("have a version and stay within what a store takes", func(t *testing.T) {
		t.Parallel()
		form := regexp.MustCompile(`^[a-z]+\.[a-z]+\.v[1-9][0-9]*$`)
		for name, value := range constants {
			assert.Regexp(t, form, value, name)
		}
	})
	t.Run("each make their own struct, which answers with its type", func(t *testing.T) {
		t.Parallel()
		var made []string
		for name, value := range constants {
			e := domain.NewEvent(value)
			if !assert.NotNil(t, e, "NewEvent does not know %s", name) {
				continue
			}
			assert.Equal(t, value, e.EventType())
			require.Equal(t, reflect.Pointer, reflect.TypeOf(e).Kind(), "a codec could not fill %s", name)
			made = append(made, reflect.TypeOf(e).Elem().Name())
			assert.True(t, reflect.ValueOf(e).Elem().IsZero(), "%s is not empty", name)
			assert.NotSame(t, e, domain.NewEvent(value))
		}
		assert.ElementsMatch(t, eventStructs(t), made)
	})
	t.Run("that are unknown make nothing", func(t *testing.T) {
		t.Parallel()
		for _, unknown := range []string{"", "vehicle.connected", "vehicle.connected.v2", "Vehicle.connected.v1", "VehicleConnected", "vehicle.connected.v1 "} {
			assert.Nil(t, domain.NewEvent(unknown), unknown)
		}
	})
}

func TestEventFields(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)
	for _, eventType := range typeConstants(t) {
		t.Run(eventType+" names every field for JSON, as the API does", func(t *testing.T) {
			t.Parallel()
			names := map[string]bool{}
			var walk func(reflect.Type)
			walk = func(s reflect.Type) {
				for i := range s.NumField() {
					field := s.Field(i)
					if field.Anonymous {
						walk(field.Type)
						continue
					}
					name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
					assert.Regexp(t, form, name, field.Name)
					assert.False(t, names[name], "%s is there twice", name)
					names[name] = true
				}
			}
			walk(reflect.TypeOf(domain.NewEvent(eventType)).Elem())
		})
	}
}
