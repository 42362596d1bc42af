package elasticsearch

import (
	"context"
	"fmt"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// about is what a vehicle's timeout follows from beside its row.
type about struct {
	settings  domain.Settings
	customers map[domain.CustomerID]*projections.FleetCustomer
}

// about reads the settings, and the customers of some vehicles and some more.
func (f *Fleet) about(ctx context.Context, rows []*projections.FleetVehicle, more []domain.CustomerID) (about, error) {
	a := about{customers: map[domain.CustomerID]*projections.FleetCustomer{}, settings: defaultSettings()}
	ids := []string{metaID}
	for _, row := range rows {
		ids = append(ids, idCustomer+string(row.CustomerID))
	}
	for _, id := range more {
		a.customers[id] = &projections.FleetCustomer{} // where nobody registered it
		ids = append(ids, idCustomer+string(id))
	}
	slices.Sort(ids)
	// The spans are the larger part of the settings' document, and not asked for.
	docs, err := f.views.mget(ctx, f.views.alias(), slices.Compact(ids), false, "row.id", "row.name", "row.overrides", "row.settings")
	if err != nil {
		return a, err
	}
	for _, d := range docs {
		row, err := decode(d.ID, d.Source.Row)
		if err != nil {
			return a, fmt.Errorf("read document %q: %w", d.ID, err)
		}
		switch r := row.(type) {
		case *projections.FleetMeta:
			a.settings = r.Settings
		case *projections.FleetCustomer:
			a.customers[r.ID] = r
		}
	}
	return a, nil
}

func defaultSettings() domain.Settings {
	return domain.Settings{IntervalSeconds: domain.DefaultIntervalSeconds, GraceSeconds: domain.DefaultGraceSeconds}
}

// full returns a row with what concerns its customer and all vehicles.
func (a about) full(row *projections.FleetVehicle) queries.FleetRow {
	var customer domain.Overrides
	if c := a.customers[row.CustomerID]; c != nil {
		customer = c.Overrides
	}
	timeout := domain.Resolve(a.settings, customer, row.Overrides)
	return queries.FleetRow{
		Vehicle: queries.Vehicle{
			VIN: row.VIN, RegistrationNumber: row.RegistrationNumber,
			Customer: queries.CustomerRef{ID: row.CustomerID, Name: row.CustomerName},
			Status:   row.Status, Since: row.Since, LastHeartbeat: row.LastHeartbeat, Location: row.Location,
			TimeoutSeconds: timeout.IntervalSeconds + timeout.GraceSeconds,
		},
		CustomerOverrides: customer, VehicleOverrides: row.Overrides, RegisteredAt: row.RegisteredAt,
	}
}

// Unobserved returns the union of the unobserved spans and the settings for all.
func (f *Fleet) Unobserved(ctx context.Context) (domain.Spans, domain.Settings, error) {
	docs, err := f.views.mget(ctx, f.views.alias(), []string{metaID}, false, "row")
	if err != nil {
		return nil, domain.Settings{}, fmt.Errorf("read settings and unobserved spans: %w", unavailable(ctx, err))
	}
	if len(docs) == 0 {
		return nil, defaultSettings(), nil
	}
	row, err := decodeMeta(docs[0].Source.Row)
	if err != nil {
		return nil, domain.Settings{}, fmt.Errorf("read settings and unobserved spans: %w", err)
	}
	return row.Spans, row.Settings, nil
}
