package bench

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// pinging is how many vehicles the pings and uploads are of.
const pinging = 1000

// fullBody is a heartbeat with everything that a vehicle may say. The number in its id is counted up: one that came before
// would be stored as bare contact.
const fullBody = `{"id":"000000000000","sentAt":"2026-06-01T12:00:00.000Z","location":{"lat":59.3326,"lon":18.0649},` +
	`"readings":{"speed":61.5,"fuel":33,"engine_temperature":88.25}}`

func pingRequest(vehicle int, body string) []byte {
	return fmt.Appendf(nil, "POST /heartbeat/%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", vinOf(vehicle), len(body), body)
}

// measureHeartbeats measures how heartbeats come in: singly and as a stream. One server takes both, and the whole of it:
// liveness and the views fold the same heartbeats on the same cores at the same time.
func measureHeartbeats(ctx context.Context, s *session) (found map[string]samples, err error) {
	data, err := s.folder()
	if err != nil {
		return nil, err
	}
	log := filepath.Join(data, "events.db")
	if err := (fleet{vehicles: pinging, timeout: time.Hour}).write(ctx, log, time.Now()); err != nil {
		return nil, err
	}
	server, stop, err := s.serve(ctx, data)
	if err != nil {
		return nil, err
	}
	defer stop()
	found = map[string]samples{}
	for _, row := range []struct{ name, body string }{{"ping", ""}, {"ping-full", fullBody}} {
		if !s.asksFor(row.name) {
			continue
		}
		if found[row.name], err = s.measurePings(ctx, server, row.body); err != nil {
			return found, err
		}
	}
	if s.asksFor("upload") {
		found["upload"], err = s.measureUpload(ctx, server)
	}
	return found, err
}
