package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/queries"
)

const (
	vehiclesPath = "/api/v1/vehicles"
	vehiclePath  = "/api/v1/vehicles/{vin}"
)

// addVehicleReads registers the list of vehicles and the vehicle with its reason.
func (s *server) addVehicleReads() {
	export(s.exports, s.vehicleSheet(), func(ctx context.Context, r *request) (queries.VehicleList, error) {
		q := s.listVehicles(r)
		q.Owner = ownerOf(ctx)
		if err := r.err(); err != nil {
			return queries.VehicleList{}, err
		}
		return s.deps.Queries.ListVehicles.Handle(ctx, q)
	})
	register(s, operation{
		id: "getVehicle", method: http.MethodGet, path: vehiclePath, tag: tagVehicles,
		params: []*huma.Param{vinParam(), afterParam()}, problems: []int{http.StatusNotFound},
		summary: "Get a vehicle", doc: "One vehicle with its status and the reason for it.",
	}, func(ctx context.Context, r *request) (queries.VehicleDetail, error) {
		vin, err := r.vin()
		r.check(err)
		after := r.after(s.positions)
		if err := r.err(); err != nil {
			return queries.VehicleDetail{}, err
		}
		return s.deps.Queries.GetVehicle.Handle(ctx, queries.GetVehicle{VIN: vin, After: after, Owner: ownerOf(ctx)})
	})
}

// listVehicles reads the question from the parameters.
func (s *server) listVehicles(r *request) queries.ListVehicles {
	q := queries.ListVehicles{Limit: r.limit(), Cursor: r.text("cursor"), After: r.after(s.positions)}
	q.Text, q.Clash, q.Facets = r.text("q"), r.flag("clash"), r.flag("facets")
	r.format()
	q.SilentFor = r.silence("silentFor")
	sort, reversed := r.sort()
	q.Sort, q.Descending = queries.Sort(sort), reversed
	q.Customers, q.Statuses, q.VINs = r.customers(), r.statuses(), r.vins()
	return q
}
