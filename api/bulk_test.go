package api_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"fleetbeat/api"
	"fleetbeat/domain"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBulkAnswersForEveryLine(t *testing.T) {
	t.Parallel()
	good, unknown := beat("a"), `{"vin":"ZS2R4X20005399401"}`
	long := func(n int) string { return beat("b") + strings.Repeat(" ", n-len(beat("b"))) }
	tests := []struct {
		name, body           string
		accepted, duplicates int64
		rejected             []int64
	}{
		{"an empty body has none", "", 0, 0, nil},
		{"one line", good + "\n", 1, 0, nil},
		{"the last line needs no newline", beat(1) + "\n" + beat(2), 2, 0, nil},
		{"lines may end with CRLF", beat(1) + "\r\n" + beat(2) + "\r\n", 2, 0, nil},
		{"empty lines are counted and skipped", "\n\r\n  \t\n" + good + "\n\n" + unknown + "\n\n", 1, 0, []int64{6}},
		{"nothing but empty lines", "\n\n\r\n\n", 0, 0, nil},
		{"a byte-order mark in front is ignored", "\ufeff" + good + "\n", 1, 0, nil},
		{"a byte-order mark alone is an empty line", "\ufeff", 0, 0, nil},
		{"a byte-order mark elsewhere is no JSON", beat(1) + "\n\ufeff" + beat(2) + "\n", 1, 0, []int64{2}},
		{"an id that comes again is a duplicate", good + "\n" + good + "\n" + good, 1, 2, nil},
		{"a VIN may be in lower case", strings.ToLower(`{"VIN":"YS2R4X20005399401"}`), 1, 0, nil},
		{"64 KiB are a line", long(64<<10) + "\r\n" + beat(1) + "\n", 2, 0, nil},
		{"64 KiB after a byte-order mark too", "\ufeff" + long(64<<10) + "\r\n" + beat(1) + "\n", 2, 0, nil},
		{"more are rejected, and no other line", good + "\n" + long(64<<10+1) + "\n" + beat(1), 2, 0, []int64{2}},
		{"far more too", good + "\n" + strings.Repeat("x", 1<<20) + "\n" + beat(1), 2, 0, []int64{2}},
		{"even at the end", good + "\n" + strings.Repeat("x", 300<<10), 1, 0, []int64{2}},
		{"wrong lines hinder no other", unknown + "\nx\n" + good + "\n{}\n" + beat(1) + "\n[]", 2, 0, []int64{1, 2, 4, 6}},
	}
	for _, test := range tests {
		for _, coding := range codings() {
			t.Run(test.name+" "+coding, func(t *testing.T) {
				t.Parallel()
				for name, cut := range map[string]func(io.Reader) io.Reader{
					"whole": func(r io.Reader) io.Reader { return r }, "halves": iotest.HalfReader, "bytes": iotest.OneByteReader, "data with the end": iotest.DataErrReader,
				} {
					answer := upload(t, &many{}, cut(bytes.NewReader(encoded(t, coding, test.body))), coding)
					assert.Equal(t, test.accepted, answer.Accepted, name)
					assert.Equal(t, test.duplicates, answer.Duplicates, name)
					assert.Equal(t, int64(len(test.rejected)), answer.RejectedCount, name)
					assert.Equal(t, append([]int64{}, test.rejected...), rejectedLines(answer), name)
					assert.Equal(t, test.accepted > 0, answer.Position != "", name)
					assert.Empty(t, answer.Broken, name)
				}
			})
		}
	}
}

