package bench

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The wants are what was promised, and no other: a change here is a change of the promise.
func TestWhatIsWanted(t *testing.T) {
	t.Parallel()
	promised := map[string]Want{
		"ping": {RatioAtLeast: 0.6}, "ping-full": {RatioAtLeast: 0.6}, "upload": {RatioAtLeast: 0.4},
		"rebuild":      {RatioAtLeast: 0.158},
		"ping-visible": {AtMost: 1, Vehicles: 100_000}, "deadline-visible": {AtMost: 1, Vehicles: 100_000},
		"page": {AtMost: 0.020, Vehicles: 1_000_000}, "counts": {AtMost: 0.050, Vehicles: 1_000_000}, "text": {AtMost: 0.050, Vehicles: 1_000_000},
		"memory": {AtMost: 600_000_000, Vehicles: 1_000_000},
		"append": {}, "append-one": {}, "scan": {},
	}
	require.Len(t, Rows(), len(promised))
	for _, r := range Rows() {
		t.Run(r.Name+" is wanted as promised", func(t *testing.T) {
			t.Parallel()
			want, ok := promised[r.Name]
			require.True(t, ok)
			assert.Equal(t, want, r.Want)
			assert.NotEmpty(t, r.What)
			assert.NotEmpty(t, r.Unit)
		})
		t.Run(r.Name+" has a floor where a share of it is wanted", func(t *testing.T) {
			t.Parallel()
			if r.Want.RatioAtLeast > 0 {
				assert.NotEmpty(t, r.Against)
			}
		})
	}
	assert.InDelta(t, 300_000.0/1_900_000, promised["rebuild"].RatioAtLeast, 0.001, "as a share, so that it holds on any machine")
}

func TestChoosing(t *testing.T) {
	t.Parallel()
	all, err := choose(nil)
	require.NoError(t, err)
	assert.Len(t, all, len(Rows()), "none named means all")
	some, err := choose([]string{"scan", "ping"})
	require.NoError(t, err)
	assert.Equal(t, []string{"scan", "ping"}, some)
	_, err = choose([]string{"ping", "pong"})
	require.ErrorContains(t, err, `"pong"`)
}

func TestSizesReachWhatIsWanted(t *testing.T) {
	t.Parallel()
	fleets := map[string]int{"ping-visible": Default().Watched, "deadline-visible": Default().Watched}
	for _, row := range []string{"page", "counts", "text", "memory"} {
		fleets[row] = Default().Vehicles
	}
	for _, r := range Rows() {
		assert.GreaterOrEqual(t, fleets[r.Name], r.Want.Vehicles, "a default run judges %s", r.Name)
	}
	for _, size := range []Size{Default(), Quick()} {
		assert.Zero(t, size.Brief%1_000_000_000, "a timeout is whole seconds")
		assert.Equal(t, 256, size.Connections, "as the promise says")
		assert.GreaterOrEqual(t, size.Rounds, 3, "a median of less is none")
	}
	quick, whole := Quick(), Default()
	assert.Less(t, quick.Vehicles, whole.Vehicles)
	assert.Less(t, quick.Watch*3, whole.Watch*5)
}
