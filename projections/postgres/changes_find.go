package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// FoldingView is a view that says how far it is folded; a *projections.Projection is one.
type FoldingView interface {
	queries.View
	Folded() (domain.Position, <-chan struct{})
	Head(ctx context.Context) (domain.Position, error)
}

// Changes reads the feed of changes. All methods may be called by many goroutines at once.
type Changes struct {
	FoldingView
	views *Views
}

var _ queries.ChangesReader = (*Changes)(nil)

// Changes returns the reader of the feed of changes, which the timeline view keeps; view says how far that is folded.
func (v *Views) Changes(view FoldingView) *Changes { return &Changes{FoldingView: view, views: v} }

// Changes returns the changes after a position, in their order, limit at most.
func (l *Changes) Changes(ctx context.Context, after domain.Position, limit int) ([]queries.Change, error) {
	found, err := l.changes(ctx, timelineChanges().selects()+` WHERE (commit_position, prepare_position) > ($1, $2)
		ORDER BY commit_position, prepare_position LIMIT $3`, cells{}.position(after).number(int64(limit)))
	if err != nil {
		return nil, fmt.Errorf("read the feed of changes after %s: %w", after, err)
	}
	return found, nil
}

// changes returns the entries that a query gives.
func (l *Changes) changes(ctx context.Context, query string, args []any) (found []queries.Change, _ error) {
	return found, l.views.answer(ctx, timelineView, func(ctx context.Context, t tables) error {
		found = nil
		return t.each(ctx, func(r *reader) error {
			found = append(found, changeOf(readChange(r)))
			return nil
		}, query, args...)
	})
}

// Tail returns the position after which the last n changes lie.
func (l *Changes) Tail(ctx context.Context, n int) (domain.Position, error) {
	var at domain.Position
	err := l.views.answer(ctx, timelineView, func(ctx context.Context, t tables) error {
		at = domain.Position{}
		return t.each(ctx, func(r *reader) error { at = r.position(); return nil },
			`SELECT commit_position, prepare_position FROM timeline_changes# ORDER BY commit_position DESC, prepare_position DESC LIMIT 1 OFFSET $1`, n)
	})
	if err != nil {
		return domain.Position{}, fmt.Errorf("find the last %d changes: %w", n, err)
	}
	return at, nil
}

// LastTransitions returns the newest transitions that match, at or before a position, newest first, limit at most.
func (l *Changes) LastTransitions(ctx context.Context, f queries.ChangeFilter, upTo domain.Position, limit int) ([]queries.Change, error) {
	if _, err := f.Matcher(); err != nil {
		return nil, err
	}
	query, args := lastTransitions(f, upTo, limit)
	found, err := l.changes(ctx, query, args)
	if err != nil {
		return nil, fmt.Errorf("find the last transitions: %w", err)
	}
	return found, nil
}

// lastTransitions returns the question: for each value of the part of a filter that selects most, a walk back along the
// index of it, in which the other parts are looked at row by row. Parts that are not given are not in it: Postgres would take
// them for something that selects, and choose another way.
func lastTransitions(f queries.ChangeFilter, upTo domain.Position, limit int) (string, []any) {
	const newestFirst = "commit_position DESC, prepare_position DESC"
	args := append(cells{}.position(upTo), limit)
	conditions := ` AND (commit_position, prepare_position) <= ($1, $2)`
	and := func(column string, values []string) {
		args = append(args, values)
		conditions += ` AND ` + column + ` = ANY (` + parameter(len(args)-1) + `)`
	}
	owners := unique(f.Customers)
	if f.Owner != "" && (len(owners) == 0 || slices.Contains(f.Customers, f.Owner)) {
		owners = []string{storable(string(f.Owner))}
	} else if f.Owner != "" { // of anybody else nothing matches
		owners = []string{}
		conditions += ` AND false`
	}
	statuses := unique(f.Statuses)
	along, column, order := statuses, "status", newestFirst
	switch {
	case len(f.VINs) > 0:
		// A later life, and in it a later moment, lies later in the log.
		along, column, order = unique(f.VINs), "vin", "life DESC, at DESC, "+newestFirst
		if len(owners) > 0 {
			and("customer", owners)
		}
	case len(owners) > 0:
		along, column = owners, "customer"
	case len(statuses) == 0:
		along = []string{string(domain.Connected), string(domain.Disconnected)}
	}
	if column != "status" && len(statuses) > 0 {
		and("status", statuses)
	}
	args = append(args, along)
	l := timelineChanges()
	return `SELECT ` + l.names() + ` FROM unnest(` + parameter(len(args)-1) + `::text[]) AS along (value) CROSS JOIN LATERAL (
		SELECT ` + l.names() + ` FROM timeline_changes#
		WHERE topic = 'transition' AND ` + column + ` = along.value` + conditions + ` ORDER BY ` + order + ` LIMIT $3
	) AS found ORDER BY ` + newestFirst + ` LIMIT $3`, args
}

// changeOf returns an entry of the feed as queries show it.
func changeOf(row *projections.FeedChange) queries.Change {
	c := queries.Change{Position: row.Position, Transition: queries.Transition{
		VIN: row.VIN, RegistrationNumber: row.RegistrationNumber, Customer: queries.CustomerRef{ID: row.CustomerID}, At: row.At,
	}}
	if row.Topic == projections.TopicTransition {
		c.Status, c.ProvedAt, c.LastHeartbeat = row.To, row.ProvedAt, row.LastHeartbeat
		c.StatusBefore, c.AfterSeconds = row.From, int64(max(0, row.At.Sub(row.FromSince))/time.Second)
	}
	return c
}
