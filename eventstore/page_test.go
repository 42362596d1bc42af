package eventstore_test

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

func event(r *rand.Rand, size int) eventstore.Event {
	e := eventstore.Event{ID: uuid.New(), Type: "thing.happened.v1", Data: make([]byte, size), Metadata: []byte(`{}`)}
	for i := range e.Data {
		e.Data[i] = byte(r.Uint32())
	}
	return e
}

func all(t *testing.T, p eventstore.Page) (got []eventstore.Recorded) {
	t.Helper()
	for e, err := range p.Events() {
		require.NoError(t, err)
		got = append(got, e)
	}
	return got
}

func TestPage(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	at := time.UnixMilli(1_700_000_000_123).UTC()
	head := eventstore.Block{Stream: "s", Type: "thing.happened.v1", Revision: 7, Position: eventstore.Position{Commit: 100, Prepare: 90}, Time: at, Count: 3}
	events := []eventstore.Event{event(r, 1), event(r, 0), event(r, 1000)}
	body := eventstore.AppendBody(nil, events...)

	t.Run("gives back every byte, revision and position after a round trip", func(t *testing.T) {
		var b eventstore.PageBuilder
		n, err := b.AddBlock(head, body)
		require.NoError(t, err)
		require.Equal(t, 3, n)
		single := eventstore.Recorded{Event: event(r, 5), Stream: "other", Revision: 0, Position: eventstore.Position{Commit: 200, Prepare: 200}, Time: at}
		require.True(t, b.Add(single))

		page, err := eventstore.ParsePage(b.Page().Bytes())
		require.NoError(t, err)
		got := all(t, page)
		require.Len(t, got, 4)
		assert.Equal(t, 4, page.Len())
		assert.Equal(t, head.Position, page.First())
		assert.Equal(t, single.Position, page.Last())
		for i, e := range events {
			assert.Equal(t, e.ID, got[i].ID)
			assert.True(t, bytes.Equal(e.Data, got[i].Data))
			assert.Equal(t, eventstore.Revision(7+i), got[i].Revision)
			assert.Equal(t, eventstore.Position{Commit: uint64(100 + i), Prepare: uint64(90 + i)}, got[i].Position)
		}
		assert.Equal(t, single, got[3])
	})

	t.Run("takes as much of a block as fits and Skip gives the rest", func(t *testing.T) {
		big := []eventstore.Event{event(r, 1<<20-100), event(r, 1<<20-100), event(r, 1<<20-100), event(r, 1<<20-100), event(r, 1<<20-100)}
		head := head
		head.Count = len(big)
		body := eventstore.AppendBody(nil, big...)
		var seen []eventstore.Recorded
		for head.Count > 0 {
			var b eventstore.PageBuilder
			n, err := b.AddBlock(head, body)
			require.NoError(t, err)
			require.Positive(t, n)
			page := b.Page()
			assert.LessOrEqual(t, len(page.Bytes()), eventstore.MaxPageBytes+1000)
			seen = append(seen, all(t, page)...)
			head, body, err = eventstore.Skip(head, body, n)
			require.NoError(t, err)
		}
		require.Len(t, seen, len(big))
		for i := range big {
			assert.Equal(t, big[i].ID, seen[i].ID)
			assert.Equal(t, eventstore.Revision(7+i), seen[i].Revision)
		}
	})

	t.Run("a full page takes nothing more", func(t *testing.T) {
		var b eventstore.PageBuilder
		for i := range eventstore.MaxPageEvents {
			require.True(t, b.Add(eventstore.Recorded{Event: event(r, 1), Stream: "s", Position: eventstore.Position{Commit: uint64(i + 1), Prepare: uint64(i + 1)}}))
		}
		assert.True(t, b.Full())
		assert.False(t, b.Add(eventstore.Recorded{Event: event(r, 1), Stream: "s"}))
	})

	t.Run("says corrupt of anything cut short, and never panics", func(t *testing.T) {
		var b eventstore.PageBuilder
		_, err := b.AddBlock(head, body)
		require.NoError(t, err)
		raw := b.Page().Bytes()
		for i := 1; i < len(raw); i++ {
			_, err := eventstore.ParsePage(raw[:i])
			require.ErrorIs(t, err, eventstore.ErrCorrupt)
		}
		broken := bytes.Clone(raw)
		broken[len(raw)-1003] ^= 0xff
		if page, err := eventstore.ParsePage(broken); err == nil {
			for _, err := range page.Events() {
				_ = err
			}
		}
	})
}

func FuzzParsePage(f *testing.F) {
	f.Add([]byte{1, 's', 1, 't', 0, 1, 1, 1, 1, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		page, err := eventstore.ParsePage(raw)
		if err != nil {
			return
		}
		for _, err := range page.Events() {
			if err != nil {
				return
			}
		}
	})
}
