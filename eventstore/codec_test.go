package eventstore_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// The golden files are events as they lie in logs out there, one for each type and version. No test writes them and no
// flag does: a file that no longer decodes or comes back different means that Fleetbeat can no longer read what it wrote.
// Then the code is wrong, never the file. A new payload gets a new version and a new file beside the old one.
const goldenFolder = "testdata/events"

// compact returns a golden file as an event's data: without the space that makes it readable.
func compact(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(goldenFolder, name+".json"))
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, raw))
	return b.Bytes()
}

func recorded(eventType string, data []byte) eventstore.Recorded {
	return eventstore.Recorded{Event: eventstore.Event{Type: eventType, Data: data}, Stream: "s", Revision: 7}
}

func TestGoldenEvents(t *testing.T) {
	t.Parallel()
	for name, want := range golden() {
		eventType := strings.Join(strings.SplitN(name, ".", 4)[:3], ".")
		t.Run(name+" decodes into what it means", func(t *testing.T) {
			t.Parallel()
			got, err := eventstore.Decode(recorded(eventType, compact(t, name)))
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
		t.Run(name+" is encoded as it lies in the log", func(t *testing.T) {
			t.Parallel()
			id := uuid.New()
			e, err := eventstore.Encode(id, want, eventstore.Metadata{})
			require.NoError(t, err)
			assert.Equal(t, eventType, e.Type)
			assert.Equal(t, id, e.ID)
			if name == domain.TypeHeartbeatsRecorded {
				assert.Len(t, e.Data, len(compact(t, name)))
				assert.JSONEq(t, string(compact(t, name)), string(e.Data), "but for the order of readings")
				return
			}
			assert.Equal(t, string(compact(t, name)), string(e.Data))
		})
		t.Run(name+" decodes with fields of a newer version, which are ignored", func(t *testing.T) {
			t.Parallel()
			data := append([]byte(`{"addedLater":{"at":[1,null,"x"]},`), compact(t, name)[1:]...)
			got, err := eventstore.Decode(recorded(eventType, data))
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
		t.Run(name+" cut short anywhere is corrupt, never half an event", func(t *testing.T) {
			t.Parallel()
			data := compact(t, name)
			for i := range data {
				got, err := eventstore.Decode(recorded(eventType, data[:i]))
				require.ErrorIs(t, err, eventstore.ErrCorrupt, string(data[:i]))
				require.Nil(t, got)
			}
		})
	}
}

func TestGoldenEventsAreComplete(t *testing.T) {
	t.Parallel()
	events := golden()

	t.Run("every type of event has a golden file with all its fields", func(t *testing.T) {
		t.Parallel()
		source, err := os.ReadFile("../domain/events.go")
		require.NoError(t, err)
		constants := regexp.MustCompile(`(?m)^\tType\w+ += "([^"]+)"$`).FindAllSubmatch(source, -1)
		require.NotEmpty(t, constants)
		for _, c := range constants {
			e, ok := events[string(c[1])]
			require.True(t, ok, "%s has no golden file", c[1])
			if grown, is := events[string(c[1])+".resigns"]; is { // a field came later: the file from before it stays
				e = grown
			}
			requireSet(t, string(c[1]), reflect.ValueOf(e))
		}
	})
	t.Run("every file is tested, and every test has its file", func(t *testing.T) {
		t.Parallel()
		files, err := os.ReadDir(goldenFolder)
		require.NoError(t, err)
		var names []string
		for _, f := range files {
			names = append(names, strings.TrimSuffix(f.Name(), ".json"))
		}
		assert.ElementsMatch(t, slices.Collect(maps.Keys(events)), names)
	})
}

// requireSet asserts that no field of v is left out; of a list its first element stands for all.
func requireSet(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	require.False(t, v.IsZero(), "the golden file does not set %s", path)
	switch v.Kind() {
	case reflect.Pointer:
		if v.Elem().Kind() == reflect.Struct {
			requireSet(t, path, v.Elem())
		}
	case reflect.Slice:
		requireSet(t, path, v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			requireSet(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	t.Run("a type that this version does not know, by name", func(t *testing.T) {
		t.Parallel()
		for _, unknown := range []string{"", "vehicle.connected.v2", "vehicle.painted.v1"} {
			e, err := eventstore.Decode(recorded(unknown, []byte(`{}`)))
			require.ErrorIs(t, err, eventstore.ErrUnknownType)
			require.NotErrorIs(t, err, eventstore.ErrCorrupt)
			require.ErrorContains(t, err, `event 7 of "s": "`+unknown+`"`)
			assert.Nil(t, e)
		}
	})
	for promise, data := range map[string]string{
		"nothing":                      ``,
		"what is no JSON":              `{`,
		"what is no object":            `[]`,
		"two objects":                  `{"at":"2026-01-31T12:00:00.000Z"}{}`,
		"a name given twice":           `{"at":"2026-01-31T12:00:00.000Z","at":"2026-01-31T12:00:00.000Z"}`,
		"a field of another kind":      `{"at":1}`,
		"a time that is none":          `{"at":"yesterday"}`,
		"a time beyond the year 9999":  `{"at":"10000-01-01T00:00:00.000Z"}`,
		"a string that is not UTF-8":   "{\"at\":\"2026-01-31T12:00:00.000Z\",\"why\":\"\xff\"}",
		"bytes that were never JSON":   "\x00\x01\x02",
		"an object with garbage after": `{"at":"2026-01-31T12:00:00.000Z"}x`,
	} {
		t.Run(promise+", as corrupt, saying where", func(t *testing.T) {
			t.Parallel()
			e, err := eventstore.Decode(recorded(domain.TypeIngestOpened, []byte(data)))
			require.ErrorIs(t, err, eventstore.ErrCorrupt)
			require.NotErrorIs(t, err, eventstore.ErrUnknownType)
			require.ErrorContains(t, err, `event 7 of "s": decode ingest.opened.v1`)
			assert.Nil(t, e)
		})
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		promise  string
		metadata eventstore.Metadata
		want     string
	}{
		{"writes no metadata where there is none", eventstore.Metadata{}, `{}`},
		{"writes who did it and what led to it", eventstore.Metadata{CorrelationID: "r-1", By: "liveness"}, `{"correlationId":"r-1","by":"liveness"}`},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			e, err := eventstore.Encode(uuid.New(), domain.IngestClosed{At: 1}, c.metadata)
			require.NoError(t, err)
			assert.Equal(t, c.want, string(e.Metadata))
		})
	}
	t.Run("encodes a value as it does a pointer to it", func(t *testing.T) {
		t.Parallel()
		value, err1 := eventstore.Encode(uuid.New(), domain.IngestClosed{At: 1}, eventstore.Metadata{})
		pointer, err2 := eventstore.Encode(uuid.New(), &domain.IngestClosed{At: 1}, eventstore.Metadata{})
		require.NoError(t, err1)
		require.NoError(t, err2)
		assert.Equal(t, value.Data, pointer.Data)
		assert.Equal(t, value.Type, pointer.Type)
	})
	t.Run("refuses what could not be read again, naming the event", func(t *testing.T) {
		t.Parallel()
		for _, e := range []domain.Event{
			domain.VehicleChanged{VIN: coach, RegistrationNumber: "\xff"},
			domain.HeartbeatsRecorded{Heartbeats: []domain.Heartbeat{{Location: &domain.Location{Lat: math.NaN()}}}},
		} {
			got, err := eventstore.Encode(uuid.New(), e, eventstore.Metadata{})
			require.ErrorContains(t, err, "encode "+e.EventType())
			assert.Empty(t, got)
		}
		_, err := eventstore.Encode(uuid.New(), domain.IngestClosed{At: 1}, eventstore.Metadata{By: "\xff"})
		require.ErrorContains(t, err, "encode metadata of ingest.closed.v1")
	})
}
