package ingest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// someHeartbeats returns n of every kind. At most one reading each: json.Marshal gives a map no order.
func someHeartbeats(r *rand.Rand, n int) []domain.Heartbeat {
	ids := []string{"plain", `quo"te`, `back\slash`, "åäö – 車", `,"receivedAt":"`, "<&>", strings.Repeat("x", 64), "\U0001F69A"}
	all := make([]domain.Heartbeat, n)
	for i := range all {
		h := domain.Heartbeat{VIN: vin(r.IntN(50)), ID: fmt.Sprintf("%d", i)}
		if r.IntN(2) == 0 {
			h.ID += ids[r.IntN(len(ids))]
		}
		if r.IntN(2) == 0 {
			h.SentAt = domain.Instant(1 + r.Int64N(1<<42))
		}
		if r.IntN(2) == 0 {
			h.Location = &domain.Location{Lat: r.Float64()*180 - 90, Lon: float64(r.IntN(180))}
		}
		if r.IntN(2) == 0 {
			h.Readings = domain.Readings{"speed": []float64{0, 61.5, -1e-9, 1e21, 123456789}[r.IntN(5)]}
		}
		all[i] = h
	}
	return all
}

// encoded returns a call of heartbeats.
func encoded(t *testing.T, s *seen, heartbeats ...domain.Heartbeat) *call {
	t.Helper()
	c := new(call)
	c.reset(len(heartbeats))
	for i := range heartbeats {
		require.NoError(t, c.add(&heartbeats[i], s))
	}
	return c
}

func newQueue(maxHeartbeats, maxBytes, maxBatch int) *queue {
	return &queue{maxHeartbeats: maxHeartbeats, maxBytes: maxBytes, maxBatch: maxBatch, seen: newSeen(1000)}
}

func TestPayload(t *testing.T) {
	t.Parallel()
	const stamp, until = domain.Instant(1_700_000_000_001), domain.Instant(1_700_000_000_999)

	t.Run("is, byte for byte, what json.Marshal makes of the event", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for n := range 300 {
			q := newQueue(1000, 1<<20, 1<<20)
			heartbeats := someHeartbeats(r, 1+n%5)
			q.add(encoded(t, q.seen, heartbeats...), stamp)
			b, _ := q.take()
			for i := range heartbeats {
				heartbeats[i].ReceivedAt = stamp
			}
			want, err := json.Marshal(domain.HeartbeatsRecorded{Until: until, Heartbeats: heartbeats})
			require.NoError(t, err)
			require.Equal(t, string(want), string(b.payload(until)))
		}
	})
	t.Run("of an empty batch too", func(t *testing.T) {
		want, err := json.Marshal(domain.HeartbeatsRecorded{Until: until})
		require.NoError(t, err)
		assert.Equal(t, string(want), string(emptyPayload(until)))
	})
	t.Run("holds a repeated heartbeat as bare contact", func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		for range 300 {
			q := newQueue(1000, 1<<20, 1<<20)
			h := someHeartbeats(r, 1)[0]
			c := encoded(t, q.seen, h, h)
			q.add(c, stamp)
			assert.False(t, c.receipts[0].Duplicate)
			assert.True(t, c.receipts[1].Duplicate)
			h.ReceivedAt = stamp
			want, err := json.Marshal(domain.HeartbeatsRecorded{
				Until: until, Heartbeats: []domain.Heartbeat{h, {VIN: h.VIN, ID: h.ID, ReceivedAt: stamp}},
			})
			require.NoError(t, err)
			b, _ := q.take()
			require.Equal(t, string(want), string(b.payload(until)))
		}
	})
	t.Run("several readings come back", func(t *testing.T) {
		q := newQueue(1000, 1<<20, 1<<20)
		h := domain.Heartbeat{VIN: vin(1), ID: "a", Readings: domain.Readings{"speed": 1, "fuel": 2, "load": 3.25}}
		q.add(encoded(t, q.seen, h), stamp)
		b, _ := q.take()
		var got domain.HeartbeatsRecorded
		require.NoError(t, json.Unmarshal(b.payload(until), &got))
		h.ReceivedAt = stamp
		assert.Equal(t, domain.HeartbeatsRecorded{Until: until, Heartbeats: []domain.Heartbeat{h}}, got)
	})
	t.Run("a heartbeat that is no JSON is an error and not a broken batch", func(t *testing.T) {
		c := new(call)
		c.reset(2)
		nan := 0.0
		nan /= nan
		require.Error(t, c.add(&domain.Heartbeat{VIN: vin(1), ID: "\xff"}, newSeen(10)))
		require.Error(t, c.add(&domain.Heartbeat{VIN: vin(1), ID: "a", Location: &domain.Location{Lat: nan}}, newSeen(10)))
		require.Error(t, c.add(&domain.Heartbeat{VIN: vin(1), ID: "a", Readings: domain.Readings{"x": nan}}, newSeen(10)))
		assert.Empty(t, c.marks)
	})
}

