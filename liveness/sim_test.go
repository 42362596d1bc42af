package liveness

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

var (
	simSeed  = flag.Uint64("seed", 0, "play this one seed of the simulation")
	simSeeds = flag.Uint64("seeds", 0, "play so many seeds of the simulation (150, with -short 25)")
)

// TestSimulation plays generated worlds. One of them again: go test ./liveness -run TestSimulation -seed N
func TestSimulation(t *testing.T) {
	t.Parallel()
	first, last := uint64(1), *simSeeds
	switch {
	case *simSeed != 0:
		first, last = *simSeed, *simSeed
	case last == 0 && testing.Short(): // under the race detector: liveness has one goroutine, and seeds find other faults
		last = 25
	case last == 0:
		last = 150
	}
	var transitions, heartbeats int
	for seed := first; seed <= last; seed++ {
		ok := t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w := newWorld(seed)
			w.play()
			log, crashed := newMemLog(), newMemLog()
			playBack(t, w, log, seed, false)
			checkTruth(t, w, log)
			checkEnd(t, w, log)
			playBack(t, w, crashed, seed, true)
			assert.Equal(t, told(t, log), told(t, crashed), "crashes and standbys change what is decided")
			checkExpired(t, w, log)
			transitions += len(told(t, log))
			for _, stamps := range w.acked {
				heartbeats += len(stamps)
			}
		})
		if !ok {
			t.Fatalf("again: go test ./liveness -run TestSimulation -seed %d", seed)
		}
	}
	t.Logf("%d seeds, %d acknowledged heartbeats, %d transitions and spans", last-first+1, heartbeats, transitions)
}

// playBack appends the world's log and has liveness read it in random cuts. With faults, there are two of them that
// crash, start from a snapshot or from nothing, meet failing appends, and take over from each other.
func playBack(t *testing.T, w *world, log *memLog, seed uint64, faults bool) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	snapshots := &memSnapshots{}
	readers := []*reader{newReader(log, snapshots, r, !faults)}
	if faults {
		readers = append(readers, newReader(log, snapshots, r, false))
		fail := errors.New("the append failed")
		log.before = func(string) error { return chance(r, 20, fail) }
		log.after = func(string) error { return chance(r, 20, fail) }
	}
	for _, e := range w.log {
		log.put(t, e.stream, e.event)
		for i, reader := range readers {
			switch n := r.IntN(100); {
			case n < 40:
				_ = reader.read(context.Background()) // the append failed: the same page comes again
			case n == 99 && faults:
				if r.IntN(2) == 0 {
					_ = reader.l.Close(context.Background())
				}
				readers[i] = newReader(log, snapshots, r, false)
			}
		}
	}
	log.before, log.after = nil, nil
	for range 3 {
		for _, reader := range readers {
			require.NoError(t, reader.read(context.Background()))
		}
	}
	readers[0].l.owner = true // it takes over for good: nothing is left undecided
	require.NoError(t, readers[0].l.write(context.Background()))
	for _, reader := range readers {
		require.NoError(t, reader.read(context.Background()))
		require.Empty(t, reader.l.pending, "a standby has decided what the owner has not")
	}
}

func newReader(log *memLog, snapshots Snapshots, r *rand.Rand, exclusive bool) *reader {
	l := newLiveness(log, snapshots)
	l.options.Exclusive = exclusive
	position, err := l.From(context.Background())
	if err != nil {
		panic(err)
	}
	return &reader{log: log, l: l, at: int(position.Commit), size: 1 + r.IntN(50)}
}

func chance(r *rand.Rand, oneIn int, err error) error {
	if r.IntN(oneIn) == 0 {
		return err
	}
	return nil
}

