package queries

import (
	"context"
	"iter"

	"fleetbeat/domain"
)

// exportRows is how many vehicles are read at a time for an export: more than a list page, because where no index is in
// the order of the list every page costs a look at all matches.
const exportRows = 2_000

// ExportVehiclesHandler answers [ListVehicles] with all matches, a list page at a time.
type ExportVehiclesHandler struct {
	Fleet  FleetReader
	Latest LatestReader
	Now    Clock
}

// Pages yields list pages until there are no more: at least one, perhaps empty. Limit and Cursor of q are not used. An
// error is the last thing yielded; its kinds are those of [ListVehiclesHandler.Handle].
//
// Nothing is locked, so that an export may take as long as its reader likes. Each list page holds as of its own AsOf. A
// vehicle whose place in the order changes meanwhile may be missing or there twice; in the order of VINs, which never
// change, each is there once. A vehicle that is there from the first list page to the last, and keeps its place, is never
// missing.
func (h ExportVehiclesHandler) Pages(ctx context.Context, q ListVehicles) iter.Seq2[VehicleList, error] {
	return func(yield func(VehicleList, error) bool) {
		q.Limit, q.Cursor = 0, ""
		if err := q.complete(); err != nil {
			yield(VehicleList{}, err)
			return
		}
		q.Limit, q.Customers = exportRows, Owned(q.Customers, q.Owner)
		for {
			list, err := vehiclePage(ctx, h.Fleet, h.Latest, h.Now, q)
			if !yield(list, err) || err != nil || list.Next == "" {
				return
			}
			q.Cursor, q.After = list.Next, domain.Position{}
		}
	}
}
