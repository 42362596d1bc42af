package projections

import (
	"strings"

	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// Checkpoint says how far a view has been folded. It is stored with the view.
type Checkpoint struct {
	LogID    string
	Position domain.Position // every event of the view's types up to it is in the rows, none after it
	Kept     Kept
	AsOf     domain.Instant  // every status in the rows is the one of this moment
	Through  domain.Position // every transition caused at or before it is in the rows
}

// Kept is the newest folded event of a stream that is kept for ever: as long as it is in the log, the log is the one that
// was folded. The zero Kept is none.
type Kept struct {
	Stream   string
	Revision int64
	EventID  uuid.UUID
}

// evaluated moves the moment of the view, which never goes back.
func (c *Checkpoint) evaluated(e *domain.FleetEvaluated) {
	c.AsOf = max(c.AsOf, e.AsOf)
	if c.Through.Before(e.Through) {
		c.Through = e.Through
	}
}

// notBefore moves c forward to what d says of the same log. Evaluations expire after a day: where the log has none left,
// what they said still holds.
func (c *Checkpoint) notBefore(d Checkpoint) {
	c.AsOf = max(c.AsOf, d.AsOf)
	if c.Through.Before(d.Through) {
		c.Through = d.Through
	}
	if c.Position.Before(d.Position) {
		c.Position = d.Position
	}
}

// keep remembers r where its stream is kept for ever.
func (c *Checkpoint) keep(r eventstore.Recorded) {
	if r.Stream != domain.EvaluationsStream && !strings.HasPrefix(r.Stream, domain.IngestPrefix) {
		c.Kept = Kept{Stream: r.Stream, Revision: int64(r.Revision), EventID: r.ID}
	}
}

// Generation is one building of a view. The rows of several generations of a view lie beside each other; readers see the
// active one.
type Generation struct {
	View       string
	Number     int64 // counted up within the view and never used again
	Version    int   // of the view that it was folded with
	Active     bool
	Finished   bool // it has all that makes finding fast
	Checkpoint Checkpoint
}
