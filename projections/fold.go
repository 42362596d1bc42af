package projections

import (
	"context"
	"fmt"

	"fleetbeat/domain"
)

// rows is a batch over one generation.
type rows struct {
	view   View
	engine Engine
	g      Generation
	batch  *Batch
}

func newRows(view View, engine Engine, g Generation) *rows {
	return &rows{view: view, engine: engine, g: g, batch: newBatch()}
}

// fold loads the rows that events touch, as far as they are not here, and applies the events in their order.
func (r *rows) fold(ctx context.Context, events []placed) error {
	r.batch.owned = func(id domain.CustomerID) ([]Stored, error) { return r.engine.Owned(ctx, r.g, id) }
	if err := r.load(ctx, events); err != nil {
		return err
	}
	for _, p := range events {
		r.view.apply(r.batch, p.at, p.event)
	}
	if r.batch.err != nil {
		return fmt.Errorf("fold %s: load a customer's vehicles: %w", r.view.Name, r.batch.err)
	}
	return nil
}

func (r *rows) load(ctx context.Context, events []placed) error {
	var missing []Key
	touch := func(key Key) {
		if r.batch.rows[key] == nil {
			r.batch.rows[key] = &slot{} // not there, unless the engine says otherwise below
			missing = append(missing, key)
		}
	}
	for _, p := range events {
		if h, ok := r.view.table[p.event.EventType()]; ok {
			h.touches(p.event, touch)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	stored, err := r.engine.Load(ctx, r.g, missing)
	if err != nil {
		return fmt.Errorf("fold %s: load %d rows: %w", r.view.Name, len(missing), err)
	}
	for _, s := range stored {
		key := s.Row.Key()
		*r.batch.rows[key] = slot{before: s.Row, after: s.Row, seen: s.Version}
		if v, ok := s.Row.(*FleetVehicle); ok { // or the next change of its customer would pass it by
			r.batch.owns(v.CustomerID, key)
		}
	}
	return nil
}
