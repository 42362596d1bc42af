package commands

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// applyAtOnce is how many streams an import writes at the same time: appends that wait together share a transaction.
const applyAtOnce = 1024

// importRows stores rows, makes them count and applies them. It returns where import.completed lies.
//
// An error before the rows count means that nothing was imported; after that only the end of ctx stops it, and the
// next start goes on.
func (w *writer) importRows(ctx context.Context, id string, rows []domain.ImportRow) (domain.Position, error) {
	at := eventstore.NoStream
	for _, chunk := range chunks(rows) {
		appended, err := appendNew(ctx, w.store, domain.ImportStream(id), at, &domain.ImportRows{ID: id, Rows: chunk})
		if err != nil {
			return domain.Position{}, err
		}
		at = appended.Revision
	}
	accepted := &domain.ImportAccepted{ID: id, Rows: len(rows), At: w.now()}
	appended, err := appendNew(ctx, w.store, domain.ImportStream(id), at, accepted)
	if err != nil {
		return domain.Position{}, err
	}
	return w.applyImport(ctx, storedImport{place: place{appended.Revision, appended.Position}, accepted: accepted, rows: rows})
}

// maxRowsSize bounds the payload of one import.rows, leaving room for metadata.
const maxRowsSize = eventstore.MaxAppendSize - 16<<10

// chunks cuts rows into parts that surely fit into one event each.
func chunks(rows []domain.ImportRow) (parts [][]domain.ImportRow) {
	start, size := 0, 0
	for i, row := range rows {
		// Field names, numbers and quotation marks take less than 300 bytes; escaping may double the text.
		n := 300 + 2*(len(row.VIN)+len(row.RegistrationNumber)+len(row.CustomerID)+len(row.Customer)+len(row.CustomerAddress))
		if size+n > maxRowsSize && i > start {
			parts = append(parts, rows[start:i])
			start, size = i, 0
		}
		size += n
	}
	return append(parts, rows[start:])
}

// storedImport is an import as its stream says.
type storedImport struct {
	place
	accepted  *domain.ImportAccepted
	rows      []domain.ImportRow
	completed bool
}

func (w *writer) loadImport(ctx context.Context, id string) (s storedImport, err error) {
	s.place, err = load(ctx, w.store, domain.ImportStream(id), func(event domain.Event, _ uuid.UUID) {
		switch e := event.(type) {
		case *domain.ImportRows:
			s.rows = append(s.rows, e.Rows...)
		case *domain.ImportAccepted:
			s.accepted = e
		case *domain.ImportCompleted:
			s.completed = true
		}
	})
	return s, err
}

// applyImport applies the rows of an accepted import and completes it. Everything it appends has an id made from the
// import's, so doing it again, or on two nodes at once, adds nothing.
func (w *writer) applyImport(ctx context.Context, s storedImport) (domain.Position, error) {
	if s.completed {
		return s.position, nil
	}
	ctx = WithActor(ctx, domain.ImportStream(s.accepted.ID), "import")
	if err := w.applyCustomers(ctx, s); err != nil {
		return domain.Position{}, err
	}
	group, ctx2 := errgroup.WithContext(ctx)
	group.SetLimit(applyAtOnce)
	for _, row := range s.rows {
		group.Go(func() error {
			return w.insist(ctx2, func() error { return w.applyVehicle(ctx2, s.accepted, row) })
		})
	}
	if err := group.Wait(); err != nil {
		return domain.Position{}, err
	}
	return w.completeImport(ctx, s)
}

func (w *writer) completeImport(ctx context.Context, s storedImport) (at domain.Position, err error) {
	id := s.accepted.ID
	stream := domain.ImportStream(id)
	err = w.insist(ctx, func() error {
		completed := &domain.ImportCompleted{ID: id, At: w.now()}
		appended, err := appendAs(ctx, w.store, stream, s.revision, func(int) uuid.UUID { return eventID(stream + "/completed") }, completed)
		at = appended.Position
		if lost(err) { // another node was faster
			s, err = w.loadImport(ctx, id)
			at = s.position
			if err == nil && !s.completed {
				err = fmt.Errorf("import %q: its stream is at revision %d without being completed", id, s.revision)
			}
		}
		return err
	})
	return at, err
}

