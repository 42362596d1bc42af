package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"fleetbeat/domain"
)

// What uploads may cost together. Memory: an upload has about 1.5 MB, the first eight four times that, one compressed with
// zstd up to 9 MiB more. The log: the chunks that are recorded at the same time are a sixth of what its queue takes, so
// uploads alone never fill it. They must not: a node whose queue overflows is deaf, and a deaf node cannot tell which vehicles are silent.
const (
	uploadRoom    = 128 // in units of what a plain upload costs
	keyRoom       = 96  // of these for one key: a gateway whose uploads hang must leave others room
	zstdRoom      = 4
	maxTurns      = 8
	enterPatience = 10 * time.Second // how long an upload waits for room; nothing of it is read meanwhile
)

// enter waits for room for an upload and returns how to give it back. Without room the error is Overloaded.
func (b *bulk) enter(ctx context.Context, coding coding) (leave func(), err error) {
	weight := int64(1)
	if coding == codingZstd {
		weight = zstdRoom
	}
	own := b.roomOf(keyOf(ctx))
	ctx, cancel := context.WithTimeout(ctx, enterPatience)
	defer cancel()
	if own.Acquire(ctx, weight) != nil {
		return nil, tooManyUploads("too many uploads at once with this API key; sending it again is safe")
	}
	if b.room.Acquire(ctx, weight) != nil {
		own.Release(weight)
		return nil, tooManyUploads("too many uploads at once; sending it again is safe")
	}
	return func() { b.room.Release(weight); own.Release(weight) }, nil
}

// roomOf returns the room of a key's uploads, of all uploads where there are no keys.
func (b *bulk) roomOf(key string) *semaphore.Weighted {
	most := int64(keyRoom)
	if key == "" {
		most = uploadRoom
	}
	found, ok := b.keyRooms.Load(key)
	if !ok {
		found, _ = b.keyRooms.LoadOrStore(key, semaphore.NewWeighted(most))
	}
	room, _ := found.(*semaphore.Weighted)
	return room
}

func tooManyUploads(message string) error {
	return &domain.Error{Kind: domain.Overloaded, RetryAfter: 5, Message: message}
}

// enlarge gives an upload large chunks while few have them, and returns what takes them away again.
func (b *bulk) enlarge(parts *bulkParts) (done func()) {
	select {
	case b.large <- struct{}{}:
	default:
		return func() {}
	}
	for _, c := range parts.chunks {
		c.large = true
	}
	return func() {
		for i, c := range parts.chunks {
			c.large = false
			if cap(c.lines) > chunkLines { // the next one to use it may have no right to so much
				parts.chunks[i] = &chunk{}
			}
		}
		<-b.large
	}
}

// stopPatience is how long uploads may go on when the server stops. Many are short and end by themselves; one that goes
// on for days would make every stop a failure.
const stopPatience = 2 * time.Second

// stopping ends the uploads under way when their server stops. Its zero value is ready to use.
type stopping struct {
	mu      sync.Mutex
	servers map[*http.Server]bool // those whose stop is heard of: true when they have stopped
	bodies  map[*bulkBody]*http.Server
}

// watch makes the stop of the server that r came to the end of body. The function it returns ends the watch.
func (s *stopping) watch(r *http.Request, body *bulkBody) (done func()) {
	server, ok := r.Context().Value(http.ServerContextKey).(*http.Server)
	if !ok {
		return func() {}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.servers == nil {
		s.servers, s.bodies = map[*http.Server]bool{}, map[*bulkBody]*http.Server{}
	}
	stopped, known := s.servers[server]
	if !known {
		s.servers[server] = false
		server.RegisterOnShutdown(func() { time.AfterFunc(stopPatience, func() { s.stop(server) }) })
	}
	if stopped {
		body.cut(errStopping())
	}
	s.bodies[body] = server
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.bodies, body)
	}
}

func (s *stopping) stop(server *http.Server) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.servers[server] = true
	for body, at := range s.bodies {
		if at == server {
			body.cut(errStopping())
		}
	}
}

func errTurnedAway() error {
	return &domain.Error{Kind: domain.Overloaded, RetryAfter: 1, Message: "the API key was revoked, or the session ended, before the body did"}
}

func errStopping() error {
	return &domain.Error{Kind: domain.Overloaded, RetryAfter: 1, Message: "the server is being stopped; sending the body again is safe"}
}
