package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/queries"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const abc domain.VIN = "YS2R4X20005399401"

const logID = "0f8fad5b-d9cb-469f-a165-70867728950e"

var errBroken = errors.New("pq: connection refused at /var/lib/secret")

// noon is the moment of all answers.
func noon() domain.Instant {
	return domain.InstantOf(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
}

// fresh is how fresh all answers are.
func fresh() queries.Freshness { return queries.Freshness{AsOf: noon(), LagMs: 250} }

// at returns a position.
func at(n uint64) domain.Position { return domain.Position{Commit: n, Prepare: n} }

// answers is a handler that always answers the same and keeps what it was asked.
type answers[Q, A any] struct {
	mu     sync.Mutex // requests are handled side by side
	answer A
	err    error
	asked  []Q
	ctx    context.Context
}

func (a *answers[Q, A]) Handle(ctx context.Context, q Q) (A, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, q)
	a.ctx = ctx
	return a.answer, a.err
}

// recorder is a fake of the command that records heartbeats.
type recorder struct {
	mu      sync.Mutex
	verdict commands.Verdict
	err     error
	asked   []domain.Heartbeat
}

func (r *recorder) One(_ context.Context, h domain.Heartbeat, _ domain.CustomerID) (commands.Verdict, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, h)
	if r.err == nil {
		if _, err := domain.ParseVIN(string(h.VIN)); err != nil {
			return commands.Verdict{}, err
		}
		return r.verdict, h.Check()
	}
	return r.verdict, r.err
}

// deps returns what every API needs.
func deps() api.Deps {
	return api.Deps{LogID: logID, Keys: keyring(), Log: slog.New(slog.DiscardHandler)}
}

// keyring returns the keyring of a log in which these keys were made; of one without any it is open.
func keyring(keys ...domain.Event) *commands.Keyring {
	k := commands.NewKeyring()
	know(k, 0, keys...)
	return k
}

// know has a keyring fold events of keys, as from a log that had n of them.
func know(k *commands.Keyring, n int, events ...domain.Event) {
	var page eventstore.PageBuilder
	for i, e := range events {
		encoded, err := eventstore.Encode(uuid.New(), e, eventstore.Metadata{})
		if err != nil {
			panic(err)
		}
		page.Add(eventstore.Recorded{Event: encoded, Stream: domain.KeysStream, Revision: eventstore.Revision(n + i), Position: at(uint64(n + i + 1))})
	}
	if err := k.Fold(context.Background(), eventstore.Delivery{Page: page.Page(), Live: true}); err != nil {
		panic(err)
	}
}

// logged returns deps whose log is kept.
func logged() (api.Deps, *bytes.Buffer) {
	d, log := deps(), &bytes.Buffer{}
	d.Log = slog.New(slog.NewJSONHandler(log, nil))
	return d, log
}

// do sends a request to an API with these dependencies. header is names and values in turn.
func do(t testing.TB, d api.Deps, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body == "" {
		r = httptest.NewRequest(method, target, nil)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	api.New(d, api.Options{Version: "1.2.3"}).ServeHTTP(w, r)
	return w
}

// requireJSON requires an answer of a status with exactly this body.
func requireJSON(t testing.TB, w *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	require.Equal(t, status, w.Code, w.Body.String())
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	require.JSONEq(t, body, w.Body.String())
}

// requireProblem requires a problem document of a status. It returns it.
func requireProblem(t testing.TB, w *httptest.ResponseRecorder, status int) api.Problem {
	t.Helper()
	require.Equal(t, status, w.Code, w.Body.String())
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	var p api.Problem
	decoder := json.NewDecoder(w.Body)
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&p))
	assert.Equal(t, "about:blank", p.Type)
	assert.Equal(t, http.StatusText(status), p.Title)
	assert.Equal(t, status, p.Status)
	assert.NotEmpty(t, p.Detail)
	requirePlain(t, p)
	return p
}

// requireAbout requires a problem about one part of the request.
func requireAbout(t testing.TB, w *httptest.ResponseRecorder, status int, location string) api.Problem {
	t.Helper()
	p := requireProblem(t, w, status)
	require.Len(t, p.Errors, 1, p.Detail)
	require.Equal(t, location, p.Errors[0].Location)
	require.NotEmpty(t, p.Errors[0].Message)
	return p
}

// requirePlain requires that nothing in a problem comes from Go, a library or an engine.
func requirePlain(t testing.TB, p api.Problem) {
	t.Helper()
	text := p.Detail
	for _, e := range p.Errors {
		text += " " + e.Message
	}
	for _, leak := range []string{"json:", "jsontext", "strconv", "pq:", "/var/", "runtime error", "domain.", "unmarshal", "Unmarshal",
		"nil pointer", "goroutine", "invalid character", "http:", "validation failed", "float64", "int64", "Go "} {
		require.NotContains(t, text, leak)
	}
}
