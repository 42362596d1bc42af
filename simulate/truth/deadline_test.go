package truth

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestDeadline(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spans []span
		want  int64
	}{
		"is a timeout after the last heartbeat":                    {nil, 1100},
		"is not moved by a span before the heartbeat":              {[]span{{500, 900}, {950, 1000}}, 1100},
		"is not moved by a span that began after it":               {[]span{{1100, 1500}}, 1100},
		"is a timeout after the end of a span that began before":   {[]span{{1099, 1500}}, 1600},
		"is moved by a span that the heartbeat itself lies in":     {[]span{{900, 1200}}, 1300},
		"is moved again by the next span":                          {[]span{{1050, 1060}, {1150, 1200}}, 1300},
		"is not moved for ever: three timeouts of silence are all": {[]span{{1090, 1100}, {1190, 1200}, {1290, 1300}, {1390, 1400}}, 1330},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, []int64{c.want}, deadlines(1000, 100, c.spans, 0))
		})
	}
}

func TestDeadlinesThatOnlyTheProofDecides(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spans []span
		want  []int64
	}{
		"a span that begins soon after may move it or not":    {[]span{{1105, 1500}}, []int64{1100, 1600}},
		"so may the next, as far as there is silence left":    {[]span{{1105, 1500}, {1607, 1700}}, []int64{1100, 1600, 1788}},
		"one that begins when all was proven does not":        {[]span{{1110, 1500}}, []int64{1100}},
		"one that begins before the deadline does, and it is": {[]span{{1099, 1500}}, []int64{1600}},
		"silence that is used up is not had twice":            {[]span{{1400, 1500}}, []int64{1100}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, deadlines(1000, 100, c.spans, 10))
		})
	}
}

func TestDeadlineIsTheProducts(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		last, timeout := 1+random.Int64N(50), 1+random.Int64N(30)
		var mine []span
		var product domain.Spans
		for at := random.Int64N(20); at < 200; at += 1 + random.Int64N(60) {
			s := span{at, at + 1 + random.Int64N(30)}
			mine, product = append(mine, s), append(product, domain.Span{From: domain.Instant(s.from), To: domain.Instant(s.to)})
			at = s.to
		}
		// The product decides as time goes by: of spans that begin after the deadline it does not know yet.
		want := domain.Instant(last + timeout)
		for i := range product {
			if product[i].To <= domain.Instant(last) {
				continue
			}
			if product[i].From >= want {
				break
			}
			want = domain.Deadline(domain.Instant(last), time.Duration(timeout)*time.Millisecond, product[:i+1])
		}
		require.Equal(t, []int64{int64(want)}, deadlines(last, timeout, mine, 0), "last %d, timeout %d, spans %v", last, timeout, mine)
	}
}
