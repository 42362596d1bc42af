package eventstore_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

// fullPage is one event more than a page holds, so that its body has to be looked at.
const fullPage = eventstore.MaxPageEvents + 1

func TestCorruptBlocks(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 2))
	body := eventstore.AppendBody(nil, event(r, 10), event(r, 20))
	head := eventstore.Block{Stream: "vehicle-V", Type: "thing.happened.v1", Revision: 7, Position: eventstore.Position{Commit: 1, Prepare: 1}, Count: 3}

	for promise, body := range map[string][]byte{
		"that ends with an event fewer than its header counts": body,
		"cut short inside an id":                               append(slices.Clone(body), 1, 2, 3),
		"cut short after an id":                                append(slices.Clone(body), make([]byte, 16)...),
		"with data longer than the rest":                       append(slices.Clone(body), append(make([]byte, 16), 200, 1, 'x')...),
		"with a length that is no number":                      append(slices.Clone(body), append(make([]byte, 16), bytes.Repeat([]byte{0xff}, 11)...)...),
	} {
		t.Run("a body "+promise+" is corrupt, after the events that are whole", func(t *testing.T) {
			t.Parallel()
			whole, last := 0, error(nil)
			for e, err := range eventstore.Unfold(head, body) {
				require.NoError(t, last, "an error is the last thing yielded")
				if last = err; err == nil {
					assert.Equal(t, eventstore.Revision(7+whole), e.Revision)
					whole++
				}
			}
			assert.Equal(t, 2, whole)
			require.ErrorIs(t, last, eventstore.ErrCorrupt)
			require.ErrorContains(t, last, `event 2 of "vehicle-V" at revision 7`)
		})
		t.Run("a page with a body "+promise+" says so when it is read", func(t *testing.T) {
			t.Parallel()
			var b eventstore.PageBuilder
			n, err := b.AddBlock(head, body)
			require.NoError(t, err, "a block that fits goes in without a look at it")
			require.Equal(t, 3, n)
			page, err := eventstore.ParsePage(b.Page().Bytes())
			require.NoError(t, err)
			whole := 0
			for _, err = range page.Events() {
				if err == nil {
					whole++
				}
			}
			assert.Equal(t, 2, whole)
			require.ErrorIs(t, err, eventstore.ErrCorrupt)
		})
		t.Run("to skip past the end of a body "+promise+" is corrupt", func(t *testing.T) {
			t.Parallel()
			_, _, err := eventstore.Skip(head, body, 3)
			require.ErrorIs(t, err, eventstore.ErrCorrupt)
			require.ErrorContains(t, err, `block of "vehicle-V" at revision 7`)
		})
		t.Run("to cut a body "+promise+" is corrupt and adds nothing", func(t *testing.T) {
			t.Parallel()
			var b eventstore.PageBuilder
			head := head
			head.Count = fullPage
			n, err := b.AddBlock(head, body)
			require.ErrorIs(t, err, eventstore.ErrCorrupt)
			assert.Zero(t, n)
			assert.Zero(t, b.Len())
			assert.Empty(t, b.Page().Bytes())
		})
	}
	t.Run("a block of no events is corrupt", func(t *testing.T) {
		t.Parallel()
		_, err := eventstore.ParsePage([]byte{1, 's', 1, 't', 0, 1, 1, 1, 0, 0})
		require.ErrorIs(t, err, eventstore.ErrCorrupt)
	})
	t.Run("a page whose memory was changed says so and yields nothing of the block", func(t *testing.T) {
		t.Parallel()
		raw := []byte{1, 's', 1, 't', 0, 1, 1, 1, 1, 0}
		page, err := eventstore.ParsePage(raw)
		require.NoError(t, err)
		raw[0] = 0xff
		yielded := 0
		for _, err = range page.Events() {
			yielded++
		}
		require.ErrorIs(t, err, eventstore.ErrCorrupt)
		assert.Equal(t, 1, yielded)
	})
}

func TestPageBuilder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 4))
	single := func() eventstore.Recorded {
		return eventstore.Recorded{Event: event(r, 8), Stream: "s", Position: eventstore.Position{Commit: 5, Prepare: 5}}
	}
	t.Run("counts what is in it and is empty after it gave its page", func(t *testing.T) {
		var b eventstore.PageBuilder
		assert.Zero(t, b.Len())
		require.True(t, b.Add(single()))
		require.True(t, b.Add(single()))
		assert.Equal(t, 2, b.Len())
		assert.False(t, b.Full())
		assert.Equal(t, 2, b.Page().Len())
		assert.Zero(t, b.Len())
		assert.Equal(t, eventstore.Page{}, b.Page())
	})
	t.Run("holds the same whether it was grown or not", func(t *testing.T) {
		var b, grown eventstore.PageBuilder
		e := single()
		grown.Grow(1 << 20)
		require.True(t, b.Add(e))
		require.True(t, grown.Add(e))
		assert.Equal(t, b.Page().Bytes(), grown.Page().Bytes())
	})
	t.Run("leaves the page it gave alone when it goes on", func(t *testing.T) {
		var b eventstore.PageBuilder
		require.True(t, b.Add(single()))
		page := b.Page()
		before := bytes.Clone(page.Bytes())
		require.True(t, b.Add(single()))
		assert.Equal(t, before, page.Bytes())
	})
	t.Run("takes one event beyond its bytes when it is alone, and only then", func(t *testing.T) {
		big := eventstore.Recorded{Event: event(r, eventstore.MaxPageBytes+1), Stream: "s"}
		var alone, second eventstore.PageBuilder
		assert.True(t, alone.Add(big))
		assert.True(t, alone.Full())
		require.True(t, second.Add(single()))
		assert.False(t, second.Add(big))
		assert.Equal(t, 1, second.Len())
	})
	t.Run("stops reading where the reader stops", func(t *testing.T) {
		var b eventstore.PageBuilder
		require.True(t, b.Add(single()))
		require.True(t, b.Add(single()))
		read := 0
		for _, err := range b.Page().Events() {
			require.NoError(t, err)
			read++
			break
		}
		assert.Equal(t, 1, read)
	})
}
