package postgres_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/internal/testengines"
	"fleetbeat/projections"
	"fleetbeat/projections/postgres"
	"fleetbeat/projections/projectiontest"
)

// own starts a Postgres that a test may kill.
func own(t *testing.T) *testengines.Server {
	t.Helper()
	testengines.Postgres(t) // whoever has none to share has none to kill
	s, err := testengines.StartPostgres(t.Context(), testengines.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Stop()) })
	return s
}

// subscription hands a log to a projection as app does: page by page, again and again until it is folded.
type subscription struct {
	p    *projections.Projection
	log  *projectiontest.Log
	view projections.View
	done int // events handed over
	met  map[string]int
}

// run hands over what lies between two events of the log. What keeps it from it is counted by what an operator is told.
func (s *subscription) run(ctx context.Context, t *testing.T, to int) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for s.done < to {
		next := min(s.done+5, to)
		err := s.p.Handle(ctx, page(s.log, s.view, s.done, next))
		if errors.Is(err, projections.ErrMoved) {
			if _, err = s.p.From(ctx); err == nil {
				s.done = 0 // what was folded is passed over
				continue
			}
		}
		if err == nil {
			s.done = next
			continue
		}
		s.met[whatOf(err)]++
		select {
		case <-again.C:
		case <-ctx.Done():
			require.NoError(t, ctx.Err())
		}
	}
}

func TestServersThatEnd(t *testing.T) {
	t.Parallel()
	first, second := own(t), own(t)
	one, other := server{first.URL()}, server{second.URL()}
	t.Run("and start again lose and double nothing", func(t *testing.T) { followThroughRestarts(t, first) })
	t.Run("and start again do not end a build, which may be hours of work", func(t *testing.T) { buildThroughRestarts(t, first) })
	t.Run("and have a successor have the views built there", func(t *testing.T) { failOver(t, one, other) })
	t.Run("because they become a standby are waited for", func(t *testing.T) { demote(t, other) })
}

func followThroughRestarts(t *testing.T, server *testengines.Server) {
	log := projectiontest.Generate(t, 12, 900)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	views, err := postgres.Open(ctx, postgres.Options{URL: server.URL()})
	require.NoError(t, err)
	defer func() { assert.NoError(t, views.Close()) }()
	empty := projectiontest.NewLog()
	var subscriptions []*subscription
	for _, view := range []projections.View{projections.Relations(), projections.Latest(), projections.Timeline()} {
		subscriptions = append(subscriptions, &subscription{p: follow(t, views, view, empty), log: log, view: view, met: map[string]int{}})
	}
	asking, stop := context.WithCancel(ctx)
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for asking.Err() == nil {
				_, err := views.Changes(nil).Changes(ctx, domain.Position{}, 50)
				if err != nil && asking.Err() == nil {
					requireUnavailable(t, err)
				}
			}
		})
	}
	for third := range 3 {
		var folding sync.WaitGroup
		for _, s := range subscriptions {
			folding.Go(func() { s.run(ctx, t, (third+1)*log.Len()/3) })
		}
		if third < 2 {
			server.Kill()
			require.Error(t, views.Ping(ctx))
			require.NoError(t, server.Restart(ctx))
		}
		folding.Wait()
	}
	stop()
	readers.Wait()
	for _, s := range subscriptions {
		assert.Equal(t, inMemory(t, s.view, log), projectiontest.Dump(t, views, s.view.Name), "nothing of %s is lost or doubled", s.view.Name)
		assert.NotContains(t, s.met, "", "everything that was met has a name")
	}
	require.NoError(t, views.Ping(ctx))
}

func buildThroughRestarts(t *testing.T, server *testengines.Server) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	views, err := postgres.Open(ctx, postgres.Options{URL: server.URL(), Schema: "built"})
	require.NoError(t, err)
	defer func() { assert.NoError(t, views.Close()) }()
	view, log := projections.Timeline(), projectiontest.Generate(t, 13, 300)
	g, err := views.Create(ctx, view.Name, view.Version)
	require.NoError(t, err)
	var want []projections.Row
	for i, row := range inMemory(t, view, log)[:100] {
		restarted := make(chan error, 1)
		if i%40 == 20 { // now and then
			server.Kill()
			go func() { restarted <- server.Restart(ctx) }()
		} else {
			restarted <- nil
		}
		require.NoError(t, views.Fill(ctx, g, []projections.Change{{Key: row.Key(), After: row}}))
		require.NoError(t, <-restarted)
		want = append(want, row)
	}
	g, err = views.Finish(ctx, g)
	require.NoError(t, err)
	_, err = views.Activate(ctx, g, projections.Checkpoint{LogID: projectiontest.LogID})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return views.Ping(ctx) == nil }, time.Minute, 50*time.Millisecond)
	assert.Equal(t, want, projectiontest.Dump(t, views, view.Name))
}

