package api

import (
	"context"

	"fleetbeat/domain"
)

// BoundTo returns a context in which a customer asks.
func BoundTo(ctx context.Context, owner domain.CustomerID) context.Context {
	return context.WithValue(ctx, callerKey{}, caller{owner: owner})
}
