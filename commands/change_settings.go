package commands

import (
	"context"
	"time"

	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// ChangeSettings changes the interval or grace for all; nil leaves it. Error: Invalid.
//
// Customers and vehicles that override one of the two get the other anew; whether theirs together are too long is
// checked when they themselves are changed.
type ChangeSettings struct {
	IntervalSeconds *int64
	GraceSeconds    *int64
}

// SettingsResult is the settings after a change, and where the change lies.
type SettingsResult struct {
	domain.Settings
	Position domain.Position
}

// settingsState is what the stream of settings says.
type settingsState struct {
	place
	settings domain.Settings
}

func loadSettings(ctx context.Context, store eventstore.Store) (s settingsState, err error) {
	s.place, err = load(ctx, store, domain.SettingsStream, func(event domain.Event, _ uuid.UUID) {
		if e, ok := event.(*domain.SettingsChanged); ok {
			s.settings = e.Settings
		}
	})
	return s, err
}

func (w *writer) changeSettings(ctx context.Context, cmd ChangeSettings) (SettingsResult, error) {
	state, err := loadSettings(ctx, w.store)
	if err != nil {
		return SettingsResult{}, err
	}
	event, err := decideChangeSettings(state.settings, cmd, w.most, w.now())
	if err != nil {
		return SettingsResult{}, err
	}
	if event == nil {
		return SettingsResult{state.settings, state.position}, nil
	}
	appended, err := appendNew(ctx, w.store, domain.SettingsStream, state.revision, event)
	if err != nil {
		return SettingsResult{}, err
	}
	w.settle(ctx, appended.Position)
	return SettingsResult{event.Settings, appended.Position}, nil
}

// decideChangeSettings decides; nil where nothing changes.
func decideChangeSettings(before domain.Settings, cmd ChangeSettings, most time.Duration, now domain.Instant) (*domain.SettingsChanged, error) {
	after := before
	if cmd.IntervalSeconds != nil {
		after.IntervalSeconds = *cmd.IntervalSeconds
	}
	if cmd.GraceSeconds != nil {
		after.GraceSeconds = *cmd.GraceSeconds
	}
	if after == before {
		return nil, nil
	}
	if err := checkSettings(after, most); err != nil {
		return nil, err
	}
	return &domain.SettingsChanged{Settings: after, At: now}, nil
}
