package messaging

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"fleetbeat/eventstore"
)

const (
	// recentIDs is how many of a stream's last event ids a publisher remembers.
	recentIDs = 1000
	// unread is the revision of a stream that was not looked at yet.
	unread = eventstore.NoStream - 1
)

// stream is what a publisher knows of one stream. Who holds turn may use it.
type stream struct {
	name     string
	turn     chan struct{}
	revision eventstore.Revision // of the last event seen
	ids      recent
}

// load finds out where the stream ends and what its last events are, once.
func (s *stream) load(ctx context.Context, store eventstore.Store) error {
	if s.revision != unread {
		return nil
	}
	end, ids := eventstore.NoStream, []uuid.UUID(nil)
	for r, err := range store.ReadStream(ctx, s.name, eventstore.End, eventstore.Backwards) {
		if err != nil {
			return fmt.Errorf("read the end of %q: %w", s.name, err)
		}
		end = max(end, r.Revision)
		if ids = append(ids, r.ID); len(ids) == recentIDs {
			break
		}
	}
	s.revision = end
	for i := len(ids) - 1; i >= 0; i-- {
		s.ids.add(ids[i])
	}
	return nil
}

// catchUp reads what others wrote since.
func (s *stream) catchUp(ctx context.Context, store eventstore.Store) error {
	for r, err := range store.ReadStream(ctx, s.name, s.revision+1, eventstore.Forwards) {
		if err != nil {
			return fmt.Errorf("read %q from revision %d: %w", s.name, s.revision+1, err)
		}
		s.saw(r.ID, r.Revision)
	}
	return nil
}

func (s *stream) saw(id uuid.UUID, at eventstore.Revision) {
	s.ids.add(id)
	s.revision = at
}

// recent is the last ids added. The zero recent is empty.
type recent struct {
	known map[uuid.UUID]struct{}
	ring  []uuid.UUID
	next  int
}

func (r *recent) has(id uuid.UUID) bool {
	_, ok := r.known[id]
	return ok
}

func (r *recent) add(id uuid.UUID) {
	if r.has(id) {
		return
	}
	if r.known == nil {
		r.known = map[uuid.UUID]struct{}{}
	}
	r.known[id] = struct{}{}
	if len(r.ring) < recentIDs {
		r.ring = append(r.ring, id)
		return
	}
	delete(r.known, r.ring[r.next])
	r.ring[r.next] = id
	r.next = (r.next + 1) % recentIDs
}
