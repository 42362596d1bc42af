package projections

import "fleetbeat/domain"

// Kind names a table of a view. Engines keep one table (or one type of document) a kind.
type Kind string

// The kinds of rows. Changes and quarters are only ever added to, and never loaded: saving a change is inserting it,
// saving a quarter is adding its numbers to those stored.
const (
	KindFleetVehicle      Kind = "fleet_vehicles"
	KindFleetCustomer     Kind = "fleet_customers"
	KindFleetMeta         Kind = "fleet_meta"
	KindLatest            Kind = "latest_vehicles"
	KindRelationsCustomer Kind = "relations_customers"
	KindRelationsVehicle  Kind = "relations_vehicles"
	KindTimelineVehicle   Kind = "timeline_vehicles"
	KindTimelineSpans     Kind = "timeline_spans"
	KindChange            Kind = "timeline_changes"
	KindQuarter           Kind = "timeline_quarters"
)

// added reports whether rows of this kind are only added to.
func (k Kind) added() bool { return k == KindChange || k == KindQuarter }

// Key names a row within its view.
type Key struct {
	Kind Kind
	ID   string
}

// Row is one row of a view: a pointer to one of the structs of this package. A row that was handed to an engine, or came
// from one, is never changed: folding copies it first.
type Row interface {
	// Key returns the row's name, made of what never changes in it.
	Key() Key
	clone() Row
}

// Stored is what an engine has under a key.
type Stored struct {
	Row Row
	// Version is the position of the last event applied to the row, where the engine cannot commit rows and checkpoint
	// together: that event and those before it are not applied again. Zero where it can.
	Version domain.Position
}

// Change is what folding did to a row. Before is nil for a new row, After for one that is gone.
type Change struct {
	Key     Key
	Before  Row
	After   Row
	Version domain.Position // of the last event that changed it
}
