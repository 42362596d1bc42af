package fleet

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClocks(t *testing.T) {
	t.Parallel()
	p := testPlan(t, 11)
	start := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	kinds, ahead, years := map[ClockKind]int{}, 0, 0
	for v := range p.Fleet.Vehicles() {
		kind := p.Clock(v)
		kinds[kind]++
		offs := map[time.Duration]bool{}
		said := map[time.Time]bool{}
		for beat := range int32(40) {
			at := start.Add(p.BeatAt(v, beat))
			sent := p.SentAt(v, beat, at)
			require.True(t, sent.Year() > 1980 && sent.Year() < 2100, "%s can be written", sent)
			offs[sent.Sub(at)], said[sent] = true, true
			if kind == ClockRight {
				require.Less(t, sent.Sub(at).Abs(), 1001*time.Millisecond)
			} else if kind != ClockStuck {
				require.GreaterOrEqual(t, sent.Sub(at).Abs(), time.Minute)
			}
			if sent.Sub(at) > time.Minute {
				ahead++
			}
			if sent.Sub(at).Abs() > 365*24*time.Hour {
				years++
			}
		}
		switch kind {
		case ClockStuck:
			require.Len(t, said, 1)
		case ClockStepping:
			require.Len(t, offs, 40/stepEvery)
		default:
			require.Len(t, offs, 1)
		}
	}
	for _, kind := range []ClockKind{ClockRight, ClockOff, ClockStepping, ClockStuck} {
		assert.Greater(t, kinds[kind], 20, "some clocks are %s", kind)
	}
	assert.Positive(t, ahead, "some are ahead")
	assert.Positive(t, years, "some are off by years")
}

func TestLinesOfUploads(t *testing.T) {
	t.Parallel()
	p := testPlan(t, 12)
	ordered, disordered, doubled := 0, 0, 0
	for v := range p.Fleet.Vehicles() {
		for _, s := range steps(p, v, longTime) {
			if s.Kind != Upload {
				continue
			}
			lines := p.Lines(v, s)
			require.Equal(t, lines, p.Lines(v, s), "asked again, it is the same")
			if slices.IsSorted(lines) {
				ordered++
			} else {
				disordered++
			}
			slices.Sort(lines)
			each := slices.Compact(slices.Clone(lines))
			if len(each) < len(lines) {
				doubled++
				require.True(t, p.has(forDuplicates, v, p.Duplicates), "only who repeats itself does so here")
			}
			require.Len(t, each, int(s.Beat-s.First)+1, "every heartbeat that was kept is there")
			require.Equal(t, s.First, each[0])
			require.Equal(t, s.Beat, each[len(each)-1])
		}
	}
	assert.Positive(t, ordered)
	assert.Positive(t, disordered, "some uploads are in the wrong order")
	assert.Positive(t, doubled, "some have lines twice")
}

func TestLoads(t *testing.T) {
	t.Parallel()
	p := testPlan(t, 13)
	for v := range p.Fleet.Vehicles() {
		for at := time.Duration(0); at < 5*time.Hour; at += 11 * time.Minute {
			now, soon := p.LoadAt(v, at), p.LoadAt(v, at+time.Minute)
			require.True(t, now.Lat > 55 && now.Lat < 65 && now.Lon > 11 && now.Lon < 19, "%+v is in the country", now)
			require.True(t, now.Fuel >= 0 && now.Fuel <= 100 && now.Speed > 0 && now.Speed < 130, "%+v can be", now)
			require.InDelta(t, now.Lat, soon.Lat, .04, "nobody flies")
		}
	}
}
