package projections

import (
	"slices"

	"fleetbeat/domain"
)

// View says what a view is folded from. The views are [Fleet], [Latest], [Relations] and [Timeline].
type View struct {
	// Name is explicit and stable: tables, metrics and handlers are called so.
	Name string
	// Version is counted up with every change that would make the same log give other rows; the view is then built anew.
	Version int
	// Status says that the view shows statuses, or what else transitions tell, so that a position is reached only when liveness
	// has judged it.
	Status bool
	table  map[string]handler
}

// All returns every view.
func All() []View { return []View{Fleet(), Latest(), Relations(), Timeline()} }

// Types returns the event types that the view is folded from, in order: the filter of its subscription.
func (v View) Types() []string {
	types := []string{domain.TypeFleetEvaluated}
	for t := range v.table {
		types = append(types, t)
	}
	slices.Sort(types)
	return types
}

// handler is what events of one type do to a view.
type handler struct {
	eventType string
	touches   func(e domain.Event, touch func(Key))
	fold      func(b *Batch, e domain.Event)
}

// on returns the handler of one event type: the rows it touches, and the function that changes them.
func on[E any, P interface {
	*E
	domain.Event
}](touches func(P, func(Key)), fold func(*Batch, P)) handler {
	return handler{
		eventType: P(new(E)).EventType(),
		touches:   func(e domain.Event, touch func(Key)) { touches(e.(P), touch) },
		fold:      func(b *Batch, e domain.Event) { fold(b, e.(P)) },
	}
}

func table(handlers ...handler) map[string]handler {
	t := make(map[string]handler, len(handlers))
	for _, h := range handlers {
		t[h.eventType] = h
	}
	return t
}

// apply folds one event into a batch that holds the rows it touches. An event type that is not in the table changes
// nothing.
func (v View) apply(b *Batch, at Place, e domain.Event) {
	if h, ok := v.table[e.EventType()]; ok {
		b.place = at
		h.fold(b, e)
	}
}
