package bench

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestVerdicts(t *testing.T) {
	t.Parallel()
	share := Want{RatioAtLeast: 0.6}
	lag := Want{AtMost: 1, Vehicles: 100_000}
	const busy = -1
	for _, c := range []struct {
		promise         string
		want            Want
		measured, floor []float64
		vehicles        int
		verdict         Verdict
	}{
		{"a share that all rounds reach is met", share, []float64{7, 8, 9}, []float64{10, 10, 10}, 0, Met},
		{"exactly what is wanted is met", share, []float64{6, 6, 6}, []float64{10, 10, 10}, 0, Met},
		{"a share that no round reaches is missed", share, []float64{3, 4, 5}, []float64{10, 10, 10}, 0, Missed},
		{"one round out of five decides nothing", share, []float64{7, 7, 1, 7, 7}, []float64{10, 10, 10, 10, 10}, 0, Met},
		{"nor does one that is better than the rest", share, []float64{3, 3, 9, 3, 3}, []float64{10, 10, 10, 10, 10}, 0, Missed},
		{"rounds on both sides are noise, whatever the median", share, []float64{3, 4, 7, 8, 9}, []float64{10, 10, 10, 10, 10}, 0, Noisy},
		{"the share is of the floor of the same turn, not of its median", share, []float64{7, 14, 70}, []float64{10, 20, 100}, 0, Met},
		{"without a floor a share cannot be judged", share, []float64{7}, nil, 0, NotJudged},
		{"a figure below its limit is met", lag, []float64{0.2, 0.3, 0.9}, nil, 100_000, Met},
		{"a figure above its limit is missed", lag, []float64{2, 3, 4}, nil, 1_000_000, Missed},
		{"a figure around its limit is noise", lag, []float64{0.5, 0.9, 1.5, 3}, nil, 100_000, Noisy},
		{"a smaller fleet proves nothing", lag, []float64{0.1}, nil, 99_999, NotJudged},
		{"where nothing is wanted nothing is judged", Want{}, []float64{1}, []float64{1}, 0, NotJudged},
		{"what is missed while others take the cores is noise", share, []float64{3, 4, 5}, []float64{10, 10, 10}, busy, Noisy},
		{"what is met then is met", share, []float64{7, 8, 9}, []float64{10, 10, 10}, busy, Met},
		{"no rounds, no verdict", lag, nil, nil, 100_000, NotJudged},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			m := samples{measured: c.measured, floor: c.floor, vehicles: c.vehicles}
			if c.vehicles == busy {
				m.vehicles, m.others = 0, 0.21
			}
			r := Row{Unit: Pings, Against: "nothing", Want: c.want}.judge(m)
			assert.Equal(t, c.verdict, r.Verdict)
		})
	}
}

func TestMemoryIsMissedOnABusyMachineToo(t *testing.T) {
	t.Parallel()
	r := Row{Unit: Bytes, Want: Want{AtMost: 600e6}}.judge(samples{measured: []float64{900e6}, others: 0.9})
	assert.Equal(t, Missed, r.Verdict)
}

func TestWantInWords(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "≥ 0.158 of the floor", Want{RatioAtLeast: 0.158}.Text(Events))
	assert.Equal(t, "≤ 20 ms at 1,000,000 vehicles", Want{AtMost: 0.02, Vehicles: million}.Text(Seconds))
	assert.Equal(t, "≤ 1 s", Want{AtMost: 1}.Text(Seconds))
	assert.Equal(t, "≤ 600 MB", Want{AtMost: 600e6}.Text(Bytes))
	assert.Empty(t, Want{}.Text(Seconds))
}

func TestUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		unit Unit
		x    float64
		want string
	}{
		{Pings, 26_049, "26,000 pings/s"}, {Lines, 1_234_567, "1,230,000 lines/s"}, {Events, 999, "999 events/s"}, {Events, 0, "0 events/s"},
		{Pings, 0.4567, "0 pings/s"}, {Events, -1234.4, "-1,230 events/s"},
		{Seconds, 0.0001234, "0.12 ms"}, {Seconds, 0.0046, "4.6 ms"}, {Seconds, 0.0461, "46 ms"}, {Seconds, 2.345, "2.35 s"}, {Seconds, 60, "60 s"},
		{Bytes, 108_400_000, "108 MB"}, {Bytes, 1_268_412_000, "1268 MB"},
	} {
		assert.Equal(t, c.want, c.unit.Text(c.x))
	}
	assert.Equal(t, "26,000", Pings.short(26_049), "beside a figure that names it")
	assert.Equal(t, "46 ms", Seconds.short(0.0461))
}