// checkTruth holds every disconnection against what was acknowledged: the promise. A stamp older than the watermark at its
// node's opening counts as that watermark.
func checkTruth(t *testing.T, w *world, log *memLog) {
	timeouts, stamps := timeoutsByEvent(t, log), effectiveStamps(t, log)
	for _, e := range log.events(t, domain.ConnectionsStream) {
		d, is := e.(*domain.VehicleDisconnected)
		if !is {
			continue
		}
		timeout := timeouts[fmt.Sprintf("%s/%d", d.Cause.Stream, d.Cause.Revision)][number(d.VIN)]
		for _, a := range w.acked[number(d.VIN)] {
			stamp, found := stamps[a]
			assert.True(t, found, "acknowledged and not in the log: %v", a)
			if stamp > d.At.Add(-timeout.Total()) && stamp < d.ProvedAt {
				assert.Fail(t, "false disconnection", "vehicle %d at %s, proved at %s, timeout %s, acknowledged at %s",
					a.v, d.At, d.ProvedAt, timeout.Total(), stamp)
			}
		}
	}
}

// effectiveStamps returns what the stamp of every heartbeat in the log counts as.
func effectiveStamps(t *testing.T, log *memLog) map[acked]domain.Instant {
	stamps := map[acked]domain.Instant{}
	s := NewState()
	for _, r := range log.all {
		require.NoError(t, s.Fold(r, 0, &batch{}))
		if b, is := decoded(t, r).(*domain.HeartbeatsRecorded); is {
			for _, h := range b.Heartbeats {
				stamps[acked{r.Stream, number(h.VIN), h.ReceivedAt}] = max(h.ReceivedAt, s.node(r.Stream).Floor)
			}
		}
	}
	return stamps
}

// timeoutsByEvent returns the timeouts in force once an event is folded, by its stream and revision, by vehicle.
func timeoutsByEvent(t *testing.T, log *memLog) map[string]map[int]domain.Timeout {
	held := map[string]map[int]domain.Timeout{}
	var settings domain.Settings
	overrides := map[int]domain.Overrides{}
	current := map[int]domain.Timeout{}
	for _, r := range log.all {
		changed := true
		switch e := decoded(t, r).(type) {
		case *domain.SettingsChanged:
			settings = e.Settings
		case *domain.VehicleRegistered:
			overrides[number(e.VIN)] = e.Overrides
		case *domain.VehicleChanged:
			overrides[number(e.VIN)] = e.Overrides
		default:
			changed = false
		}
		if changed {
			current = map[int]domain.Timeout{}
			for v := range simVehicles {
				current[v] = domain.Resolve(settings, domain.Overrides{}, overrides[v])
			}
		}
		held[fmt.Sprintf("%s/%d", r.Stream, r.Revision)] = current
	}
	return held
}

// checkEnd looks at the statuses after a long calm: the silent are found, the others are not.
func checkEnd(t *testing.T, w *world, log *memLog) {
	l := newLiveness(log, &memSnapshots{})
	r := &reader{log: log, l: l, size: 1000}
	before := len(log.all)
	require.NoError(t, r.read(context.Background()))
	assert.Len(t, log.all, before, "folding the whole log again decides nothing new")
	for v := range simVehicles {
		status := l.state.at(l.state.find(keyOf(vin(v)))).status
		if w.silent[v] {
			assert.NotEqual(t, connected, status, "vehicle %d is silent", v)
		} else {
			assert.Equal(t, connected, status, "vehicle %d pings", v)
		}
	}
}

// checkExpired lets the batches and evaluations of the first half go, starts without a snapshot and goes on: what was
// recorded is enough.
func checkExpired(t *testing.T, w *world, log *memLog) {
	want := told(t, log)
	full := newLiveness(log, &memSnapshots{})
	require.NoError(t, (&reader{log: log, l: full, size: 1000}).read(context.Background()))
	for i := range len(log.all) / 2 {
		switch log.all[i].Type {
		case domain.TypeIngestOpened, domain.TypeHeartbeatsRecorded, domain.TypeIngestClosed, domain.TypeFleetEvaluated:
			log.gone[i] = true
		}
	}
	l := newLiveness(log, &memSnapshots{})
	require.NoError(t, (&reader{log: log, l: l, size: 1000}).read(context.Background()))
	assert.Equal(t, want, told(t, log), "expired batches change what is decided")
	for v := range simVehicles {
		a, b := l.state.at(l.state.find(keyOf(vin(v)))), full.state.at(full.state.find(keyOf(vin(v))))
		assert.Equal(t, b.status, a.status)
		assert.Equal(t, b.since, a.since)
	}
}
