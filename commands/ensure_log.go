package commands

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// EnsureLog gives a new log its id and its settings, and returns those that it has: of a log that is not new, and where
// another node was faster, not the seed's. A caller whose flags say something else than stored should warn. It is
// called before anything else is appended, and harmless to call again. maxAge is how long heartbeats are kept (0: for
// ever). Errors: Invalid for a seed out of its limits, even where it is not needed; else the event log's.
func EnsureLog(ctx context.Context, store eventstore.Store, seed domain.Settings, maxAge time.Duration, now domain.Instant) (logID string, stored domain.Settings, err error) {
	if err := checkSettings(seed, maxAge/2); err != nil {
		return "", domain.Settings{}, err
	}
	if logID, err = ensureID(ctx, store, now); err != nil {
		return "", domain.Settings{}, fmt.Errorf("give the log an id: %w", err)
	}
	if stored, err = ensureSettings(ctx, store, seed, now); err != nil {
		return "", domain.Settings{}, fmt.Errorf("give the log its settings: %w", err)
	}
	return logID, stored, nil
}

// EnsureLogID gives a new log its id alone, for who writes to a log before it is first served: settings are then seeded
// by the flags it is served with.
func EnsureLogID(ctx context.Context, store eventstore.Store, now domain.Instant) (logID string, err error) {
	if logID, err = ensureID(ctx, store, now); err != nil {
		return "", fmt.Errorf("give the log an id: %w", err)
	}
	return logID, nil
}

// ensureID returns the log's id. A new one is 26 letters and digits: the first 8, which positions carry as text, tell
// two logs apart in all but one of a million million cases.
func ensureID(ctx context.Context, store eventstore.Store, now domain.Instant) (string, error) {
	read := func() (id string, err error) {
		_, err = load(ctx, store, domain.LogStream, func(event domain.Event, _ uuid.UUID) {
			if e, ok := event.(*domain.LogCreated); ok {
				id = e.ID
			}
		})
		return id, err
	}
	id, err := read()
	if err != nil || id != "" {
		return id, err
	}
	created := &domain.LogCreated{ID: strings.ToLower(rand.Text()), At: now}
	_, err = appendNew(ctx, store, domain.LogStream, eventstore.NoStream, created)
	if lost(err) {
		return read()
	}
	return created.ID, err
}

func ensureSettings(ctx context.Context, store eventstore.Store, seed domain.Settings, now domain.Instant) (domain.Settings, error) {
	s, err := loadSettings(ctx, store)
	if err != nil || s.revision != eventstore.NoStream {
		return s.settings, err
	}
	_, err = appendNew(ctx, store, domain.SettingsStream, eventstore.NoStream, &domain.SettingsChanged{Settings: seed, At: now})
	if lost(err) {
		s, err = loadSettings(ctx, store)
		return s.settings, err
	}
	return seed, err
}
