package api

import (
	"context"
	"iter"
	"net/http"
	"strconv"

	"fleetbeat/queries"
)

// VehicleExporter finds all vehicles that a question means, a list page at a time: a queries.ExportVehiclesHandler.
type VehicleExporter interface {
	Pages(ctx context.Context, q queries.ListVehicles) iter.Seq2[queries.VehicleList, error]
}

const exportVehiclesDoc = exportFileDoc + "Its columns are vin, registration_number, customer, status, since, last_heartbeat, deadline, lat, lon, " +
	"location_at, timeout_seconds and as_of, the moment that the line is of. A name or registration number that a spreadsheet would take for a formula has an apostrophe " +
	"before it. A vehicle that changes its place in the order while the file is written may be missing or there twice; with sort=vin each is there once." + exportEndDoc

// vehicleSheet is the list of vehicles as a file.
func (s *server) vehicleSheet() sheet {
	return sheet{
		operation: "exportVehicles", name: "vehicles", without: []string{"limit", "cursor", "facets"},
		columns: []string{
			"vin", "registration_number", "customer", "status", "since", "last_heartbeat", "deadline", "lat", "lon", "location_at", "timeout_seconds", "as_of",
		},
		list: operation{
			id: "listVehicles", method: http.MethodGet, path: vehiclesPath, tag: tagVehicles, params: listParams(),
			summary: "List vehicles",
			doc:     "One list page of the vehicles that match every part of the filter, with the numbers of matches per status." + exportVehiclesDoc,
		},
		pages: func(r *request) iter.Seq2[sheetPage, error] {
			q := s.listVehicles(r)
			q.Owner = ownerOf(r.Context())
			return func(yield func(sheetPage, error) bool) {
				for list, err := range s.deps.Queries.ExportVehicles.Pages(r.Context(), q) {
					if !yield(sheetPage{list.AsOf, vehicleLines(list)}, err) {
						return
					}
				}
			}
		},
	}
}

// vehicleLines returns a line a vehicle.
func vehicleLines(list queries.VehicleList) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		var cells []string
		asOf := momentCell(list.AsOf)
		for i := range list.Items {
			v := &list.Items[i]
			lat, lon, at := "", "", ""
			if l := v.Location; l != nil {
				lat, lon, at = strconv.FormatFloat(l.Lat, 'f', -1, 64), strconv.FormatFloat(l.Lon, 'f', -1, 64), momentCell(l.At)
			}
			cells = append(cells[:0], string(v.VIN), textCell(v.RegistrationNumber), textCell(v.Customer.Name), string(v.Status), momentCell(v.Since),
				momentCell(v.LastHeartbeat), momentCell(v.Deadline), lat, lon, at, strconv.FormatInt(v.TimeoutSeconds, 10), asOf)
			if !yield(cells) {
				return
			}
		}
	}
}
