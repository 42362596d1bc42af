package commands

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// appendNew appends events that nobody ever appended before, under fresh ids.
func appendNew(ctx context.Context, store eventstore.Store, stream string, expected eventstore.Revision, events ...domain.Event) (eventstore.Appended, error) {
	return appendAs(ctx, store, stream, expected, func(int) uuid.UUID { return uuid.New() }, events...)
}

// appendAs appends events, event i under the id that id(i) gives. As long as the outcome is unknown it repeats the same
// append, ids and all, until ctx ends: giving up earlier would leave the caller with a change that may appear later.
func appendAs(ctx context.Context, store eventstore.Store, stream string, expected eventstore.Revision, id func(i int) uuid.UUID, events ...domain.Event) (eventstore.Appended, error) {
	encoded := make([]eventstore.Event, len(events))
	for i, e := range events {
		var err error
		if encoded[i], err = eventstore.Encode(id(i), e, actor(ctx)); err != nil {
			return eventstore.Appended{}, fmt.Errorf("append to %q: %w", stream, err)
		}
	}
	for n := 0; ; n++ {
		appended, err := store.Append(ctx, stream, expected, encoded...)
		if err == nil || !errors.Is(err, eventstore.ErrUnknownOutcome) {
			return appended, err
		}
		if pause(ctx, n) != nil {
			return eventstore.Appended{}, err
		}
	}
}
