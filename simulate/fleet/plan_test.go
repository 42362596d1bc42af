package fleet

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testPlan is a plan in which everything happens often.
func testPlan(t *testing.T, seed uint64) *Plan {
	t.Helper()
	return &Plan{
		Fleet: newFleet(t, seed, 400, 8), Seed: seed, Interval: time.Minute, Timeout: 90 * time.Second,
		Outages: .3, Holes: .3, BadClocks: .3, Duplicates: .3, MassOutageEvery: 20 * time.Minute,
	}
}

// steps returns what a vehicle does for a while.
func steps(p *Plan, vehicle int, until time.Duration) (all []Step) {
	r := p.Route(vehicle)
	for {
		s := p.Next(vehicle, &r)
		if s.At > until {
			return all
		}
		all = append(all, s)
	}
}

const longTime = 3 * time.Hour

func TestTheSameSeedPlaysTheSame(t *testing.T) {
	t.Parallel()
	one, same, other := testPlan(t, 5), testPlan(t, 5), testPlan(t, 6)
	differ := 0
	for v := range one.Fleet.Vehicles() {
		played := steps(one, v, longTime)
		require.Equal(t, played, steps(same, v, longTime))
		if !slices.Equal(played, steps(other, v, longTime)) {
			differ++
		}
		now := time.Unix(1_800_000_000, 0)
		require.Equal(t, one.SentAt(v, 3, now), same.SentAt(v, 3, now))
		require.Equal(t, one.LoadAt(v, time.Hour), same.LoadAt(v, time.Hour))
	}
	assert.Equal(t, one.Fleet.Vehicles(), differ, "another seed plays something else")
}

func TestVehiclesWithoutTrouble(t *testing.T) {
	t.Parallel()
	p := testPlan(t, 1)
	p.Outages, p.Holes, p.Duplicates, p.MassOutageEvery = 0, 0, 0, 0
	firsts := make([]int, 6)
	for v := range p.Fleet.Vehicles() {
		all := steps(p, v, longTime)
		require.InDelta(t, longTime/p.Interval, len(all), 1, "a heartbeat each interval")
		firsts[all[0].At*6/(p.Interval+p.Interval/10)]++
		for i, s := range all {
			require.Equal(t, Step{At: s.At, Kind: Ping, Beat: int32(i), From: s.From}, s, "and nothing else")
			if i > 0 {
				require.InDelta(t, p.Interval, s.At-all[i-1].At, float64(p.Interval)*jitter)
				require.Equal(t, all[i-1].At, s.From)
			}
		}
	}
	for _, n := range firsts {
		assert.InDelta(t, p.Fleet.Vehicles()/6, n, 40, "the fleet's heartbeats are spread over the interval")
	}
}

func TestEveryHeartbeatIsSentOnceOrLost(t *testing.T) {
	t.Parallel()
	p := testPlan(t, 2)
	kinds, reasons := map[Kind]int{}, map[Why]int{}
	for v := range p.Fleet.Vehicles() {
		next, last := int32(0), time.Duration(0)
		for _, s := range steps(p, v, longTime) {
			require.GreaterOrEqual(t, s.At, last, "steps are in order")
			require.Equal(t, last, s.From, "a step knows the one before")
			last = s.At
			kinds[s.Kind]++
			reasons[s.After]++
			switch s.Kind {
			case Ping:
				require.GreaterOrEqual(t, s.Beat, next)
				if s.After == "" {
					require.Equal(t, next, s.Beat, "no heartbeat is missing without a reason")
				}
				next = s.Beat + 1
			case Repeat:
				require.Equal(t, next-1, s.Beat, "the last heartbeat is sent again")
				require.Empty(t, s.After)
			case Upload:
				require.GreaterOrEqual(t, s.First, next, "what is uploaded has not been sent")
				require.GreaterOrEqual(t, s.Beat, s.First)
				require.Less(t, s.Beat-s.First, int32(troubleLimit+1))
				require.NotEmpty(t, s.After)
				next = s.Beat + 1
			}
		}
	}
	for _, k := range []Kind{Ping, Repeat, Upload} {
		assert.Greater(t, kinds[k], 300, "kind %d is played", k)
	}
	for _, why := range []Why{Outage, Hole, MassOutage} {
		assert.Greater(t, reasons[why], 300, "%s is played", why)
	}
}

func TestSilencesAreFoundOutOrNot(t *testing.T) {
	t.Parallel()
	p := testPlan(t, 3)
	p.Timeout = 5 * p.Interval
	found, missed := map[Why]int{}, map[Why]int{}
	for v := range p.Fleet.Vehicles() {
		for _, s := range steps(p, v, longTime) {
			if silence := s.At - s.From; silence > p.Timeout {
				found[s.After]++
				require.Less(t, silence, 20*p.Timeout, "a trouble ends")
			} else {
				missed[s.After]++
			}
		}
	}
	assert.NotContains(t, found, Why(""), "nobody is silent for a timeout without a reason")
	for _, why := range []Why{Outage, Hole} {
		assert.Positive(t, missed[why], "some of %s are too short to be noticed", why)
	}
}

func TestSharesAreThoseOfTheFleet(t *testing.T) {
	t.Parallel()
	p := testPlan(t, 4)
	p.MassOutageEvery, p.Outages, p.Holes, p.Duplicates = 0, .5, .1, .25
	with := map[string]int{}
	for v := range p.Fleet.Vehicles() {
		all := steps(p, v, longTime)
		for name, is := range map[string]func(Step) bool{
			"outage": func(s Step) bool { return s.After == Outage },
			"hole":   func(s Step) bool { return s.Kind == Upload },
			"twice":  func(s Step) bool { return s.Kind == Repeat },
		} {
			if slices.ContainsFunc(all, is) {
				with[name]++
			}
		}
	}
	assert.InDelta(t, 200, with["outage"], 35)
	assert.InDelta(t, 40, with["hole"], 20)
	assert.InDelta(t, 100, with["twice"], 30)
}

func TestAMassOutageSilencesOneCustomer(t *testing.T) {
	t.Parallel()
	p := testPlan(t, 9)
	p.Outages, p.Holes = 0, 0
	hit := map[int]bool{}
	for number := range 8 {
		w, customer := p.MassOutage(number)
		hit[customer] = true
		require.Greater(t, w.To-w.From, p.Timeout, "it is found out")
		require.LessOrEqual(t, w.To-w.From, p.MassOutageEvery)
		for v := range p.Fleet.Vehicles() {
			for _, s := range steps(p, v, w.To) {
				if s.At >= w.From && s.At < w.To {
					require.NotEqual(t, customer, p.Fleet.CustomerOf(v), "step %+v of vehicle %d lies in it", s, v)
				}
			}
		}
	}
	assert.Greater(t, len(hit), 2, "not always the same customer")
}

func TestPlansThatCannotBePlayed(t *testing.T) {
	t.Parallel()
	require.NoError(t, testPlan(t, 1).Check())
	for name, spoil := range map[string]func(*Plan){
		"a share above one":            func(p *Plan) { p.Outages = 1.01 },
		"a negative share":             func(p *Plan) { p.Duplicates = -.1 },
		"an interval of nothing":       func(p *Plan) { p.Interval = time.Millisecond },
		"no timeout":                   func(p *Plan) { p.Timeout = 0 },
		"mass outages before the last": func(p *Plan) { p.MassOutageEvery = -1 },
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			p := testPlan(t, 1)
			spoil(p)
			assert.Error(t, p.Check())
		})
	}
}