func TestBulkSaysWhatIsWrongWithALine(t *testing.T) {
	t.Parallel()
	const vin = `"vin":"YS2R4X20005399401"`
	tests := []struct{ name, line, reason string }{
		{"not JSON", `id=7`, "the line is not valid JSON at byte 1"},
		{"half of it", `{` + vin, "the line ends in the middle of its JSON"},
		{"two objects", `{` + vin + `} {` + vin + `}`, "the line is not valid JSON at byte 29"},
		{"not an object", `[]`, "line: must be an object"},
		{"no VIN", `{"id":"7"}`, "vin: is missing"},
		{"null for a VIN", `{"vin":null}`, "vin: is missing"},
		{"a number for a VIN", `{"vin":7}`, "vin: must be text"},
		{"a VIN too short", `{"vin":"YS2"}`, "vin: a VIN has 17 characters, this one has 3"},
		{"a vehicle nobody knows", `{"vin":"ZS2R4X20005399401"}`, `there is no vehicle "ZS2R4X20005399401"`},
		{"a name given twice", `{` + vin + `,` + vin + `}`, "vin: is given twice"},
		{"a name given twice inside", `{` + vin + `,"readings":{"speed":1,"speed":2}}`, "readings.speed: is given twice"},
		{"an unknown field", `{` + vin + `,"colour":"red"}`, "colour: there is no such field"},
		{"a field in other case", `{"VIN":"YS2R4X20005399401"}`, "VIN: there is no such field"},
		{"not UTF-8", `{` + vin + ",\"id\":\"\xff\"}", "the line is not valid JSON at byte 34"},
		{"a time that is none", `{` + vin + `,"sentAt":"now"}`, "sentAt: must be a time like 2026-01-31T12:00:00.000Z"},
		{"a location without longitude", `{` + vin + `,"location":{"lat":1}}`, "location.lon: is missing"},
		{"a latitude out of range", `{` + vin + `,"location":{"lat":91,"lon":1}}`, "location.lat: must be from -90 to 90 degrees"},
		{"a reading of null", `{` + vin + `,"readings":{"fuel":3,"speed":null}}`, "readings.speed: must be a number"},
		{"a reading as text", `{` + vin + `,"readings":{"speed":"fast"}}`, "readings.speed: must be a number"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := &many{}
			answer := upload(t, m, strings.NewReader(beat(1)+"\n"+test.line+"\n"+beat(2)), "")
			assert.Equal(t, []api.RejectedLine{{Line: 2, Reason: test.reason}}, answer.Rejected)
			assert.Equal(t, []string{"1", "2"}, m.ids())
		})
	}
}

func TestBulkSaysSoMuchOfWrongLines(t *testing.T) {
	t.Parallel()
	t.Run("of too many readings, how many", func(t *testing.T) {
		t.Parallel()
		var readings []string
		for i := range 65 {
			readings = append(readings, fmt.Sprintf(`"r%d":1`, i))
		}
		answer := upload(t, &many{}, strings.NewReader(`{"vin":"YS2R4X20005399401","readings":{`+strings.Join(readings, ",")+`}}`), "")
		assert.Equal(t, []api.RejectedLine{{Line: 1, Reason: "readings: has 65 readings, at most 64 are allowed"}}, answer.Rejected)
	})
	t.Run("in so many words and no more", func(t *testing.T) {
		t.Parallel()
		answer := upload(t, &many{}, strings.NewReader(`{"`+strings.Repeat("ö", 20_000)+`":1}`), "")
		require.Len(t, answer.Rejected, 1)
		assert.Less(t, len(answer.Rejected[0].Reason), 310)
		assert.True(t, strings.HasSuffix(answer.Rejected[0].Reason, "ö…"), "cut between characters")
	})
	t.Run("of the first hundred, whoever found it", func(t *testing.T) {
		t.Parallel()
		var body strings.Builder
		want := []int64{}
		for i := int64(1); i <= 5000; i++ {
			switch i % 10 {
			case 3:
				body.WriteString("wrong\n") // found when it is read
			case 7:
				body.WriteString(`{"vin":"ZS2R4X20005399401"}` + "\n") // found when it is recorded
			default:
				body.WriteString(beat(i) + "\n")
				continue
			}
			if len(want) < 100 {
				want = append(want, i)
			}
		}
		answer := upload(t, &many{}, strings.NewReader(body.String()), "")
		assert.Equal(t, int64(1000), answer.RejectedCount)
		assert.Equal(t, int64(4000), answer.Accepted)
		assert.Equal(t, want, rejectedLines(answer))
	})
}

