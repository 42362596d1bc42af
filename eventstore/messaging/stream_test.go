package messaging

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
)

func TestRecent(t *testing.T) {
	t.Parallel()
	t.Run("remembers the last ids and no more", func(t *testing.T) {
		t.Parallel()
		var r recent
		var ids []uuid.UUID
		for range 3 * recentIDs {
			id := uuid.New()
			ids = append(ids, id)
			assert.False(t, r.has(id))
			r.add(id)
			r.add(id)
		}
		for i, id := range ids {
			assert.Equal(t, i >= 2*recentIDs, r.has(id), "id %d", i)
		}
		assert.Len(t, r.known, recentIDs)
		assert.Len(t, r.ring, recentIDs)
	})
}
