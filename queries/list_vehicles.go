package queries

import (
	"context"
	"time"

	"fleetbeat/domain"
)

// ListVehiclesHandler answers [ListVehicles] from the fleet view, with what changes on every heartbeat from the latest.
type ListVehiclesHandler struct {
	Fleet  FleetReader
	Latest LatestReader
	Now    Clock
}

// Handle returns one list page. Errors are Invalid where the question is, Unavailable where the views do not reach After
// in time.
func (h ListVehiclesHandler) Handle(ctx context.Context, q ListVehicles) (VehicleList, error) {
	if err := q.complete(); err != nil {
		return VehicleList{}, err
	}
	q.Customers = Owned(q.Customers, q.Owner)
	return vehiclePage(ctx, h.Fleet, h.Latest, h.Now, q)
}

// vehiclePage reads one list page of a complete question, for a list and for an export.
func vehiclePage(ctx context.Context, fleet FleetReader, latest LatestReader, now Clock, q ListVehicles) (VehicleList, error) {
	fresh, err := await(ctx, now, q.After, fleet, latest)
	if err != nil {
		return VehicleList{}, err
	}
	list, err := fleet.Vehicles(ctx, q, fresh.AsOf)
	if err != nil {
		return VehicleList{}, err
	}
	if err := upToDate(ctx, fleet, latest, list.Items); err != nil {
		return VehicleList{}, err
	}
	list.Freshness = fresh
	return list, nil
}

// complete fills in what was left out and checks the rest.
func (q *ListVehicles) complete() (err error) {
	if q.Sort == "" {
		q.Sort = SortStatus
	}
	if q.Limit, err = pageSize(q.Limit); err != nil {
		return err
	}
	switch q.Sort {
	case SortStatus, SortSince, SortVIN, SortRegistrationNumber, SortCustomer:
	default:
		return domain.InvalidField("sort", "must be one of status, since, vin, registrationNumber and customer")
	}
	if q.SilentFor < 0 {
		return domain.InvalidField("silentFor", "must not be negative")
	}
	if err := checkText("q", q.Text); err != nil {
		return err
	}
	if err := checkValues("customer", len(q.Customers)); err != nil {
		return err
	}
	return checkValues("vin", len(q.VINs))
}

// upToDate gives vehicles of the fleet view their last heartbeat, location and deadline, in place.
func upToDate(ctx context.Context, fleet FleetReader, latest LatestReader, vehicles []Vehicle) error {
	vins := make([]domain.VIN, 0, len(vehicles))
	for i := range vehicles {
		if vehicles[i].Status != domain.NeverSeen {
			vins = append(vins, vehicles[i].VIN)
		}
	}
	if len(vins) == 0 {
		return nil
	}
	spans, _, err := fleet.Unobserved(ctx)
	if err != nil {
		return err
	}
	known, err := latest.Latest(ctx, vins)
	if err != nil {
		return err
	}
	for i := range vehicles {
		vehicles[i].bringUpToDate(known[vehicles[i].VIN], spans)
	}
	return nil
}

// bringUpToDate joins a row of the fleet view with what the latest view knows, which may be a little ahead or behind. A
// connected vehicle shows the newer of both; a disconnected one what its transition carries, or else a heartbeat that is
// not yet a transition would stand beside "disconnected" and the answer would contradict itself.
func (v *Vehicle) bringUpToDate(known Latest, spans domain.Spans) {
	switch v.Status {
	case domain.Connected:
		v.LastHeartbeat = max(v.LastHeartbeat, known.LastHeartbeat)
		if known.Location != nil {
			v.Location = known.Location
		}
	case domain.Disconnected:
		spans = spans.Begun(v.Since)
		if v.Location == nil && known.LastHeartbeat <= v.LastHeartbeat {
			v.Location = known.Location
		}
	default:
		v.LastHeartbeat, v.Deadline, v.Location = 0, 0, nil
		return
	}
	v.Deadline = domain.Deadline(v.LastHeartbeat, time.Duration(v.TimeoutSeconds)*time.Second, spans)
}
