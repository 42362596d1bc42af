package ingest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"fleetbeat/domain"
)

func TestIdentify(t *testing.T) {
	t.Parallel()
	sent := domain.Heartbeat{
		VIN: vin(1), SentAt: 1_700_000_000_123, Location: &domain.Location{Lat: 59.33, Lon: 18.06},
		Readings: domain.Readings{"speed": 61.5, "fuel": 33},
	}
	id := func(change func(h *domain.Heartbeat)) string {
		h := sent
		change(&h)
		got, _ := identify(&h)
		return got
	}
	same := id(func(*domain.Heartbeat) {})

	t.Run("the device's own id is kept", func(t *testing.T) {
		assert.Equal(t, "own", id(func(h *domain.Heartbeat) { h.ID = "own" }))
	})
	t.Run("what was sent at a time has one id for ever, whatever version and process gives it", func(t *testing.T) {
		assert.Equal(t, "uEE5QTk_Nhbcmda4X35-Iw", same)
	})
	t.Run("it follows from VIN, time and content, and from nothing else", func(t *testing.T) {
		others := map[string]bool{same: true}
		for _, change := range []func(h *domain.Heartbeat){
			func(h *domain.Heartbeat) { h.VIN = vin(2) },
			func(h *domain.Heartbeat) { h.SentAt++ },
			func(h *domain.Heartbeat) { h.Location = nil },
			func(h *domain.Heartbeat) { h.Location = &domain.Location{Lat: 59.33, Lon: 18.07} },
			func(h *domain.Heartbeat) { h.Readings = nil },
			func(h *domain.Heartbeat) { h.Readings = domain.Readings{"speed": 61.5} },
			func(h *domain.Heartbeat) { h.Readings = domain.Readings{"speed": 33, "fuel": 61.5} },
		} {
			got := id(change)
			assert.False(t, others[got], got)
			others[got] = true
		}
		assert.Equal(t, same, id(func(h *domain.Heartbeat) { h.ReceivedAt = 7 }))
		for range 20 { // maps have no order
			assert.Equal(t, same, id(func(h *domain.Heartbeat) { h.Readings = domain.Readings{"fuel": 33, "speed": 61.5} }))
		}
	})
	t.Run("without id and time each is new and cannot come twice", func(t *testing.T) {
		h := domain.Heartbeat{VIN: vin(1), Location: sent.Location}
		known := map[string]bool{}
		for range 10_000 {
			got, repeatable := identify(&h)
			assert.False(t, repeatable)
			assert.Len(t, got, 16)
			known[got] = true
		}
		assert.Len(t, known, 10_000)
	})
	t.Run("every id it gives is one that a device could give", func(t *testing.T) {
		assert.NoError(t, domain.CheckHeartbeatID(same))
		assert.NoError(t, domain.CheckHeartbeatID(newID()))
	})
}

func TestSeen(t *testing.T) {
	t.Parallel()
	const now = domain.Instant(1_700_000_000_000)
	t.Run("an id is known again, of its own vehicle alone", func(t *testing.T) {
		s := newSeen(100)
		assert.False(t, s.again(s.key(vin(1), "a"), now))
		assert.True(t, s.again(s.key(vin(1), "a"), now))
		assert.False(t, s.again(s.key(vin(2), "a"), now))
		assert.False(t, s.again(s.key(vin(1), "b"), now))
	})
	t.Run("is remembered for ten minutes, and forgotten before thirty", func(t *testing.T) {
		s := newSeen(100)
		s.again(1, now)
		for m := range 5 { // others come all the while
			s.again(uint64(100+m), now.Add(time.Duration(m)*2*time.Minute))
		}
		assert.True(t, s.again(1, now.Add(10*time.Minute-time.Millisecond)))
		s.again(2, now)
		s.again(3, now.Add(10*time.Minute))
		s.again(4, now.Add(20*time.Minute))
		assert.False(t, s.again(2, now.Add(30*time.Minute)))
	})
	t.Run("never holds more than its limit, and always the newest half of it", func(t *testing.T) {
		s := newSeen(1000)
		for key := range uint64(10_000) {
			assert.False(t, s.again(key+1, now))
			assert.LessOrEqual(t, len(s.young)+len(s.old), 1000)
		}
		for key := uint64(9501); key <= 10_000; key++ {
			_, young := s.young[key]
			_, old := s.old[key]
			assert.True(t, young || old, key)
		}
	})
}