func TestQueue(t *testing.T) {
	t.Parallel()
	const now = domain.Instant(1_700_000_000_000)

	t.Run("fills batches to the last byte that fits, in the order of arrival", func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		const maxBatch = 2000
		q := newQueue(1_000_000, 1<<30, maxBatch)
		var want []string
		for i := range 200 {
			h := someHeartbeats(r, 1+r.IntN(20))
			for n := range h {
				h[n].ID = fmt.Sprintf("%d-%d", i, n)
				want = append(want, h[n].ID)
			}
			q.add(encoded(t, q.seen, h...), now)
		}
		var got []string
		for previous := 0; ; {
			b, _ := q.take()
			if b == nil {
				break
			}
			data := b.payload(now)
			require.LessOrEqual(t, len(data), maxBatch)
			var e domain.HeartbeatsRecorded
			require.NoError(t, json.Unmarshal(data, &e))
			require.Len(t, e.Heartbeats, b.count)
			first, err := json.Marshal(e.Heartbeats[0])
			require.NoError(t, err)
			if previous > 0 {
				require.Greater(t, previous+1+len(first), maxBatch, "the first of this batch would have gone into the last one")
			}
			previous = len(data)
			for _, h := range e.Heartbeats {
				got = append(got, h.ID)
			}
		}
		assert.Equal(t, want, got)
		assert.Zero(t, q.heartbeats)
		assert.Zero(t, q.bytes)
	})
	t.Run("says the stamp of the first heartbeat left behind", func(t *testing.T) {
		q := newQueue(100, 1<<20, 200) // one heartbeat a batch
		for i := range 3 {
			q.add(encoded(t, q.seen, pings(1)...), now+domain.Instant(i))
		}
		_, left := q.take()
		assert.Equal(t, now+1, left)
		_, left = q.take()
		assert.Equal(t, now+2, left)
		_, left = q.take()
		assert.Zero(t, left)
		b, _ := q.take()
		assert.Nil(t, b)
	})
	t.Run("has room for so many heartbeats and so many bytes", func(t *testing.T) {
		q := newQueue(3, 1<<20, 1<<20)
		q.add(encoded(t, q.seen, pings(2)...), now)
		assert.True(t, q.fits(encoded(t, q.seen, pings(1)...)))
		assert.False(t, q.fits(encoded(t, q.seen, pings(2)...)))
		assert.True(t, q.ever(encoded(t, q.seen, pings(3)...)))
		assert.False(t, q.ever(encoded(t, q.seen, pings(4)...)))

		one := len(encoded(t, q.seen, pings(1)...).bytes)
		q = newQueue(100, 2*one, 1<<20)
		q.add(encoded(t, q.seen, pings(1)...), now)
		assert.True(t, q.fits(encoded(t, q.seen, pings(1)...)))
		assert.False(t, q.fits(encoded(t, q.seen, pings(2)...)))
		assert.False(t, q.ever(encoded(t, q.seen, pings(3)...)))
	})
	t.Run("never takes what fits into no batch", func(t *testing.T) {
		q := newQueue(100, 1<<20, 100)
		assert.False(t, q.ever(encoded(t, q.seen, pings(1)...)))
	})
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	t.Run("are written as json.Marshal writes them, and read back the same", func(t *testing.T) {
		t.Parallel()
		r := rand.New(rand.NewPCG(5, 6))
		numbers := []float64{
			0, math.Copysign(0, -1), 1, -1, 0.1, 1e-6, math.Nextafter(1e-6, 0), -1e-6, 1e21, math.Nextafter(1e21, 0), -1e21, 1e20,
			math.MaxFloat64, math.SmallestNonzeroFloat64, 1 << 53, 59.3326, -180,
		}
		for range 20_000 {
			numbers = append(numbers, math.Float64frombits(r.Uint64()), r.NormFloat64()*100, float64(r.IntN(1000))/10)
		}
		for _, f := range numbers {
			want, wantErr := json.Marshal(f)
			got, err := appendNumber(nil, f)
			if wantErr != nil {
				require.Error(t, err, "%v", f)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, string(want), string(got))
		}
	})
	t.Run("of many readings are all there", func(t *testing.T) {
		t.Parallel()
		h := domain.Heartbeat{VIN: vin(1), ID: "x", Location: &domain.Location{Lat: -1e-9, Lon: 180}, Readings: domain.Readings{}}
		for i := range domain.MaxReadings {
			h.Readings[fmt.Sprintf("r%d", i)] = float64(i) / 7
		}
		q := newQueue(1000, 1<<20, 1<<20)
		q.add(encoded(t, q.seen, h), 5)
		b, _ := q.take()
		var got domain.HeartbeatsRecorded
		require.NoError(t, json.Unmarshal(b.payload(9), &got))
		h.ReceivedAt = 5
		assert.Equal(t, []domain.Heartbeat{h}, got.Heartbeats)
	})
}