func TestBulkAnswersInTheDocumentedShape(t *testing.T) {
	t.Parallel()
	m := &many{before: func(call int) error { return nil }}
	d := uploading(m)
	requireJSON(t, do(t, d, http.MethodPost, "/heartbeats", "", "Content-Type", "application/x-ndjson"), http.StatusOK,
		`{"accepted":0,"duplicates":0,"rejectedCount":0,"rejected":[]}`)
	requireJSON(t, do(t, d, http.MethodPost, "/heartbeats", "x\n"+beat(1), "Content-Type", "application/stream+json; charset=UTF-8"), http.StatusOK,
		`{"accepted":1,"duplicates":0,"rejectedCount":1,"rejected":[{"line":1,"reason":"the line is not valid JSON at byte 1"}],"position":"0f8fad5b.1"}`)
	requireProblem(t, do(t, d, http.MethodGet, "/heartbeats", ""), http.StatusMethodNotAllowed)
}

func TestBulkHandsOverAllThatALineSays(t *testing.T) {
	t.Parallel()
	m := &many{}
	lines := []string{
		`{"vin":"YS2R4X20005399401","id":"1","sentAt":"2026-06-01T14:00:00.5+02:00","location":{"lat":59.3,"lon":18.1},"readings":{"speed":61.5,"fuel":3}}`,
		`{"vin":"YS2R4X20005399401","id":"2"}`, `{"readings":{"speed":1},"vin":"YS2R4X20005399401","location":null}`, `{"vin":"YS2R4X20005399401","readings":{}}`,
	}
	want := []domain.Heartbeat{
		{VIN: abc, ID: "1", SentAt: noon() + 500, Location: &domain.Location{Lat: 59.3, Lon: 18.1}, Readings: domain.Readings{"speed": 61.5, "fuel": 3}},
		{VIN: abc, ID: "2"}, {VIN: abc, Readings: domain.Readings{"speed": 1}}, {VIN: abc},
	}
	const times = 2500 // so that chunks and their readings are used again
	upload(t, m, strings.NewReader(strings.Repeat(strings.Join(lines, "\n")+"\n", times)), "")
	require.Len(t, m.stored, times*len(want))
	for i, h := range m.stored {
		require.Equal(t, want[i%len(want)], h, "line %d", i+1)
	}
}

func TestBulkTakesNDJSONAlone(t *testing.T) {
	t.Parallel()
	status := func(header ...string) int {
		w := do(t, uploading(&many{}), http.MethodPost, "/heartbeats", "", header...)
		if w.Code != http.StatusOK {
			requireProblem(t, w, w.Code)
		}
		return w.Code
	}
	for _, media := range []string{"application/x-ndjson", "application/stream+json", "Application/X-NDJSON; charset=utf-8", "application/x-ndjson;charset=UTF-8"} {
		assert.Equal(t, http.StatusOK, status("Content-Type", media), media)
	}
	assert.Equal(t, http.StatusOK, status(), "nothing else could be meant")
	for _, media := range []string{
		"", "application/json", "text/plain", "application/x-www-form-urlencoded", "application/x-ndjson; charset=latin1", "application/x-ndjson, text/plain", ";", "\xff",
	} {
		assert.Equal(t, http.StatusUnsupportedMediaType, status("Content-Type", media), media)
	}
	for _, coding := range []string{"", "identity", "gzip", "x-gzip", "GZIP", "zstd"} {
		assert.Equal(t, http.StatusOK, status("Content-Encoding", coding), coding)
	}
	for _, coding := range []string{"br", "deflate", "gzip, gzip", "gzip,identity", "*"} {
		assert.Equal(t, http.StatusUnsupportedMediaType, status("Content-Encoding", coding), coding)
	}
}
