package elasticsearch_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/projections"
	"fleetbeat/projections/elasticsearch"
	"fleetbeat/projections/projectiontest"
)

// between stands between the views and the server. A fault answers in place of the server and reports true.
type between struct {
	*httptest.Server
	fault atomic.Pointer[func(http.ResponseWriter, *http.Request, []byte) bool]
	seen  atomic.Int64
}

// standBetween forwards to a server, over TLS if asked.
func standBetween(t testing.TB, server string, withTLS bool) *between {
	t.Helper()
	target, err := url.Parse(server)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	b := &between{}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.seen.Add(1)
		raw, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(raw))
		if fault := b.fault.Load(); fault != nil && (*fault)(w, r, raw) {
			return
		}
		proxy.ServeHTTP(w, r)
	})
	if withTLS {
		b.Server = httptest.NewTLSServer(handler)
	} else {
		b.Server = httptest.NewServer(handler)
	}
	t.Cleanup(b.Close)
	return b
}

// break lets requests meet a fault from now on; nil: none.
func (b *between) breaks(fault func(w http.ResponseWriter, r *http.Request, body []byte) bool) {
	if fault == nil {
		b.fault.Store(nil)
		return
	}
	b.fault.Store(&fault)
}

// answerWith is a fault that answers every request whose path ends so.
func answerWith(suffix string, status int, body string) func(http.ResponseWriter, *http.Request, []byte) bool {
	return func(w http.ResponseWriter, r *http.Request, _ []byte) bool {
		if !strings.HasSuffix(r.URL.Path, suffix) {
			return false
		}
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
}

// refusing is the body of a refusal.
func refusing(status int, refusalType, reason string) string {
	return fmt.Sprintf(`{"error":{"type":%q,"reason":%q},"status":%d}`, refusalType, reason, status)
}

// behind opens views of the same indexes as others, through what stands between.
func behind(t testing.TB, b *between, name string) *elasticsearch.Views {
	t.Helper()
	views, err := elasticsearch.Open(elasticsearch.Options{Addresses: []string{b.URL}, Name: name})
	require.NoError(t, err)
	t.Cleanup(func() { _ = views.Close() })
	return views
}

// begun is a log, and a view that has folded the first half of it.
type begun struct {
	log  *projectiontest.Log
	p    *projections.Projection
	half int
}

const begunLog = 300

// begin folds half a log.
func begin(t testing.TB, engine projections.Engine) begun {
	t.Helper()
	b := begun{log: projectiontest.Generate(t, 5, begunLog), half: begunLog / 2}
	b.p = projections.New(projections.Fleet(), engine, projectiontest.NewLog(), projectiontest.LogID, projections.Options{})
	_, err := b.p.From(t.Context())
	require.NoError(t, err)
	require.NoError(t, b.fold(t, 0, b.half))
	return b
}

// fold folds some events of the log.
func (b begun) fold(t testing.TB, from, to int) error {
	return b.p.Handle(t.Context(), eventstore.Delivery{Page: b.log.Page(from, to, b.p.View().Types()...)})
}

// wanted returns the rows of a log folded at once, in memory.
func wanted(t testing.TB, log *projectiontest.Log) []projections.Row {
	t.Helper()
	memory := projectiontest.NewMemory()
	p := projections.New(projections.Fleet(), memory, log, projectiontest.LogID, projections.Options{})
	_, err := p.From(t.Context())
	require.NoError(t, err)
	return projectiontest.Dump(t, memory, "fleet")
}

// generationOf returns the active generation.
func generationOf(t testing.TB, views *elasticsearch.Views) projections.Generation {
	t.Helper()
	found, err := views.Generations(t.Context(), "fleet")
	require.NoError(t, err)
	for _, g := range found {
		if g.Active {
			return g
		}
	}
	t.Fatal("there is no active generation")
	return projections.Generation{}
}

// vehicle returns a change of a vehicle at a position.
func vehicle(n int, status domain.Status, at domain.Position) projections.Change {
	row := &projections.FleetVehicle{
		VIN: projectiontest.VIN(n), RegistrationNumber: fmt.Sprintf("ABC %03d", n), CustomerID: "c1", CustomerName: "Kalles", Status: status,
		Since: domain.Instant(at.Prepare), RegisteredAt: 1,
	}
	return projections.Change{Key: row.Key(), After: row, Version: at}
}

// contextUntil returns a context that ends with a channel.
func contextUntil(t testing.TB, gone <-chan struct{}) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		select {
		case <-gone:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
