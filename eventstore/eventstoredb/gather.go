package eventstoredb

import (
	"context"
	"sync"
	"time"

	"fleetbeat/eventstore"
)

// gather is one page between the goroutine that receives events and the one that wants them: what has come so far, and no more
// than fits.
type gather struct {
	mu      sync.Mutex
	page    eventstore.PageBuilder
	waiting bool  // an event did not fit, and whoever brought it waits
	live    bool  // everything up to some moment has come
	news    bool  // live has not been told
	err     error // why nothing more comes

	wake chan struct{} // holds one token when there is something new to take
	room chan struct{} // holds one token when something was taken
}

func newGather() *gather {
	return &gather{wake: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// add brings an event, and waits while there is no room for it. The error is ctx's.
func (g *gather) add(ctx context.Context, e eventstore.Recorded) error {
	for {
		g.mu.Lock()
		first := g.page.Len() == 0
		added := g.page.Add(e)
		g.waiting = !added
		news := first || !added || g.page.Full() // waking the taker for each event would cost as much as the event
		g.mu.Unlock()
		if news {
			ring(g.wake)
		}
		if added {
			return nil
		}
		select {
		case <-g.room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// setLive says that everything up to some moment has come, or that this is so no more.
func (g *gather) setLive(live bool) {
	g.mu.Lock()
	g.news = live && (g.news || !g.live)
	g.live = live
	g.mu.Unlock()
	ring(g.wake)
}

// end says that nothing more comes, and why.
func (g *gather) end(err error) {
	g.mu.Lock()
	g.err = err
	g.mu.Unlock()
	ring(g.wake)
}

// pace says how much is worth taking.
type pace int

const (
	atOnce pace = iota // whatever there is
	soon               // what there is when live; before, a full page or what comes within linger
	full               // a full page, or what is left when nothing more comes
)

// linger is how long events of a subscription that catches up are gathered. Its reader does as much work for a page of one event as
// for one of thousands, and may be faster than the client.
const linger = 20 * time.Millisecond

// take returns what there is, or waits until there is something and enough of it. Events come before the error that ended them. One
// goroutine takes.
func (g *gather) take(ctx context.Context, p pace) (eventstore.Delivery, error) {
	var late <-chan time.Time
	waited := p == atOnce
	for {
		if err := ctx.Err(); err != nil {
			return eventstore.Delivery{}, err
		}
		d, something, err := g.look(p, waited)
		if err != nil || d.taken {
			return d.Delivery, err
		}
		if something && p == soon && late == nil {
			timer := time.NewTimer(linger)
			defer timer.Stop()
			late = timer.C
		}
		select {
		case <-g.wake:
		case <-late:
			waited = true
		case <-ctx.Done():
		}
	}
}

// look takes what there is if it is enough. something says that there is anything.
func (g *gather) look(p pace, waited bool) (d delivery, something bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.page.Len() == 0 && (!g.news || g.waiting) {
		return delivery{}, false, g.err
	}
	if waited || g.waiting || g.err != nil || g.page.Full() || (p == soon && g.live) {
		d = delivery{eventstore.Delivery{Page: g.page.Page(), Live: g.live && !g.waiting}, true}
		g.news = g.news && !d.Live
		ring(g.room)
	}
	return d, true, nil
}

// delivery is a Delivery, or none yet.
type delivery struct {
	eventstore.Delivery

	taken bool
}
