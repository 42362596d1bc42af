package elasticsearch

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// Fleet finds vehicles in the fleet view. All methods may be called by many goroutines at once. Errors are Unavailable where there
// is no active generation, or Elasticsearch does not answer.
type Fleet struct {
	queries.View
	views *Views
}

var (
	_ queries.FleetReader  = (*Fleet)(nil)
	_ queries.CountsReader = (*Fleet)(nil)
)

// Fleet returns the reader of the fleet view; how says how far it is folded.
func (v *Views) Fleet(how queries.View) *Fleet { return &Fleet{View: how, views: v} }

// metaID is the document of what concerns all vehicles.
var metaID = idMeta + projections.FleetMetaKey().ID

// unavailable returns an error as readers give it. What is wrong with the server is for the operator; who asks is told to
// come again.
func unavailable(ctx context.Context, err error) error {
	var fault *projections.FaultError
	var refused *refusal
	var known *domain.Error
	switch {
	case err == nil || ctx.Err() != nil || errors.As(err, &known):
		return err
	case is(err, typeNoIndex):
		return &domain.Error{Kind: domain.Unavailable, RetryAfter: 1, Message: "the fleet view is being built", Cause: err}
	case errors.As(err, &fault), errors.As(err, &refused):
		return &domain.Error{Kind: domain.Unavailable, RetryAfter: 2, Message: "the fleet view cannot be read at the moment", Cause: err}
	}
	return err
}

// Vehicles returns one list page. Deadlines are left to the handler, which computes them from newer heartbeats.
func (f *Fleet) Vehicles(ctx context.Context, q queries.ListVehicles, asOf domain.Instant) (queries.VehicleList, error) {
	o := order{sort: q.Sort, desc: q.Descending}
	after, err := o.read(q.Cursor)
	if err != nil {
		return queries.VehicleList{}, err
	}
	s := search{criteria: newCriteria(q, asOf, f.views.limits), order: o, after: after, n: q.Limit + 1, facets: q.Facets, asOf: asOf}
	var list queries.VehicleList
	err = f.atMoment(ctx, func(at where) (err error) {
		if s.clash {
			if s.clashing, err = f.clashing(ctx, at, q.Owner); err != nil {
				return err
			}
		}
		list, err = f.page(ctx, at, q, s)
		return err
	})
	if err != nil {
		return queries.VehicleList{}, fmt.Errorf("list vehicles: %w", unavailable(ctx, err))
	}
	return list, nil
}

// page finds one list page and all its numbers, of one state of the view.
func (f *Fleet) page(ctx context.Context, at where, q queries.ListVehicles, s search) (queries.VehicleList, error) {
	answers, err := f.whole(ctx, at, s.page(), s.numbers())
	if err != nil {
		return queries.VehicleList{}, err
	}
	counts := countsOf(answers[1].Aggregations.Counts)
	total := totalOf(counts, q.Statuses)
	list := queries.VehicleList{Total: &total, Counts: counts}
	hits := answers[0].Hits.Hits
	more := len(hits) > q.Limit
	rows, err := vehicles(hits[:min(len(hits), q.Limit)])
	if err != nil {
		return queries.VehicleList{}, err
	}
	if more {
		if list.Next, err = s.write(s.key(rows[q.Limit-1])); err != nil {
			return queries.VehicleList{}, err
		}
	}
	var customers []domain.CustomerID
	if s.facets {
		list.Facets = s.facetsOf(answers[1].Aggregations)
		for _, c := range list.Facets.Customers {
			customers = append(customers, c.ID)
		}
	}
	about, err := f.about(ctx, rows, customers)
	if err != nil {
		return queries.VehicleList{}, err
	}
	list.Items = make([]queries.Vehicle, 0, len(rows))
	for _, row := range rows {
		list.Items = append(list.Items, about.full(row).Vehicle)
	}
	if s.facets {
		for i := range list.Facets.Customers {
			c := &list.Facets.Customers[i]
			c.Name = about.customers[c.ID].Name
		}
	}
	return list, nil
}

// vehicles returns the rows of hits, in their order.
func vehicles(hits []hit) ([]*projections.FleetVehicle, error) {
	rows := make([]*projections.FleetVehicle, 0, len(hits))
	for _, h := range hits {
		row, err := decodeVehicle(h.Source.Row)
		if err != nil {
			return nil, fmt.Errorf("read document %q: %w", h.ID, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Rows returns the vehicles with these VINs.
func (f *Fleet) Rows(ctx context.Context, vins []domain.VIN) (map[domain.VIN]queries.FleetRow, error) {
	found, err := f.rows(ctx, vins)
	if err != nil {
		return nil, fmt.Errorf("read vehicles: %w", unavailable(ctx, err))
	}
	return found, nil
}

func (f *Fleet) rows(ctx context.Context, vins []domain.VIN) (map[domain.VIN]queries.FleetRow, error) {
	ids := []string{metaID}
	for _, vin := range vins {
		ids = append(ids, idVehicle+string(vin))
	}
	slices.Sort(ids)
	docs, err := f.views.mget(ctx, f.views.alias(), slices.Compact(ids), false, "row")
	if err != nil {
		return nil, err
	}
	var rows []*projections.FleetVehicle
	for _, d := range docs {
		row, err := decode(d.ID, d.Source.Row)
		if err != nil {
			return nil, fmt.Errorf("read document %q: %w", d.ID, err)
		}
		if vehicle, ok := row.(*projections.FleetVehicle); ok {
			rows = append(rows, vehicle)
		}
	}
	about, err := f.about(ctx, rows, nil)
	found := make(map[domain.VIN]queries.FleetRow, len(rows))
	for _, row := range rows {
		found[row.VIN] = about.full(row)
	}
	return found, err
}
