package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

const (
	vehiclesPath = "/api/v1/vehicles"
	vehiclePath  = "/api/v1/vehicles/{vin}"
)

// addVehicleReads registers the list of vehicles and the vehicle with its reason.
func (s *server) addVehicleReads() {
	list := operation{
		id: "listVehicles", method: http.MethodGet, path: vehiclesPath, tag: tagVehicles, params: listParams(),
		summary: "List vehicles",
		doc:     "One list page of the vehicles that match every part of the filter, with the numbers of matches per status." + exportDoc,
	}
	export := newExporter(s)
	list.instead = func(w http.ResponseWriter, r *http.Request) bool { return export.exported(list, w, r) }
	register(s, list, func(ctx context.Context, r *request) (queries.VehicleList, error) {
		q := s.listVehicles(r)
		q.Owner = ownerOf(ctx)
		if err := r.err(); err != nil {
			return queries.VehicleList{}, err
		}
		return s.deps.Queries.ListVehicles.Handle(ctx, q)
	})
	export.describe(list)
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
	if format := r.text("format"); format != "" && format != "json" && format != "csv" {
		r.fail(domain.InvalidField("format", "must be json or csv"))
	}
	q.SilentFor = r.silence("silentFor")
	sort, reversed := strings.CutPrefix(r.text("sort"), "-")
	q.Sort, q.Descending = queries.Sort(sort), reversed
	if reversed && sort == "" {
		r.fail(domain.InvalidField("sort", "names no column after the -"))
	}
	q.Customers, q.Statuses, q.VINs = r.customers(), r.statuses(), r.vins()
	return q
}
