package queries_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/require"
)

// Whatever happened, a timeline has no gap, no overlap, no two equal neighbours, and is unobserved exactly where a span
// lies over the vehicle's life.
func TestTimelinesHaveNoGaps(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		random := rand.New(rand.NewPCG(seed, 1))
		minute := func(most int) domain.Instant { return ago(time.Duration(random.IntN(most)) * time.Minute) }
		registered := minute(3000)
		changes := []queries.StatusSince{{Status: domain.NeverSeen, From: registered}}
		for at, status := registered, domain.Connected; random.IntN(12) > 0; {
			at = at.Add(time.Duration(random.IntN(300)) * time.Minute)
			changes = append(changes, queries.StatusSince{Status: status, From: at})
			status = map[domain.Status]domain.Status{domain.Connected: domain.Disconnected, domain.Disconnected: domain.Connected}[status]
		}
		var spans domain.Spans
		for range random.IntN(6) {
			from := minute(3000)
			spans, _ = spans.Add(domain.Span{From: from, To: from.Add(time.Duration(random.IntN(400)) * time.Minute)})
		}
		h := queries.GetTimelineHandler{Timeline: past{changes: changes, spans: spans}, Now: noon}
		got, err := h.Handle(t.Context(), queries.GetTimeline{VIN: abc, Limit: queries.MaxLimit})
		require.NoError(t, err)
		requireWhole(t, seed, got.Intervals, max(registered, ago(24*time.Hour)), spans)
	}
}

// requireWhole requires that intervals, newest first, cover the time from a moment to noon once.
func requireWhole(t *testing.T, seed uint64, intervals []queries.Interval, from domain.Instant, spans domain.Spans) {
	t.Helper()
	if from >= noon() {
		require.Empty(t, intervals, "seed %d", seed)
		return
	}
	end := noon()
	var covered time.Duration
	for i, interval := range intervals {
		require.Equal(t, end, interval.To, "seed %d: interval %d", seed, i)
		require.Less(t, interval.From, interval.To, "seed %d: interval %d", seed, i)
		if i > 0 {
			require.NotEqual(t, intervals[i-1].Status, interval.Status, "seed %d: interval %d", seed, i)
		}
		if interval.Status == unobserved {
			covered += interval.To.Sub(interval.From)
		}
		end = interval.From
	}
	require.Equal(t, from, end, "seed %d: the beginning", seed)
	require.Equal(t, noon().Sub(from)-spans.Observed(from, noon()), covered, "seed %d: unobserved time", seed)
}
