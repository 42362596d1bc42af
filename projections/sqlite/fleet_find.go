package sqlite

import (
	"context"
	"fmt"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// Fleet finds vehicles in the fleet view. All methods may be called by many goroutines at once.
type Fleet struct {
	queries.View
	views *Views
}

var (
	_ queries.FleetReader  = (*Fleet)(nil)
	_ queries.CountsReader = (*Fleet)(nil)
)

// Fleet returns the reader of the fleet view; view says how far it is folded.
func (v *Views) Fleet(view queries.View) *Fleet { return &Fleet{View: view, views: v} }

const fleetView = "fleet"

// Vehicles returns one list page. Deadlines are left to the handler, which computes them from newer heartbeats.
func (f *Fleet) Vehicles(ctx context.Context, q queries.ListVehicles, asOf domain.Instant) (queries.VehicleList, error) {
	o := order{sort: q.Sort, desc: q.Descending}
	after, err := o.read(q.Cursor)
	if err != nil {
		return queries.VehicleList{}, err
	}
	list := queries.VehicleList{}
	err = f.views.answer(ctx, fleetView, func(t tables) error {
		search := search{tables: t, criteria: newCriteria(q, asOf), order: o, after: after, n: q.Limit + 1}
		list = queries.VehicleList{Items: []queries.Vehicle{}}
		if err := search.findOwnClashes(); err != nil {
			return err
		}
		counting := newFacets(asOf)
		if q.Facets && !search.structural() && !search.narrowed() {
			search.facets = counting
		}
		found, err := search.run()
		if err != nil {
			return err
		}
		if q.Facets {
			search.facets = counting
			if list.Facets, err = search.countFacets(found.exact); err != nil {
				return err
			}
		}
		list.Counts = found.counts.public()
		if len(found.hits) > q.Limit {
			found.hits = found.hits[:q.Limit]
			if list.Next, err = o.write(found.hits[q.Limit-1].key); err != nil {
				return err
			}
			found.total = max(found.total, int64(q.Limit)+1)
		}
		found.total = max(found.total, int64(len(found.hits)))
		if list.Total = &found.total; !found.exact {
			list.Total, list.TotalAtLeast = nil, &found.total
		}
		list.Items, err = t.vehicles(found.hits)
		return err
	})
	if err != nil {
		return queries.VehicleList{}, fmt.Errorf("list vehicles: %w", err)
	}
	return list, nil
}

// vehicles returns the vehicles of hits, in their order.
func (t tables) vehicles(hits []hit) ([]queries.Vehicle, error) {
	rows := make([]*projections.FleetVehicle, 0, len(hits))
	s := t.prepare(fleetVehicleColumns + ` WHERE id = ?1`)
	for _, h := range hits {
		if err := s.number(h.id).run(func() error {
			row, err := nextFleetVehicle(s)
			rows = append(rows, row.(*projections.FleetVehicle))
			return err
		}); err != nil {
			return nil, err
		}
	}
	full, err := t.fleetRows(rows)
	items := make([]queries.Vehicle, 0, len(full))
	for _, row := range full {
		items = append(items, row.Vehicle)
	}
	return items, err
}

// fleetRows joins rows with what concerns their customers and all vehicles.
func (t tables) fleetRows(rows []*projections.FleetVehicle) ([]queries.FleetRow, error) {
	_, settings, err := t.unobserved(false)
	if err != nil {
		return nil, err
	}
	overrides := map[domain.CustomerID]domain.Overrides{}
	s := t.prepare(`SELECT interval, grace FROM fleet_customers# WHERE id = ?1`)
	full := make([]queries.FleetRow, 0, len(rows))
	for _, row := range rows {
		customer, ok := overrides[row.CustomerID]
		if !ok {
			if err := s.text(string(row.CustomerID)).run(func() error { customer = s.nextOverrides(); return nil }); err != nil {
				return nil, err
			}
			overrides[row.CustomerID] = customer
		}
		timeout := domain.Resolve(settings, customer, row.Overrides)
		full = append(full, queries.FleetRow{
			Vehicle: queries.Vehicle{
				VIN: row.VIN, RegistrationNumber: row.RegistrationNumber,
				Customer: queries.CustomerRef{ID: row.CustomerID, Name: row.CustomerName},
				Status:   row.Status, Since: row.Since, LastHeartbeat: row.LastHeartbeat, Location: row.Location,
				TimeoutSeconds: timeout.IntervalSeconds + timeout.GraceSeconds,
			},
			CustomerOverrides: customer, VehicleOverrides: row.Overrides, RegisteredAt: row.RegisteredAt,
		})
	}
	return full, nil
}

// Rows returns the vehicles with these VINs.
func (f *Fleet) Rows(ctx context.Context, vins []domain.VIN) (map[domain.VIN]queries.FleetRow, error) {
	var found map[domain.VIN]queries.FleetRow
	err := f.views.answer(ctx, fleetView, func(t tables) error {
		var rows []*projections.FleetVehicle
		s := t.prepare(fleetVehicleColumns + ` WHERE vin = ?1`)
		for _, vin := range unique(vins) {
			if err := s.text(string(vin)).run(func() error {
				row, err := nextFleetVehicle(s)
				rows = append(rows, row.(*projections.FleetVehicle))
				return err
			}); err != nil {
				return err
			}
		}
		full, err := t.fleetRows(rows)
		found = make(map[domain.VIN]queries.FleetRow, len(full))
		for _, row := range full {
			found[row.VIN] = row
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read vehicles: %w", err)
	}
	return found, nil
}

// Unobserved returns the union of the unobserved spans and the settings for all.
func (f *Fleet) Unobserved(ctx context.Context) (domain.Spans, domain.Settings, error) {
	var spans domain.Spans
	var settings domain.Settings
	err := f.views.answer(ctx, fleetView, func(t tables) (err error) {
		spans, settings, err = t.unobserved(true)
		return err
	})
	if err != nil {
		return nil, domain.Settings{}, fmt.Errorf("read settings and unobserved spans: %w", err)
	}
	return spans, settings, nil
}

// unobserved returns the settings and, where they are wanted, the spans.
func (t tables) unobserved(withSpans bool) (spans domain.Spans, settings domain.Settings, err error) {
	settings = domain.Settings{IntervalSeconds: domain.DefaultIntervalSeconds, GraceSeconds: domain.DefaultGraceSeconds}
	s := t.prepare(fleetMetaColumns)
	err = s.run(func() (err error) {
		settings = domain.Settings{IntervalSeconds: s.nextNumber(), GraceSeconds: s.nextNumber()}
		if withSpans {
			spans, err = projections.UnpackSpans(s.nextBytes())
		}
		return err
	})
	return spans, settings, err
}
