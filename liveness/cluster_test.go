package liveness

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
	"fleetbeat/ingest"
)

// liveNode is a node as it runs: its own connection to the log, through a network of its own.
type liveNode struct {
	*ingest.Ingest

	proxy *esdbtest.Proxy
	store *eventstoredb.Store
}

// liveFleet is nodes, vehicles that ping them, and liveness, all in real time on one log.
type liveFleet struct {
	*testing.T

	server   *esdbtest.Server
	store    *eventstoredb.Store
	liveness *Liveness
	ctx      context.Context
	stop     context.CancelFunc
	running  sync.WaitGroup

	mu    sync.Mutex
	acked map[string]domain.VIN // by the id of the heartbeat
}

func startFleet(t *testing.T, vehicles int) *liveFleet {
	t.Helper()
	f := &liveFleet{T: t, server: esdbtest.Start(t), acked: map[string]domain.VIN{}}
	f.ctx, f.stop = context.WithCancel(t.Context())
	f.store = f.connect(f.server.Address())
	f.put(domain.SettingsStream, domain.SettingsChanged{Settings: domain.Settings{IntervalSeconds: 3, GraceSeconds: 1}})
	f.put("customer-a", domain.CustomerRegistered{Customer: domain.Customer{ID: "a", Name: "A"}})
	for n := range vehicles {
		f.put(domain.VehicleStream(vin(n)), domain.VehicleRegistered{Vehicle: domain.Vehicle{VIN: vin(n), RegistrationNumber: "R", CustomerID: "a"}})
	}
	f.liveness = New(Options{Store: f.store, Snapshots: FileSnapshots{t.TempDir()}, Logger: slog.New(slog.DiscardHandler)})
	f.running.Go(f.follow)
	t.Cleanup(func() {
		f.stop()
		f.running.Wait()
	})
	return f
}

func (f *liveFleet) connect(address string) *eventstoredb.Store {
	f.Helper()
	store, err := eventstoredb.Open("esdb://"+address+"?tls=false", eventstoredb.Options{})
	require.NoError(f, err)
	f.Cleanup(func() { assert.NoError(f, store.Close()) })
	return store
}

func (f *liveFleet) put(stream string, e domain.Event) {
	f.Helper()
	encoded, err := eventstore.Encode(uuid.New(), e, eventstore.Metadata{})
	require.NoError(f, err)
	_, err = f.store.Append(f.ctx, stream, eventstore.NoStream, encoded)
	require.NoError(f, err)
}

// open starts a node and waits until it listens.
func (f *liveFleet) open(name string) liveNode {
	f.Helper()
	n := liveNode{proxy: esdbtest.StartProxy(f, f.server.Address())}
	n.store = f.connect(n.proxy.Address())
	var err error
	n.Ingest, err = ingest.Open(f.ctx, n.store, ingest.Options{Node: name, Clock: ingest.NewClock(ingest.ClockOptions{})})
	require.NoError(f, err)
	f.eventually("node "+name+" listens", func() bool { return n.Ready() == nil })
	return n
}

// crash cuts a node off from everything and ends it: nothing of it reaches the log any more, and nothing is said of its end.
func (f *liveFleet) crash(n liveNode) {
	f.Helper()
	n.proxy.Refuse()
	gone, cancel := context.WithCancel(f.ctx)
	cancel()
	require.ErrorIs(f, n.Close(gone), context.Canceled)
}

// follow is what the app does with liveness.
func (f *liveFleet) follow() {
	for f.ctx.Err() == nil {
		from, err := f.liveness.From(f.ctx)
		if err != nil {
			continue
		}
		subscription, err := f.store.Subscribe(f.ctx, from, Types()...)
		for err == nil {
			var d eventstore.Delivery
			if d, err = subscription.Next(f.ctx); err == nil {
				err = f.liveness.Handle(f.ctx, d)
			}
		}
		if subscription != nil {
			_ = subscription.Close()
		}
		if f.ctx.Err() == nil {
			assert.ErrorIs(f, err, eventstore.ErrUnavailable)
		}
	}
}

// ping has a vehicle ping one node, or the next where that does not answer in time, as behind a proxy that looks at /readyz.
func (f *liveFleet) ping(n int, nodes ...liveNode) {
	f.running.Go(func() {
		ticker := time.NewTicker(300 * time.Millisecond)
		defer ticker.Stop()
		for {
			f.once(n, nodes...)
			select {
			case <-ticker.C:
			case <-f.ctx.Done():
				return
			}
		}
	})
}

func (f *liveFleet) once(n int, nodes ...liveNode) {
	for _, node := range nodes {
		id := uuid.NewString()
		ctx, cancel := context.WithTimeout(f.ctx, 600*time.Millisecond)
		_, err := node.Record(ctx, []domain.Heartbeat{{VIN: vin(n), ID: id}})
		cancel()
		if err == nil {
			f.mu.Lock()
			f.acked[id] = vin(n)
			f.mu.Unlock()
			return
		}
	}
}

