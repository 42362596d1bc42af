package projections

import (
	"fmt"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// folding is the events of a page that a view is folded from, decoded, and the checkpoint after them.
type folding struct {
	events []placed
	count  int64 // of all new events, evaluations too
	after  Checkpoint
}

// placed is an event and where it lies.
type placed struct {
	at    Place
	event domain.Event
}

// decode returns what a page holds for the view after a checkpoint; events at or before it were folded already.
func (v View) decode(page eventstore.Page, from Checkpoint) (folding, error) {
	f := folding{after: from}
	for r, err := range page.Events() {
		if err != nil {
			return folding{}, fmt.Errorf("fold %s: %w", v.Name, err)
		}
		if !from.Position.Before(r.Position) {
			continue
		}
		f.after.Position = r.Position
		f.count++
		if _, ours := v.table[r.Type]; !ours && r.Type != domain.TypeFleetEvaluated {
			continue
		}
		event, err := eventstore.Decode(r)
		if err != nil {
			return folding{}, fmt.Errorf("fold %s: %w", v.Name, err)
		}
		if e, ok := event.(*domain.FleetEvaluated); ok {
			f.after.evaluated(e)
			continue
		}
		f.after.keep(r)
		f.events = append(f.events, placed{Place{r.Position, int64(r.Revision)}, event})
	}
	return f, nil
}

// Transition is a transition that has become visible in a view, for measuring how long that took.
type Transition struct {
	Status   domain.Status
	At       domain.Instant
	ProvedAt domain.Instant
}

// transitions returns the transitions among the events.
func (f folding) transitions() []Transition {
	var found []Transition
	for _, p := range f.events {
		switch e := p.event.(type) {
		case *domain.VehicleConnected:
			found = append(found, Transition{domain.Connected, e.At, e.ProvedAt})
		case *domain.VehicleDisconnected:
			found = append(found, Transition{domain.Disconnected, e.At, e.ProvedAt})
		}
	}
	return found
}
