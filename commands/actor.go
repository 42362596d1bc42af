package commands

import (
	"context"

	"fleetbeat/eventstore"
)

// actorKey is the key under which a context carries who acts.
type actorKey struct{}

// WithActor returns a context whose commands write into every event what led to it (correlationID: the request's id) and
// who did it (by: a key's id, a node, "import"). Without it an event does not say where it came from.
func WithActor(ctx context.Context, correlationID, by string) context.Context {
	return context.WithValue(ctx, actorKey{}, eventstore.Metadata{CorrelationID: correlationID, By: by})
}

// actor returns the metadata of events that are appended on behalf of ctx.
func actor(ctx context.Context) eventstore.Metadata {
	m, _ := ctx.Value(actorKey{}).(eventstore.Metadata) // none is the empty metadata
	return m
}