func (f *liveFleet) eventually(what string, reached func() bool) {
	f.Helper()
	require.Eventually(f, reached, time.Minute, 20*time.Millisecond, what)
}

// past waits until the watermark has passed a moment.
func (f *liveFleet) past(moment time.Time, what string) {
	f.Helper()
	began := time.Now()
	f.eventually(what, func() bool { return f.liveness.Status().Watermark > domain.Instant(moment.UnixMilli()) })
	f.Logf("%s: after %v", what, time.Since(began).Round(time.Millisecond))
}

// told returns what liveness wrote: the transitions of each vehicle, and why there are unobserved spans.
func (f *liveFleet) told() (transitions map[domain.VIN][]string, spans []domain.ObservationInterrupted) {
	f.Helper()
	transitions = map[domain.VIN][]string{}
	for r, err := range f.store.ReadStream(f.ctx, domain.ConnectionsStream, 0, eventstore.Forwards) {
		require.NoError(f, err)
		switch e := decoded(f.T, r).(type) {
		case *domain.VehicleConnected:
			transitions[e.VIN] = append(transitions[e.VIN], "connected")
		case *domain.VehicleDisconnected:
			transitions[e.VIN] = append(transitions[e.VIN], "disconnected")
		case *domain.ObservationInterrupted:
			spans = append(spans, *e)
		}
	}
	return transitions, spans
}

// requireStored requires that every heartbeat that was acknowledged is in the log, once.
func (f *liveFleet) requireStored() {
	f.Helper()
	f.mu.Lock()
	acked := maps.Clone(f.acked) // before reading: vehicles go on pinging
	f.mu.Unlock()
	stored := map[string]int{}
	for page, err := range f.store.ReadAll(f.ctx, domain.Position{}, domain.TypeHeartbeatsRecorded) {
		require.NoError(f, err)
		for r, err := range page.Events() {
			require.NoError(f, err)
			for _, h := range decoded(f.T, r).(*domain.HeartbeatsRecorded).Heartbeats {
				stored[h.ID]++
			}
		}
	}
	for id, of := range acked {
		require.Equal(f, 1, stored[id], "a heartbeat of %s", of)
	}
	f.Logf("%d heartbeats acknowledged", len(acked))
}

// TestThreeNodes has one of three nodes crash, one become so slow that the others go on without it, and one stop in order, while
// vehicles ping whoever answers. Real time, because clocks of ingest, of the client and of liveness meet here.
func TestThreeNodes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED with -short: a node is left out after ten real seconds")
	}
	const steady, moved, silent, fallen = 0, 1, 2, 3 // vehicles
	f := startFleet(t, 4)
	crashes, stops, slow := f.open("crashes"), f.open("stops"), f.open("slow")
	f.once(silent, crashes)
	f.ping(steady, stops, slow)
	f.ping(moved, crashes, stops, slow)
	f.ping(fallen, slow, stops)
	f.past(time.Now().Add(time.Second), "three nodes listen")

	cut := time.Now()
	f.crash(crashes)
	quick := make(chan struct{})
	f.server.SetHooks(esdbtest.Hooks{BeforeAppend: func(ctx context.Context, stream string) error {
		if stream != domain.IngestStream("slow") {
			return nil
		}
		select {
		case <-quick:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}})
	f.past(cut.Add(2*time.Second), "both are left out and the watermark moves on")
	_, spans := f.told()
	require.NotEmpty(t, spans, "what the others did not hear is nobody's silence")
	for _, s := range spans { // one, where the second lies within the first
		assert.Equal(t, WhyLeftOut, s.Why)
		assert.GreaterOrEqual(t, s.To, s.From.Add(leftOutAfter))
	}

	close(quick)
	f.eventually("the slow node listens again", func() bool { return slow.Ready() == nil })
	ended, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	require.NoError(t, stops.Close(ended))
	stopped := time.Now()
	f.past(stopped.Add(time.Second), "one has stopped in order and the watermark waits for nobody")

	f.eventually("the silent vehicle is disconnected", func() bool {
		transitions, _ := f.told()
		return len(transitions[vin(silent)]) == 2
	})
	transitions, spans := f.told()
	assert.Equal(t, map[domain.VIN][]string{
		vin(steady): {"connected"}, vin(moved): {"connected"}, vin(fallen): {"connected"}, vin(silent): {"connected", "disconnected"},
	}, transitions, "who pings a living node is never disconnected")
	for _, s := range spans {
		t.Logf("unobserved: %v, because %s", time.Duration(s.To-s.From)*time.Millisecond, s.Why)
		assert.Less(t, s.From, domain.Instant(stopped.UnixMilli()), "a node that stops in order while another listens leaves no span")
	}
	last := domain.Instant(0)
	for r, err := range f.store.ReadStream(f.ctx, domain.EvaluationsStream, 0, eventstore.Forwards) {
		require.NoError(t, err)
		e := decoded(t, r).(*domain.FleetEvaluated)
		require.GreaterOrEqual(t, e.AsOf, last, "the watermark never goes back")
		last = e.AsOf
	}
	f.requireStored()
}
