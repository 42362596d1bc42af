package ingest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"fleetbeat/domain"
)

// noon is when the tests of hearing begin; at is so many milliseconds later.
const noon = domain.Instant(1_700_000_000_000)

func at(ms int) domain.Instant { return noon + domain.Instant(ms) }

// listener returns a node that listens since noon and was checked then.
func listener() *hearing {
	h := &hearing{checked: noon}
	e := h.open(noon)
	h.opened(e.At, noon)
	return h
}

func TestHearingGoesDeaf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(h *hearing)
		why  string // "" listens
		from int
	}{
		{"a check one second ago is recent enough", func(h *hearing) { h.observe(at(1000), false) }, "", 0},
		{"a check more than a second ago means that it was suspended, since that check", func(h *hearing) {
			h.check(at(250), false)
			h.observe(at(1251), false)
		}, WhySuspended, 250},
		{"the check itself notices it too", func(h *hearing) { h.check(at(5000), false) }, WhySuspended, 0},
		{"it was running when it took a batch, so it was deaf only since", func(h *hearing) {
			h.check(at(250), false)
			h.promise(at(900), 0)
			h.observe(at(9000), false)
		}, WhySuspended, 900},
		{"a clock that refuses is one that stepped", func(h *hearing) {
			h.check(at(250), false)
			h.observe(at(300), true)
		}, WhySuspended, 250},
		{"a newest durable until of five seconds is young enough", func(h *hearing) {
			h.check(at(5000-1), false)
			h.checked = at(4900)
			h.phase, h.deafFrom = listening, 0
			h.observe(at(5000), false)
		}, "", 0},
		{"an older one means that it is stalled, since the last moment promised", func(h *hearing) {
			h.promise(at(100), 0)
			h.checked = at(5000)
			h.observe(at(5001), false)
		}, WhyStalled, 100},
		{"heartbeats without room mean that it is overloaded, since now", func(h *hearing) { h.overflow(at(77)) }, WhyOverloaded, 77},
		{"deaf is deaf: what comes later does not change since when", func(h *hearing) {
			h.overflow(at(77))
			h.overflow(at(78))
			h.observe(at(9000), true)
		}, WhyOverloaded, 77},
		{"once it has stopped there is nothing to miss", func(h *hearing) {
			h.end(at(10))
			h.observe(at(9000), true)
		}, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := listener()
			c.do(h)
			if c.why == "" {
				assert.Equal(t, listening, h.phase)
				return
			}
			assert.Equal(t, deaf, h.phase)
			assert.Equal(t, c.why, h.why)
			assert.Equal(t, at(c.from), h.deafFrom)
		})
	}
}

func TestHearingPromises(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(h *hearing) domain.Instant
		want int
	}{
		{"the moment it was taken", func(h *hearing) domain.Instant { return h.promise(at(500), 0) }, 500},
		{"no more than the first heartbeat left behind", func(h *hearing) domain.Instant { return h.promise(at(500), at(400)) }, 400},
		{"no more than since when it is deaf", func(h *hearing) domain.Instant {
			h.overflow(at(300))
			return h.promise(at(500), at(400))
		}, 300},
		{"no less than it promised before, though deaf since an earlier check", func(h *hearing) domain.Instant {
			h.promise(at(900), 0)
			h.observe(at(9000), false)
			return h.promise(at(9000), 0)
		}, 900},
		{"no more than when it stopped taking heartbeats", func(h *hearing) domain.Instant {
			h.end(at(300))
			return h.promise(at(500), 0)
		}, 300},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, at(c.want), c.do(listener()))
		})
	}
}

func TestHearingOpens(t *testing.T) {
	t.Parallel()
	t.Run("a new life names no deaf span: liveness knows when the last one ended", func(t *testing.T) {
		t.Parallel()
		h := &hearing{checked: noon}
		assert.Equal(t, domain.IngestOpened{At: at(5)}, h.open(at(5)))
		assert.Equal(t, opening, h.phase)
		h.opened(at(5), at(20))
		assert.Equal(t, listening, h.phase)
		assert.Nil(t, h.owed)
	})
	t.Run("after a deaf span it names it and why", func(t *testing.T) {
		t.Parallel()
		h := listener()
		h.overflow(at(100))
		assert.Equal(t, domain.IngestOpened{At: at(400), DeafFrom: at(100), Why: WhyOverloaded}, h.open(at(400)))
		h.opened(at(400), at(420))
		assert.Equal(t, listening, h.phase)
		assert.Zero(t, h.deafFrom)
	})
	t.Run("what was refused while the opening was on its way is owed to the log", func(t *testing.T) {
		t.Parallel()
		h := listener()
		h.overflow(at(100))
		h.open(at(400))
		h.miss()
		h.opened(at(400), at(900))
		assert.Equal(t, &domain.IngestOpened{At: at(900), DeafFrom: at(400), Why: WhyOverloaded}, h.owed)
		assert.Equal(t, at(900), h.promise(at(900), 0))
	})
	t.Run("suspended meanwhile, too", func(t *testing.T) {
		t.Parallel()
		h := &hearing{checked: noon}
		h.open(at(0))
		h.observe(at(1001), false)
		h.opened(at(0), at(1001))
		assert.Equal(t, &domain.IngestOpened{At: at(1001), DeafFrom: at(0)}, h.owed, "for the same reason as the opening: a start has none")
	})
	t.Run("what was refused before the opening has its moment lies in the span it names", func(t *testing.T) {
		t.Parallel()
		h := listener()
		h.overflow(at(100))
		h.miss()
		h.open(at(400))
		h.opened(at(400), at(900))
		assert.Nil(t, h.owed)
	})
	t.Run("an opening of more than five seconds has to be done again", func(t *testing.T) {
		t.Parallel()
		h := &hearing{checked: noon}
		h.open(at(0))
		h.checked = at(5000)
		h.opened(at(0), at(5001))
		assert.Equal(t, deaf, h.phase)
		assert.Equal(t, domain.IngestOpened{At: at(5100), DeafFrom: at(0), Why: WhyStalled}, h.open(at(5100)))
	})
	t.Run("a node that stopped while it was deaf was deaf until it stopped", func(t *testing.T) {
		t.Parallel()
		h := listener()
		h.overflow(at(100))
		h.end(at(300))
		assert.Equal(t, domain.IngestOpened{At: at(300), DeafFrom: at(100), Why: WhyOverloaded}, h.open(at(900)))
		h.miss()
		h.opened(at(300), at(9000))
		assert.Equal(t, listening, h.phase, "nothing more to open: it only has to close")
		assert.Nil(t, h.owed)
	})
	t.Run("the opening is a proof that it runs", func(t *testing.T) {
		t.Parallel()
		h := listener()
		h.observe(at(60_000), false)
		h.promise(at(60_000), 0)
		e := h.open(at(60_010))
		h.observe(at(60_020), false)
		h.opened(e.At, at(60_020))
		assert.Nil(t, h.owed)
		h.observe(at(60_030), false)
		assert.Equal(t, listening, h.phase)
	})
}

func TestHearingEnds(t *testing.T) {
	t.Parallel()
	h := listener()
	h.promise(at(500), 0)
	h.end(at(600))
	h.end(at(700))
	assert.Equal(t, at(600), h.stop, "the first stop counts")
	assert.Equal(t, at(600), h.beforeStop(noon.Add(time.Hour)))
	assert.Equal(t, at(550), h.beforeStop(at(550)))
}
