package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// moveCheckpoint replaces the checkpoint at a position; it touches no row where it is elsewhere, or the generation gone.
const moveCheckpoint = `UPDATE views SET log = $1, position = $2, stream = $3, revision = $4, event = $5, as_of = $6, through = $7
	WHERE generation = $8 AND view = $9 AND position = $10 AND active AND NOT dropped`

func checkpointArgs(g projections.Generation, from domain.Position, to projections.Checkpoint) []any {
	event := ""
	if to.Kept.Stream != "" {
		event = to.Kept.EventID.String()
	}
	return cells{}.text(to.LogID).text(to.Position.String()).text(to.Kept.Stream).number(to.Kept.Revision).text(event).
		instant(to.AsOf).text(to.Through.String()).number(g.Number).text(g.View).text(from.String())
}

// inGeneration returns a statement with # replaced by the suffix of a generation's tables.
func inGeneration(text string, g projections.Generation) string {
	return strings.ReplaceAll(text, "#", fmt.Sprintf("_g%d", g.Number))
}

// mark is the newest state of a view that this process has seen.
type mark struct {
	generation int64
	position   domain.Position
}

func (m mark) before(n mark) bool {
	return m.generation < n.generation || m.generation == n.generation && m.position.Before(n.position)
}

// saw notes a state that is stored.
func (v *Views) saw(g projections.Generation, at domain.Position) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if m := (mark{g.Number, at}); v.newest[g.View].before(m) {
		v.newest[g.View] = m
	}
}

// found notes what a view has, be it less than before: who asks for generations begins from there.
func (v *Views) found(view string, generations []projections.Generation) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.newest, view)
	for _, g := range generations {
		if g.Active {
			v.newest[view] = mark{g.Number, g.Checkpoint.Position}
		}
	}
}

func (v *Views) seen(view string) mark {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.newest[view]
}

// tables is a connection in a transaction, and the generation whose tables it reads.
type tables struct {
	conn *pgxpool.Conn
	g    projections.Generation
}

func (t tables) each(ctx context.Context, row func(*reader) error, sql string, args ...any) error {
	return each(ctx, t.conn, row, inGeneration(sql, t.g), args...)
}
