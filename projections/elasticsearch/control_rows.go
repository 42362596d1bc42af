package elasticsearch

import (
	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// rebuildRow is a request to build the view anew, as it is stored.
type rebuildRow struct {
	View     string                   `json:"view"`
	State    projections.RebuildState `json:"state"`
	Events   int64                    `json:"events"`
	Rate     float64                  `json:"rate"`
	Position domain.Position          `json:"position"`
	Head     domain.Position          `json:"head"`
	Problem  string                   `json:"problem"`
}

func rebuildRowOf(r projections.Rebuild) rebuildRow {
	p := r.Progress
	return rebuildRow{r.View, r.State, p.Events, p.EventsPerSecond, p.Position, p.Head, r.Problem}
}

func (r rebuildRow) public() projections.Rebuild {
	return projections.Rebuild{View: r.View, State: r.State, Problem: r.Problem, Progress: projections.Progress{
		Events: r.Events, EventsPerSecond: r.Rate, Position: r.Position, Head: r.Head,
	}}
}

// checkpointRow is a checkpoint as it is stored.
type checkpointRow struct {
	Log      string          `json:"log"`
	Position domain.Position `json:"position"`
	Stream   string          `json:"stream,omitzero"` // of the newest event that is kept for ever
	Revision int64           `json:"revision,omitzero"`
	Event    uuid.UUID       `json:"event,omitzero"`
	AsOf     int64           `json:"asOf,omitzero"`
	Through  domain.Position `json:"through"`
}

func checkpointRowOf(c projections.Checkpoint) checkpointRow {
	return checkpointRow{c.LogID, c.Position, c.Kept.Stream, c.Kept.Revision, c.Kept.EventID, int64(c.AsOf), c.Through}
}

func (r checkpointRow) public() projections.Checkpoint {
	return projections.Checkpoint{
		LogID: r.Log, Position: r.Position, Kept: projections.Kept{Stream: r.Stream, Revision: r.Revision, EventID: r.Event},
		AsOf: domain.Instant(r.AsOf), Through: r.Through,
	}
}
