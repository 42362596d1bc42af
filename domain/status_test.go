package domain_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestParseStatus(t *testing.T) {
	t.Parallel()
	for _, status := range []domain.Status{domain.NeverSeen, domain.Connected, domain.Disconnected} {
		t.Run("takes "+string(status), func(t *testing.T) {
			t.Parallel()
			got, err := domain.ParseStatus("status", string(status))
			require.NoError(t, err)
			assert.Equal(t, status, got)
		})
	}
	for _, text := range []string{"", "online", "Connected", " connected", "neverSeen"} {
		t.Run("refuses "+text, func(t *testing.T) {
			t.Parallel()
			got, err := domain.ParseStatus("status", text)
			requireInvalid(t, err, "status")
			assert.Empty(t, got)
		})
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	const last, timeout = 1_000, 100 * time.Millisecond
	for _, c := range []struct {
		promise string
		spans   domain.Spans
		want    domain.Instant
	}{
		{"is a timeout after the last heartbeat", nil, 1_100},
		{"does not move for a span before it", spansOf(900, 950), 1_100},
		{"does not move for a span that ended with it", spansOf(900, 1_000), 1_100},
		{"is a timeout after a span in which the last heartbeat lies", spansOf(900, 1_050), 1_150},
		{"is a timeout after a span", spansOf(1_020, 1_060), 1_160},
		{"is a timeout after the last of several", spansOf(1_020, 1_060, 1_080, 1_200), 1_300},
		{"is a timeout after a span that begins at the deadline", spansOf(1_100, 5_000), 5_100},
		{"comes after three timeouts of observed silence, whatever spans follow", spansOf(1_050, 1_060, 1_140, 1_150, 1_230, 1_240, 1_320, 1_330), 1_340},
		{"comes when exactly three timeouts of silence have passed as a span begins", spansOf(1_300, 9_000), 1_300},
		{"waits for a span that begins a millisecond before that", spansOf(1_299, 9_000), 9_001},
		{"does not wait for a span after three timeouts of silence", spansOf(2_000, 3_000), 1_300},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, domain.Deadline(last, timeout, c.spans))
		})
	}
}

// steppedDeadline is the definition, walked one millisecond at a time.
func steppedDeadline(last domain.Instant, timeout time.Duration, spans domain.Spans) domain.Instant {
	after := last // the last heartbeat, or the end of the last span after it
	for _, span := range spans {
		after = max(after, span.To)
	}
	deadline := after + domain.Instant(timeout.Milliseconds())
	silence := int64(0)
	for now := last; now < deadline; now++ {
		if silence == 3*timeout.Milliseconds() {
			return now
		}
		unobserved := false
		for _, span := range spans {
			unobserved = unobserved || (span.From <= now && now < span.To)
		}
		if !unobserved {
			silence++
		}
	}
	return deadline
}

func TestDeadlineAgainstSteps(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(13, 21))
	capped := 0
	for range 5_000 {
		last := domain.Instant(1 + r.IntN(60))
		timeout := time.Duration(1+r.IntN(25)) * time.Millisecond
		var spans domain.Spans
		for range r.IntN(8) {
			from := domain.Instant(r.IntN(250))
			spans, _ = spans.Add(domain.Span{From: from, To: from + domain.Instant(1+r.IntN(30))})
		}
		want := steppedDeadline(last, timeout, spans)
		got := domain.Deadline(last, timeout, spans)
		require.Equal(t, want, got, "last %d, timeout %s, spans %v", last, timeout, spans)

		silence := spans.Observed(last, got)
		require.GreaterOrEqual(t, silence, timeout, "nobody is disconnected without a timeout of observed silence")
		require.LessOrEqual(t, silence, 3*timeout, "nobody stays connected for more than three")
		from := domain.Instant(r.IntN(250))
		more, _ := spans.Add(domain.Span{From: from, To: from + 10})
		require.GreaterOrEqual(t, domain.Deadline(last, timeout, more), got, "one more span never brings the deadline forward")
		if silence == 3*timeout {
			capped++
		}
	}
	require.Greater(t, capped, 100, "the random spans hardly ever reach three timeouts: the test has become blind")
}

func TestStatusAt(t *testing.T) {
	t.Parallel()
	const last, deadline = 1_000, 1_100
	for _, c := range []struct {
		promise string
		asOf    domain.Instant
		last    domain.Instant
		want    domain.Status
	}{
		{"never seen without a heartbeat", 5_000, 0, domain.NeverSeen},
		{"connected at the heartbeat", last, last, domain.Connected},
		{"connected before the heartbeat, which proves contact now", last - 1, last, domain.Connected},
		{"connected exactly at the deadline", deadline, last, domain.Connected},
		{"disconnected a millisecond after the deadline", deadline + 1, last, domain.Disconnected},
		{"disconnected for ever after", 1 << 40, last, domain.Disconnected},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, domain.StatusAt(c.asOf, c.last, deadline))
		})
	}
}

func TestRuleFor(t *testing.T) {
	t.Parallel()
	timeout := domain.Timeout{IntervalSeconds: 60, GraceSeconds: 30}
	const last = 1_000_000
	for _, c := range []struct {
		promise string
		status  domain.Status
		asOf    domain.Instant
		want    domain.Rule
	}{
		{"never heard where never seen", domain.NeverSeen, last + 1, domain.NeverHeard},
		{"silent where disconnected", domain.Disconnected, last + 90_001, domain.Silent},
		{"silent where disconnected, even within a timeout that was lengthened since", domain.Disconnected, last + 1, domain.Silent},
		{"within its interval at the heartbeat", domain.Connected, last, domain.WithinInterval},
		{"within its interval when all is known only up to before the heartbeat", domain.Connected, last - 500, domain.WithinInterval},
		{"within its interval exactly at its end", domain.Connected, last + 60_000, domain.WithinInterval},
		{"overdue a millisecond later", domain.Connected, last + 60_001, domain.Overdue},
		{"overdue exactly at the end of its grace", domain.Connected, last + 90_000, domain.Overdue},
		{"unobserved a millisecond later, for else it would be disconnected", domain.Connected, last + 90_001, domain.Unobserved},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, domain.RuleFor(c.status, c.asOf, last, timeout))
		})
	}
}

func BenchmarkDeadline(b *testing.B) {
	var restarts domain.Spans
	for i := range domain.Instant(20) {
		restarts, _ = restarts.Add(domain.Span{From: i * 50_000, To: i*50_000 + 5_000})
	}
	for name, c := range map[string]struct {
		last  domain.Instant
		spans domain.Spans
	}{
		"no span":                     {2_000_000, nil},
		"20 spans, all before":        {2_000_000, restarts},
		"20 spans, the last after":    {940_000, restarts},
		"20 spans, all of them after": {1, restarts},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				domain.Deadline(c.last, 90*time.Second, c.spans)
			}
		})
	}
}
