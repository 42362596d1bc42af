package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

// many is a fake of the command that records many heartbeats. It checks them as the real one does, knows the vehicles
// whose VIN begins with Y, keeps what it stored, and remembers ids for ever.
type many struct {
	mu       sync.Mutex
	stored   []domain.Heartbeat
	seen     map[string]bool
	calls    []int // how many heartbeats came with each
	position uint64
	// before is asked before anything is stored, with the number of calls so far. It may wait.
	before func(call int) error
	// verdict may say more of a heartbeat.
	verdict func(h domain.Heartbeat, call int) *domain.Error
}

func (m *many) Handle(_ context.Context, cmd commands.RecordHeartbeats) (commands.RecordResult, error) {
	m.mu.Lock()
	m.calls = append(m.calls, len(cmd.Heartbeats))
	call := len(m.calls)
	m.mu.Unlock()
	if m.before != nil {
		if err := m.before(call); err != nil {
			return commands.RecordResult{}, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.position++
	var result commands.RecordResult
	for _, h := range cmd.Heartbeats {
		result.Verdicts = append(result.Verdicts, m.judge(h, call))
	}
	return result, nil
}

func (m *many) judge(h domain.Heartbeat, call int) commands.Verdict {
	vin, err := domain.ParseVIN(string(h.VIN))
	if err == nil {
		err = h.Check()
	}
	if err == nil && vin[0] != 'Y' {
		err = domain.Errorf(domain.NotFound, "there is no vehicle %q", vin)
	}
	if err == nil && m.verdict != nil {
		if e := m.verdict(h, call); e != nil {
			err = e
		}
	}
	var refused *domain.Error
	if errors.As(err, &refused) {
		return commands.Verdict{Err: refused}
	}
	h.VIN, h.Readings = vin, maps.Clone(h.Readings) // what the API reuses must not be seen here
	key := string(vin) + h.ID
	duplicate := h.ID != "" && m.seen[key]
	if m.seen == nil {
		m.seen = map[string]bool{}
	}
	m.seen[key] = true
	m.stored = append(m.stored, h)
	return commands.Verdict{ID: h.ID, Duplicate: duplicate, Position: at(m.position)}
}

// ids returns the ids of what was stored.
func (m *many) ids() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	ids := make([]string, 0, len(m.stored))
	for _, h := range m.stored {
		ids = append(ids, h.ID)
	}
	return ids
}

func uploading(m *many) api.Deps {
	d := deps()
	d.Commands.RecordMany = m
	return d
}

// beat returns a good line with an id.
func beat(id any) string {
	return fmt.Sprintf(`{"vin":"YS2R4X20005399401","id":"%v","sentAt":"2026-06-01T12:00:00.000Z","location":{"lat":59.3,"lon":18.1},"readings":{"speed":61.5}}`, id)
}

// beats returns n good lines with ids from 1.
func beats(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(beat(i+1) + "\n")
	}
	return b.String()
}

// encoded returns a text as it is, in gzip or in zstd.
func encoded(t testing.TB, coding string, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "":
		return []byte(text)
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zstd":
		z, err := zstd.NewWriter(&b)
		require.NoError(t, err)
		w = z
	}
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func codings() []string { return []string{"", "gzip", "zstd"} }

// post sends a body to an API.
func post(t testing.TB, handler http.Handler, body io.Reader, coding string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/heartbeats", body)
	r.Header.Set("Content-Type", "application/x-ndjson")
	if coding != "" {
		r.Header.Set("Content-Encoding", coding)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// upload posts a body and returns the answer to it, which must be 200.
func upload(t testing.TB, m *many, body io.Reader, coding string) api.HeartbeatsRecorded {
	t.Helper()
	w := post(t, api.New(uploading(m), api.Options{}), body, coding)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	var answer api.HeartbeatsRecorded
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
	return answer
}

// rejectedLines returns the numbers of the lines that an answer names.
func rejectedLines(a api.HeartbeatsRecorded) []int64 {
	lines := []int64{}
	for _, r := range a.Rejected {
		lines = append(lines, r.Line)
	}
	return lines
}
