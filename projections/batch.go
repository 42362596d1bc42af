package projections

import (
	"cmp"
	"slices"

	"fleetbeat/domain"
)

// Place is where an event lies.
type Place struct {
	Position domain.Position
	Revision int64 // in its stream
}

// Batch is the rows that some events touch, in memory: fold functions read and change them here, and then each changed
// row is written once. One goroutine uses it.
type Batch struct {
	rows  map[Key]*slot
	place Place // of the event being folded
	dirty int   // rows changed and not yet written

	owned  func(domain.CustomerID) ([]Stored, error) // vehicles of a customer in the engine
	asked  map[domain.CustomerID]bool                // whose vehicles are all here
	owners map[domain.CustomerID][]Key               // nil until somebody asks; may name rows that moved on
	err    error                                     // the first of owned; the batch is then useless
}

// slot is one row: as the engine has it, and as it is now.
type slot struct {
	before, after Row
	seen          domain.Position // the engine's version: events up to it are in before
	version       domain.Position // of the last event that changed after
	dirty         bool
}

func newBatch() *Batch {
	b := &Batch{}
	b.forget()
	return b
}

// forget empties the batch.
func (b *Batch) forget() {
	b.rows = map[Key]*slot{}
	b.asked = map[domain.CustomerID]bool{}
	b.owners = nil
	b.dirty = 0
}

// hold puts a row as the engine has it into the batch; one that is there already is newer and stays.
func (b *Batch) hold(key Key, s Stored) {
	if b.rows[key] == nil {
		b.rows[key] = &slot{before: s.Row, after: s.Row, seen: s.Version}
	}
}

// get returns a row to look at, nil where there is none.
func get[R any](b *Batch, key Key) *R {
	if s := b.rows[key]; s != nil {
		row, _ := any(s.after).(*R)
		return row
	}
	return nil
}

// edit returns a row to change, nil where there is none or where the engine's row has seen this event before.
func edit[R any](b *Batch, key Key) *R {
	s := b.rows[key]
	if s == nil || s.after == nil || !s.seen.Before(b.place.Position) {
		return nil
	}
	if !s.dirty {
		s.after = s.after.clone()
	}
	b.touch(s)
	row, _ := any(s.after).(*R)
	return row
}

// put adds a row or replaces the one with its key.
func (b *Batch) put(row Row) {
	key := row.Key()
	s := b.rows[key]
	if s == nil {
		s = &slot{}
		b.rows[key] = s
	}
	if s.seen.Before(b.place.Position) {
		s.after = row
		b.touch(s)
	}
}

// remove makes a row be gone.
func (b *Batch) remove(key Key) {
	if s := b.rows[key]; s != nil && s.after != nil && s.seen.Before(b.place.Position) {
		s.after = nil
		b.touch(s)
	}
}

func (b *Batch) touch(s *slot) {
	if !s.dirty {
		s.dirty = true
		b.dirty++
	}
	s.version = b.place.Position
}

// vehiclesOf returns the keys of all vehicles of a customer, those in the engine and those in the batch.
func (b *Batch) vehiclesOf(id domain.CustomerID) []Key {
	if b.owners == nil {
		b.owners = map[domain.CustomerID][]Key{}
		for key, s := range b.rows {
			if v, ok := s.after.(*FleetVehicle); ok {
				b.owners[v.CustomerID] = append(b.owners[v.CustomerID], key)
			}
		}
	}
	if !b.asked[id] && b.owned != nil {
		stored, err := b.owned(id)
		b.err = cmp.Or(b.err, err)
		for _, s := range stored {
			key := s.Row.Key()
			if b.rows[key] == nil {
				b.hold(key, s)
				b.owners[id] = append(b.owners[id], key)
			}
		}
		b.asked[id] = true
	}
	return slices.DeleteFunc(slices.Clone(b.owners[id]), func(key Key) bool {
		v := get[FleetVehicle](b, key)
		return v == nil || v.CustomerID != id
	})
}

// owns notes that a customer has got a vehicle.
func (b *Batch) owns(id domain.CustomerID, key Key) {
	if b.owners != nil {
		b.owners[id] = append(b.owners[id], key)
	}
}

// changes returns what is to be written, in order of kind and id: neighbours in a table are written one after the other.
func (b *Batch) changes() []Change {
	changes := make([]Change, 0, b.dirty)
	for key, s := range b.rows {
		if s.dirty && (s.before != nil || s.after != nil) {
			changes = append(changes, Change{Key: key, Before: s.before, After: s.after, Version: s.version})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return compareKeys(a.Key, b.Key) })
	return changes
}

// written notes that the changes are stored, and keeps the rows for the next events unless there are more than keep.
func (b *Batch) written(keep int) {
	if len(b.rows) > keep {
		b.forget()
		return
	}
	for key, s := range b.rows {
		if key.Kind.added() {
			delete(b.rows, key)
		} else if s.dirty {
			s.before, s.dirty = s.after, false
		}
	}
	b.dirty = 0
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
}
