package sqlite

import (
	"context"
	"errors"
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
	var found []queries.Change
	err := l.views.answer(ctx, timelineView, func(t tables) error {
		found = nil
		s := t.prepare(changeColumns + ` WHERE (commit_position, prepare_position) > (?1, ?2)
			ORDER BY commit_position, prepare_position LIMIT ?3 + 0`).position(after).number(int64(limit))
		return s.run(func() error {
			found = append(found, changeOf(nextChange(s)))
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the feed of changes after %s: %w", after, err)
	}
	return found, nil
}

// Tail returns the position after which the last n changes lie.
func (l *Changes) Tail(ctx context.Context, n int) (domain.Position, error) {
	var at domain.Position
	err := l.views.answer(ctx, timelineView, func(t tables) error {
		at = domain.Position{}
		s := t.prepare(`SELECT commit_position, prepare_position FROM timeline_changes#
			ORDER BY commit_position DESC, prepare_position DESC LIMIT 1 OFFSET ?1`).number(int64(n))
		return s.run(func() error { at = s.nextPosition(); return nil })
	})
	if err != nil {
		return domain.Position{}, fmt.Errorf("find the last %d changes: %w", n, err)
	}
	return at, nil
}

// LastTransitions returns the newest transitions that match, at or before a position, newest first, limit at most.
func (l *Changes) LastTransitions(ctx context.Context, f queries.ChangeFilter, upTo domain.Position, limit int) ([]queries.Change, error) {
	matcher, err := f.Matcher()
	if err != nil {
		return nil, err
	}
	var found newest
	err = l.views.answer(ctx, timelineView, func(t tables) error {
		found = newest{matcher: matcher, upTo: upTo, limit: limit}
		for _, src := range transitionsOf(f) {
			if err := found.gather(search{tables: t}.open(src)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find the last transitions: %w", err)
	}
	return found.changes, nil
}

// transitionsOf returns, for the part of a filter that selects most, a statement a value: the transitions that have it,
// newest first. Other parts are looked at row by row.
func transitionsOf(f queries.ChangeFilter) []source {
	const transitions = changeColumns + ` INDEXED BY %s WHERE topic = 'transition' AND %s = ?1 ORDER BY %s`
	const byPosition = "commit_position DESC, prepare_position DESC"
	var sources []source
	switch {
	case len(f.VINs) > 0:
		// A later life, and in it a later moment, lies later in the log.
		text := fmt.Sprintf(transitions, "timeline_transitions#", "vin", "life DESC, at DESC, "+byPosition)
		for _, vin := range unique(f.VINs) {
			sources = append(sources, source{text, []any{string(vin)}})
		}
	case len(f.Customers) > 0 || f.Owner != "":
		text := fmt.Sprintf(transitions, "timeline_owners#", "customer", byPosition)
		owners := unique(f.Customers)
		if f.Owner != "" { // of anybody else nothing matches
			owners = []domain.CustomerID{f.Owner}
		}
		for _, id := range owners {
			sources = append(sources, source{text, []any{string(id)}})
		}
	default:
		text := fmt.Sprintf(transitions, "timeline_statuses#", "status", byPosition)
		statuses := unique(f.Statuses)
		if len(statuses) == 0 {
			statuses = []domain.Status{domain.Connected, domain.Disconnected}
		}
		for _, status := range statuses {
			sources = append(sources, source{text, []any{string(status)}})
		}
	}
	return sources
}

// newest gathers the newest transitions of several statements.
type newest struct {
	matcher queries.ChangeMatcher
	upTo    domain.Position
	limit   int
	changes []queries.Change // newest first
}

// gather takes what a statement yields, newest first, until all that follows is older than what is gathered.
func (n *newest) gather(s *statement) error {
	err := s.run(func() error {
		at := domain.Position{Commit: uint64(s.ColumnInt64(0)), Prepare: uint64(s.ColumnInt64(1))}
		full := len(n.changes) == n.limit
		if full && at.Before(n.changes[n.limit-1].Position) {
			return errEnough
		}
		if n.upTo.Before(at) {
			return nil
		}
		c := changeOf(nextChange(s))
		if !n.matcher.Match(c.VIN, c.Customer.ID, c.Status) {
			return nil
		}
		if full {
			n.changes = n.changes[:n.limit-1]
		}
		place, _ := slices.BinarySearchFunc(n.changes, at, func(c queries.Change, at domain.Position) int { return at.Compare(c.Position) })
		n.changes = slices.Insert(n.changes, place, c)
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
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
