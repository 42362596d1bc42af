package liveness

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestTable(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	table, want := newTable(), map[vinKey]int32{}
	for i := range int32(50_000) {
		k := keyOf(vin(r.IntN(9000)))
		switch n := table.find(k); {
		case r.IntN(3) == 0:
			table.remove(k)
			delete(want, k)
		case n == 0:
			table.at(table.add(k)).life = i
			want[k] = i
		default:
			require.Equal(t, n, table.add(k), "adding again gives the same number")
		}
	}
	seen := map[vinKey]int32{}
	table.each(func(n uint32, v *vehicle) {
		seen[v.vin] = v.life
		require.Equal(t, n, table.find(v.vin))
	})
	assert.Equal(t, want, seen)
	assert.Equal(t, len(want), table.held)
	assert.Less(t, int(table.used), 9001+1, "numbers of removed vehicles are used again")
	assert.Zero(t, table.find(keyOf("unknown")))
}

// TestWheel holds the wheel against looking at every vehicle at each step.
func TestWheel(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 2))
	const vehicles = 300
	all := make([]vehicle, vehicles)
	deadlines := make([]domain.Instant, vehicles)
	now := start
	w := newWheel(now)
	at := func(n uint32) *vehicle { return &all[n] }
	for range 3000 {
		for range r.IntN(20) {
			n := uint32(r.IntN(vehicles))
			if deadlines[n] == 0 {
				deadlines[n] = now + domain.Instant(r.IntN(5000))
				w.put(n, &all[n], deadlines[n])
				continue
			}
			if r.IntN(2) == 0 { // a heartbeat: later, and the wheel is not told
				deadlines[n] += domain.Instant(r.IntN(3000))
				continue
			}
			deadlines[n] = max(now, deadlines[n]-domain.Instant(r.IntN(3000))) // a shorter timeout
			w.put(n, &all[n], deadlines[n])
		}
		now += domain.Instant(r.IntN(400))
		if r.IntN(500) == 0 {
			now += 40 * 24 * 3600 * 1000 // an outage
		}
		var due, want []int
		w.advance(now, at, func(n uint32, v *vehicle) {
			if deadlines[n] < now {
				due = append(due, int(n))
				deadlines[n] = 0
				return
			}
			w.put(n, v, deadlines[n])
		})
		for n := range deadlines {
			if slices.Contains(due, n) || deadlines[n] != 0 && deadlines[n] < now {
				want = append(want, n)
			}
		}
		slices.Sort(due)
		require.Equal(t, want, due)
	}
}
