package api

import (
	"context"

	"fleetbeat/domain"
)

// callerKey is the key under which a context carries who asks.
type callerKey struct{}

// caller is who asks.
type caller struct {
	owner domain.CustomerID // only what this customer owns is there for the caller; empty: everything
}

// ownerOf returns the customer to whom the caller is bound; empty means that everything is there for the caller.
func ownerOf(ctx context.Context) domain.CustomerID {
	c, _ := ctx.Value(callerKey{}).(caller) // without one, nobody is bound
	return c.owner
}
