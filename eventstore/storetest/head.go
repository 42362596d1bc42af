package storetest

import (
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

func heads() []promise {
	return []promise{
		{name: "of an empty log is the zero position", needs: ownLog, test: headOfEmpty},
		{name: "lies at or after the last acknowledged event and before the next", test: headMoves},
	}
}

func headOfEmpty(f *fixture) {
	head, err := f.store.Head(f.ctx)
	require.NoError(f, err)
	assert.True(f, head.IsZero())
}

func headMoves(f *fixture) {
	last := eventstore.NoStream
	head, err := f.store.Head(f.ctx)
	require.NoError(f, err)
	for i := range 10 {
		events := f.events(1+i%3, "happened")
		got := f.append("s", last, events...)
		last = got.Revision
		after := f.all(head)
		require.Equal(f, ids(events), recordedIDs(after), "no event lies between a head and the next append")
		head, err = f.store.Head(f.ctx)
		require.NoError(f, err)
		require.False(f, head.Before(got.Position))
		require.Empty(f, f.all(head))
	}
}
