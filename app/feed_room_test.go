package app

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"fleetbeat/api"
)

func TestFeedRoom(t *testing.T) {
	t.Parallel()
	for files, want := range map[uint64]int{
		0: api.MaxReaders, 1: 1, 1024: 512, 2*api.MaxReaders - 2: api.MaxReaders - 1, 2 * api.MaxReaders: api.MaxReaders, 1 << 62: api.MaxReaders, ^uint64(0): api.MaxReaders,
	} {
		assert.Equal(t, want, feedRoom(files), files)
	}
	assert.NotZero(t, openFiles())
}
