package api

import (
	"context"
	"net/http"
	"time"

	"fleetbeat/commands"
	"fleetbeat/domain"
)

// callerKey is the key under which a context carries who asks.
type callerKey struct{}

// caller is who asks.
type caller struct {
	owner domain.CustomerID // only what this customer owns is there for the caller; empty: everything
	grant *commands.Grant
	until domain.Instant // the end of the session with which he asks; zero for none
}

// ownerOf returns the customer to whom the caller is bound; empty means that everything is there for the caller.
func ownerOf(ctx context.Context) domain.CustomerID {
	c, _ := ctx.Value(callerKey{}).(caller) // without one, nobody is bound
	return c.owner
}

// keyOf returns the id of the key with which the caller asks; empty where there are no keys.
func keyOf(ctx context.Context) string {
	if c, ok := ctx.Value(callerKey{}).(caller); ok && c.grant != nil {
		return c.grant.ID()
	}
	return ""
}

// stillLetIn returns why the caller of an operation that is not for everybody is no longer let in. It is asked when his body
// has arrived: whoever holds a body back could otherwise act after his key was revoked, and make himself another one.
func (s *server) stillLetIn(r *http.Request) error {
	who, _ := r.Context().Value(callerKey{}).(caller)
	switch {
	case who.grant == nil && s.deps.Keys.Open() == nil:
		return s.turnedAway(r, errNoKey)
	case who.grant != nil && who.grant.Life().Err() != nil, !who.until.IsZero() && who.until <= domain.InstantOf(time.Now()):
		return s.turnedAway(r, errWrongKey)
	}
	return nil
}

// whileLetIn returns a context that also ends when the caller is no longer let in: his key is revoked, his session ends, or
// the log, which had no keys, gets its first. What lasts longer than a request goes on no longer than it.
func (s *server) whileLetIn(ctx context.Context) (context.Context, context.CancelFunc) {
	who, _ := ctx.Value(callerKey{}).(caller)
	if who.grant == nil {
		who.grant = s.deps.Keys.Open()
	}
	var cancel context.CancelFunc
	if who.until.IsZero() {
		ctx, cancel = context.WithCancel(ctx)
	} else {
		ctx, cancel = context.WithDeadline(ctx, who.until.Time())
	}
	if who.grant == nil { // the first key was made since the request was let in
		cancel()
		return ctx, cancel
	}
	stop := context.AfterFunc(who.grant.Life(), cancel)
	return ctx, func() { stop(); cancel() }
}