// applyCustomers registers and changes the customers of an import.
func (w *writer) applyCustomers(ctx context.Context, s storedImport) error {
	met := map[domain.CustomerID]bool{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(applyAtOnce)
	for _, row := range s.rows {
		if met[row.CustomerID] {
			continue
		}
		met[row.CustomerID] = true
		if row.NewCustomer || row.CustomerAddress != "" {
			group.Go(func() error {
				return w.insist(ctx, func() error { return w.applyCustomer(ctx, s.accepted, row) })
			})
		}
	}
	return group.Wait()
}

// applyCustomer registers the customer of a row, or gives it the row's address.
func (w *writer) applyCustomer(ctx context.Context, accepted *domain.ImportAccepted, row domain.ImportRow) error {
	stream := domain.CustomerStream(row.CustomerID)
	own := eventID(domain.ImportStream(accepted.ID) + "/" + stream)
	var state customerState
	applied := false
	var err error
	state.place, err = load(ctx, w.store, stream, func(e domain.Event, id uuid.UUID) {
		state.apply(e)
		applied = applied || id == own
	})
	if err != nil || applied {
		return err
	}
	event := decideImportCustomer(state, row, accepted.At)
	if event == nil {
		return nil
	}
	_, err = appendAs(ctx, w.store, stream, state.revision, func(int) uuid.UUID { return own }, event)
	return err
}

// decideImportCustomer decides; nil where nothing changes. It cannot fail: the import was accepted.
func decideImportCustomer(s customerState, row domain.ImportRow, at domain.Instant) domain.Event {
	switch {
	case !s.known:
		return &domain.CustomerRegistered{Customer: domain.Customer{ID: row.CustomerID, Name: row.Customer, Address: row.CustomerAddress}, At: at}
	case row.CustomerAddress == "" || row.CustomerAddress == s.customer.Address:
		return nil
	}
	after := s.customer
	after.Address = row.CustomerAddress
	return &domain.CustomerChanged{Customer: after, At: at}
}

// applyVehicle registers the vehicle of a row, or changes it.
func (w *writer) applyVehicle(ctx context.Context, accepted *domain.ImportAccepted, row domain.ImportRow) error {
	stream := domain.VehicleStream(row.VIN)
	own := eventID(domain.ImportStream(accepted.ID) + "/" + stream)
	add := func(expected eventstore.Revision, event domain.Event) error {
		_, err := appendAs(ctx, w.store, stream, expected, func(int) uuid.UUID { return own }, event)
		return err
	}
	if !w.registry.Registered(row.VIN) { // a new VIN, most often: saves reading its stream
		err := add(eventstore.NoStream, decideImportVehicle(vehicleState{}, row, accepted.At))
		if !lost(err) {
			return err
		}
	}
	var state vehicleState
	applied := false
	var err error
	state.place, err = load(ctx, w.store, stream, func(e domain.Event, id uuid.UUID) {
		state.apply(e)
		applied = applied || id == own
	})
	if err != nil || applied {
		return err
	}
	event := decideImportVehicle(state, row, accepted.At)
	if event == nil {
		return nil
	}
	return add(state.revision, event)
}

// decideImportVehicle decides; nil where nothing changes, also where the vehicle went to another customer since the
// import was checked: whoever did that knew better. It cannot fail: the import was accepted.
func decideImportVehicle(s vehicleState, row domain.ImportRow, at domain.Instant) domain.Event {
	switch {
	case !s.registered:
		return &domain.VehicleRegistered{
			Vehicle: domain.Vehicle{VIN: row.VIN, RegistrationNumber: row.RegistrationNumber, CustomerID: row.CustomerID, Overrides: row.Overrides}, At: at,
		}
	case s.vehicle.CustomerID != row.CustomerID,
		s.vehicle.RegistrationNumber == row.RegistrationNumber && s.vehicle.Overrides.Equal(row.Overrides):
		return nil
	}
	return &domain.VehicleChanged{VIN: row.VIN, RegistrationNumber: row.RegistrationNumber, Overrides: row.Overrides, At: at}
}

// insist does something until it is done: an accepted import is a promise. It gives up when ctx ends, and on errors that
// do not pass.
func (w *writer) insist(ctx context.Context, do func() error) error {
	for n := 0; ; n++ {
		err := do()
		switch {
		case err == nil:
			return nil
		case lost(err): // decide anew, at once
		case errors.Is(err, eventstore.ErrUnavailable), errors.Is(err, eventstore.ErrUnknownOutcome):
			if pause(ctx, n) != nil {
				return err
			}
		default:
			return err
		}
		if ctx.Err() != nil {
			return err
		}
	}
}
