package api_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// benchLines is how many lines a body of the benchmarks has.
const benchLines = 20_000

// Handle answers many heartbeats at no cost but that of an answer: what remains is the API.
func (instant) Handle(_ context.Context, cmd commands.RecordHeartbeats) (commands.RecordResult, error) {
	r := commands.RecordResult{Verdicts: make([]commands.Verdict, len(cmd.Heartbeats))}
	for i := range r.Verdicts {
		r.Verdicts[i].Position = domain.Position{Commit: 123456, Prepare: 123456}
	}
	return r, nil
}

// BenchmarkBulk measures what an upload costs beside recording it, plain and compressed. "decode" is the floor: the same
// lines decoded and nothing else, into one struct that is used again. app has the benchmark of the durable whole.
func BenchmarkBulk(b *testing.B) {
	text := patterned(benchLines)
	lines := bytes.Split(bytes.TrimSpace([]byte(text)), []byte("\n"))
	report := func(b *testing.B) {
		b.ReportMetric(float64(b.N)*benchLines/b.Elapsed().Seconds(), "lines/s")
		b.ReportAllocs()
	}
	b.Run("decode", func(b *testing.B) {
		readings := map[string]float64{}
		for b.Loop() {
			for _, line := range lines {
				clear(readings)
				into := api.HeartbeatLine{NewHeartbeat: api.NewHeartbeat{Readings: readings}}
				require.NoError(b, json.Unmarshal(line, &into, json.RejectUnknownMembers(true)))
			}
		}
		report(b)
	})
	for _, coding := range codings() {
		body := encoded(b, coding, text)
		d := deps()
		d.Commands.RecordMany = instant{}
		handler := api.New(d, api.Options{})
		b.Run("upload/"+coding, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequest(http.MethodPost, "/heartbeats", bytes.NewReader(body))
				r.Header.Set("Content-Encoding", coding)
				handler.ServeHTTP(&discard{header: http.Header{}}, r)
			}
			report(b)
		})
	}
}
