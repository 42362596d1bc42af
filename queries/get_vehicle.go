package queries

import (
	"context"

	"fleetbeat/domain"
)

// GetVehicle asks for one vehicle and why it has its status.
type GetVehicle struct {
	VIN   domain.VIN
	After domain.Position
	Owner domain.CustomerID // only what this customer owns is there; empty: everything
}

// VehicleDetail is one vehicle with everything known of it.
type VehicleDetail struct {
	Vehicle
	RegisteredAt   domain.Instant       `json:"registeredAt" format:"date-time"`
	FirstHeartbeat domain.Instant       `json:"firstHeartbeat,omitzero" format:"date-time"`
	Readings       map[string]ReadingAt `json:"readings,omitempty" doc:"The newest value of every reading, by name"`
	Reason         Reason               `json:"reason"`
	Freshness
}

// Reason is why a vehicle has its status.
type Reason struct {
	Rule            domain.Rule    `json:"rule" enum:"within_interval,overdue,silent,never_heard,unobserved"`
	IntervalSeconds int64          `json:"intervalSeconds"`
	IntervalFrom    domain.Level   `json:"intervalFrom" enum:"global,customer,vehicle" doc:"Where the interval is set; the nearest wins"`
	GraceSeconds    int64          `json:"graceSeconds"`
	GraceFrom       domain.Level   `json:"graceFrom" enum:"global,customer,vehicle" doc:"Where the grace is set; the nearest wins"`
	DecidedAt       domain.Instant `json:"decidedAt,omitzero" format:"date-time" doc:"The moment of the transition to this status"`
	Text            string         `json:"text" doc:"The reason in plain words"`
}

// GetVehicleHandler answers [GetVehicle] from the fleet and latest views.
type GetVehicleHandler struct {
	Fleet  FleetReader
	Latest LatestReader
	Now    Clock
}

// Handle returns the vehicle, or a NotFound error for one that is unknown or decommissioned.
func (h GetVehicleHandler) Handle(ctx context.Context, q GetVehicle) (VehicleDetail, error) {
	fresh, err := await(ctx, h.Now, q.After, h.Fleet, h.Latest)
	if err != nil {
		return VehicleDetail{}, err
	}
	vins := []domain.VIN{q.VIN}
	rows, err := h.Fleet.Rows(ctx, vins)
	if err != nil {
		return VehicleDetail{}, err
	}
	row, ok := rows[q.VIN]
	if !ok || !owns(q.Owner, row.Customer.ID) {
		return VehicleDetail{}, unknownVehicle(q.VIN)
	}
	spans, settings, err := h.Fleet.Unobserved(ctx)
	if err != nil {
		return VehicleDetail{}, err
	}
	known, err := h.Latest.Latest(ctx, vins)
	if err != nil {
		return VehicleDetail{}, err
	}
	return describe(row, known[q.VIN], spans, settings, fresh), nil
}

// describe joins what the views know of a vehicle.
func describe(row FleetRow, known Latest, spans domain.Spans, settings domain.Settings, fresh Freshness) VehicleDetail {
	timeout := domain.Resolve(settings, row.CustomerOverrides, row.VehicleOverrides)
	detail := VehicleDetail{Vehicle: row.Vehicle, RegisteredAt: row.RegisteredAt, Freshness: fresh}
	detail.TimeoutSeconds = int64(timeout.Total().Seconds())
	detail.bringUpToDate(known, spans)
	if row.Status != domain.NeverSeen {
		detail.FirstHeartbeat = known.FirstHeartbeat
	}
	// Readings that came after the heartbeat shown would contradict a status that does not know of them yet.
	if known.LastHeartbeat <= detail.LastHeartbeat {
		detail.Readings = known.Readings
	}
	detail.Reason = Reason{
		Rule:            domain.RuleFor(row.Status, fresh.AsOf, detail.LastHeartbeat, timeout),
		IntervalSeconds: timeout.IntervalSeconds,
		IntervalFrom:    timeout.IntervalFrom,
		GraceSeconds:    timeout.GraceSeconds,
		GraceFrom:       timeout.GraceFrom,
	}
	if row.Status != domain.NeverSeen {
		detail.Reason.DecidedAt = row.Since
	}
	detail.Reason.Text = detail.reasonText(timeout)
	return detail
}

// unknownVehicle is the answer for a VIN that is not registered, the same whether it ever was.
func unknownVehicle(vin domain.VIN) error {
	return domain.Errorf(domain.NotFound, "no vehicle with the VIN %s is registered", vin)
}
