package commands

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// The bounds of looking up VINs that the registry does not know.
const (
	lookupsPerSecond = 200
	lookupBurst      = 1000
	lookupTimeout    = 5 * time.Second
	rememberFor      = time.Second
	maxRemembered    = 10_000
)

// lookups answers for VINs that the registry does not know, from their streams: another node may have registered one a
// moment ago. It reads a VIN's stream once at a time, all streams at a bounded rate, and remembers each answer for a
// second, so that pinging nonsense costs the log next to nothing.
type lookups struct {
	store  eventstore.Store
	flight singleflight.Group

	mu         sync.Mutex
	remembered map[domain.VIN]lookedUp
	bucket     bucket
}

// lookedUp is an answer and until when it is remembered.
type lookedUp struct {
	registered bool
	owner      domain.CustomerID
	until      time.Time
}

func newLookups(store eventstore.Store, perSecond int) *lookups {
	if perSecond <= 0 {
		perSecond = lookupsPerSecond
	}
	burst := float64(max(perSecond, lookupBurst))
	return &lookups{store: store, remembered: map[domain.VIN]lookedUp{}, bucket: bucket{rate: float64(perSecond), size: burst, tokens: burst, at: time.Now()}}
}

// find looks a VIN up. The error is Overloaded where too many are looked up, else the event log's or ctx's.
func (l *lookups) find(ctx context.Context, vin domain.VIN) (lookedUp, error) {
	if answer, ok := l.recall(vin); ok {
		return answer, nil
	}
	answers := l.flight.DoChan(string(vin), func() (any, error) {
		// Not with the ctx of whoever asked first: others wait for the same answer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookupTimeout)
		defer cancel()
		return l.read(ctx, vin)
	})
	select {
	case r := <-answers:
		answer, _ := r.Val.(lookedUp)
		return answer, r.Err
	case <-ctx.Done():
		return lookedUp{}, ctx.Err()
	}
}

func (l *lookups) read(ctx context.Context, vin domain.VIN) (lookedUp, error) {
	if answer, ok := l.recall(vin); ok { // read between the caller's look and now
		return answer, nil
	}
	if !l.admit() {
		return lookedUp{}, &domain.Error{
			Kind: domain.Overloaded, RetryAfter: 1, Message: "too many unknown vehicles at once to look each of them up; please try again",
		}
	}
	s, err := loadVehicle(ctx, l.store, vin)
	if err != nil {
		return lookedUp{}, err
	}
	answer := lookedUp{registered: s.registered, owner: s.vehicle.CustomerID, until: time.Now().Add(rememberFor)}
	l.remember(vin, answer)
	return answer, nil
}

func (l *lookups) recall(vin domain.VIN) (lookedUp, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	answer, ok := l.remembered[vin]
	return answer, ok && time.Now().Before(answer.until)
}

func (l *lookups) remember(vin domain.VIN, answer lookedUp) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.remembered) >= maxRemembered {
		clear(l.remembered) // the rate bounds what that costs
	}
	l.remembered[vin] = answer
}

// forget drops what is remembered of a VIN that was registered just now.
func (l *lookups) forget(vin domain.VIN) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.remembered, vin)
}

func (l *lookups) admit() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bucket.take(time.Now())
}

// bucket gives out tokens: rate a second, at most size at once.
type bucket struct {
	rate, size, tokens float64
	at                 time.Time
}

// take reports whether there was a token.
func (b *bucket) take(now time.Time) bool {
	b.tokens = min(b.size, b.tokens+b.rate*now.Sub(b.at).Seconds())
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
