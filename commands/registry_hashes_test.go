package commands

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHashes(t *testing.T) {
	t.Parallel()

	t.Run("an empty one finds and removes nothing", func(t *testing.T) {
		t.Parallel()
		var x hashes
		assert.Empty(t, slices.Collect(x.with(7)))
		x.remove(7, 0)
		assert.Zero(t, x.held)
	})

	t.Run("one that became empty finds nothing", func(t *testing.T) {
		t.Parallel()
		var x hashes
		x.add(7, 0)
		x.remove(7, 0)
		assert.Empty(t, slices.Collect(x.with(7)))
	})

	t.Run("it finds what a map finds, however records come and go and clash", func(t *testing.T) {
		t.Parallel()
		random := rand.New(rand.NewPCG(1, 2))
		var x hashes
		model := map[uint32][]uint32{}
		for n := range uint32(6_000) {
			hash := random.Uint32N(200) * 0x01000001 // neighbours, and full at times
			if of := model[hash]; len(of) > 0 && random.IntN(2) == 0 {
				gone := of[random.IntN(len(of))]
				x.remove(hash, gone)
				model[hash] = slices.DeleteFunc(of, func(i uint32) bool { return i == gone })
			} else {
				x.add(hash, n)
				model[hash] = append(of, n)
			}
			x.remove(hash, n+1) // was never there
		}
		held := 0
		for hash, want := range model {
			require.ElementsMatch(t, want, slices.Collect(x.with(hash)))
			held += len(want)
		}
		assert.Equal(t, held, x.held)
		assert.LessOrEqual(t, held, len(x.slots)/4*3)
	})

	t.Run("a search may end early", func(t *testing.T) {
		t.Parallel()
		var x hashes
		x.add(7, 1)
		x.add(7, 2)
		n := 0
		for range x.with(7) {
			n++
			break
		}
		assert.Equal(t, 1, n)
	})
}
