package app

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// startForUploads starts an app with one registered vehicle.
func startForUploads(t *testing.T, data string) *App {
	t.Helper()
	a, err := New(t.Context(), Options{
		Listen: "127.0.0.1:0", Data: data, Interval: time.Minute, Grace: 30 * time.Second, HeartbeatsMaxAge: time.Hour,
		Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	a.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), StopTimeout)
		defer cancel()
		assert.NoError(t, a.Stop(ctx))
	})
	require.Eventually(t, func() bool { return len(a.unready(t.Context())) == 0 }, time.Minute, 10*time.Millisecond)
	return a
}

// send sends a request and returns its answer.
func send(t *testing.T, a *App, method, path, media, coding string, body io.Reader) (status int, answer []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+a.Addr()+path, body)
	require.NoError(t, err)
	r.Header.Set("Content-Type", media)
	if coding != "" {
		r.Header.Set("Content-Encoding", coding)
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	answer, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode, answer
}

func TestAnUploadIsInTheLogAndInTheViews(t *testing.T) {
	t.Parallel()
	const lines = 20_000
	a := startForUploads(t, t.TempDir())
	status, answer := send(t, a, http.MethodPost, "/api/v1/vehicles", "application/json", "",
		strings.NewReader(`{"vin":"YS2R4X20005399401","registrationNumber":"ABC123","customer":"Kalles Grustransporter"}`))
	require.Equal(t, http.StatusCreated, status, string(answer))

	var body bytes.Buffer
	z := gzip.NewWriter(&body)
	for i := 1; i <= lines; i++ {
		switch {
		case i%1000 == 0:
			fmt.Fprintln(z, `{"vin":"VLUR4X20009093588"}`) // nobody registered it
		case i%1000 == 500:
			fmt.Fprintln(z, `{"vin":"YS2R4X20005399401","speed":1}`)
		case i%1000 == 2:
			fmt.Fprintf(z, `{"vin":"YS2R4X20005399401","id":"%d"}`+"\n", i-1)
		default:
			fmt.Fprintf(z, `{"vin":"YS2R4X20005399401","id":"%d","location":{"lat":59.3,"lon":18.1}}`+"\n", i)
		}
	}
	require.NoError(t, z.Close())
	status, answer = send(t, a, http.MethodPost, "/heartbeats", "application/x-ndjson", "gzip", &body)
	require.Equal(t, http.StatusOK, status, string(answer))
	var recorded api.HeartbeatsRecorded
	require.NoError(t, json.Unmarshal(answer, &recorded))
	assert.Equal(t, int64(lines-60), recorded.Accepted)
	assert.Equal(t, int64(20), recorded.Duplicates)
	assert.Equal(t, int64(40), recorded.RejectedCount)
	require.Len(t, recorded.Rejected, 40)
	assert.Equal(t, api.RejectedLine{Line: 500, Reason: "speed: there is no such field"}, recorded.Rejected[0])
	assert.Equal(t, int64(1000), recorded.Rejected[1].Line)
	assert.Contains(t, recorded.Rejected[1].Reason, "VLUR4X20009093588")
	assert.Empty(t, recorded.Broken)

	assert.Equal(t, lines-40, heartbeatsInLog(t, a), "each line is in the log once")
	status, answer = send(t, a, http.MethodGet, "/api/v1/vehicles/YS2R4X20005399401?after="+recorded.Position, "", "", nil)
	require.Equal(t, http.StatusOK, status, string(answer))
	assert.Contains(t, string(answer), `"location":{"lat":59.3,"lon":18.1`)
}

// heartbeatsInLog counts the heartbeats in the log.
func heartbeatsInLog(t *testing.T, a *App) (n int) {
	t.Helper()
	for r, err := range a.store.ReadStream(t.Context(), domain.IngestStream(localNode), 0, eventstore.Forwards) {
		require.NoError(t, err)
		event, err := eventstore.Decode(r)
		require.NoError(t, err)
		if e, ok := event.(*domain.HeartbeatsRecorded); ok {
			n += len(e.Heartbeats)
		}
	}
	return n
}