// forwarder is an address that leads to one server or another.
type forwarder struct {
	listener net.Listener

	mu    sync.Mutex
	to    string
	conns []net.Conn
}

func forward(t *testing.T, to string) *forwarder {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f := &forwarder{listener: listener, to: to}
	go f.serve()
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		f.lead("")
	})
	return f
}

func (f *forwarder) serve() {
	for {
		from, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.mu.Lock()
		to, err := net.Dial("tcp", f.to)
		if err != nil {
			_ = from.Close()
			f.mu.Unlock()
			continue
		}
		f.conns = append(f.conns, from, to)
		f.mu.Unlock()
		go copyAll(to, from)
		go copyAll(from, to)
	}
}

func copyAll(to, from net.Conn) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		if _, writeErr := to.Write(buffer[:n]); err != nil || writeErr != nil {
			_, _ = to.Close(), from.Close()
			return
		}
	}
}

// lead has the address lead elsewhere from now on; connections that there are end.
func (f *forwarder) lead(to string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.to = to
	for _, c := range f.conns {
		_ = c.Close()
	}
	f.conns = nil
}

// address returns where a server listens.
func (s server) address(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(s.url)
	require.NoError(t, err)
	return u.Host
}

// at returns the URL of the server's database, user and password at other addresses.
func (s server) at(t *testing.T, addresses ...string) string {
	t.Helper()
	u, err := url.Parse(s.url)
	require.NoError(t, err)
	u.Host = strings.Join(addresses, ",")
	return u.String()
}

func failOver(t *testing.T, first, second server) {
	for name, urlOf := range map[string]func(t *testing.T) (address string, fail func()){
		"where the address leads now": func(t *testing.T) (string, func()) {
			f := forward(t, first.address(t))
			return first.at(t, f.listener.Addr().String()), func() { f.lead(second.address(t)) }
		},
		"at the next of several addresses": func(t *testing.T) (string, func()) {
			f := forward(t, first.address(t))
			return first.at(t, closed(t), f.listener.Addr().String(), second.address(t)), func() { f.lead(closed(t)) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			schema := named(t.Name())
			address, fail := urlOf(t)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			views := first.with(t, postgres.Options{URL: address, Schema: schema})
			view, log := projections.Timeline(), projectiontest.Generate(t, 14, 400)
			s := &subscription{p: follow(t, views, view, projectiontest.NewLog()), log: log, view: view, met: map[string]int{}}
			s.run(ctx, t, 200)
			fail()
			s.run(ctx, t, log.Len())
			assert.Equal(t, inMemory(t, view, log), projectiontest.Dump(t, views, view.Name))
			assert.EqualValues(t, 1, second.number(t, `SELECT count(*) FROM `+schema+`.views WHERE active`))
		})
	}
}

func demote(t *testing.T, primary server) {
	views, err := postgres.Open(t.Context(), postgres.Options{URL: primary.url})
	require.NoError(t, err)
	defer func() { assert.NoError(t, views.Close()) }()
	view, log := projections.Relations(), projectiontest.Generate(t, 15, 200)
	p := follow(t, views, view, projectiontest.NewLog())
	primary.exec(t, `ALTER SYSTEM SET default_transaction_read_only = on`, `SELECT pg_reload_conf()`)
	require.Eventually(t, func() bool {
		return primary.number(t, `SELECT count(*) FROM pg_settings WHERE name = 'default_transaction_read_only' AND setting = 'on'`) == 1
	}, 30*time.Second, 10*time.Millisecond)
	var standby error
	require.Eventually(t, func() bool { // an open connection hears of it a moment later
		standby = views.SaveRebuild(t.Context(), projections.Rebuild{View: view.Name, State: projections.RebuildDone})
		return standby != nil
	}, 30*time.Second, 10*time.Millisecond)
	assert.Contains(t, whatOf(standby), "a standby")
	primary.exec(t, `ALTER SYSTEM RESET default_transaction_read_only`, `SELECT pg_reload_conf()`)
	require.Eventually(t, func() bool { return views.Ping(t.Context()) == nil }, 30*time.Second, 20*time.Millisecond)
	require.NoError(t, p.Handle(t.Context(), page(log, view, 0, log.Len())))
	assert.Equal(t, inMemory(t, view, log), projectiontest.Dump(t, views, view.Name))
}
