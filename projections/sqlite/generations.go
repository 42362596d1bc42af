package sqlite

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

const generationColumns = `SELECT generation, view, version, active, finished, log, position, stream, revision, event, as_of, through FROM views`

// Generations returns the generations of a view.
func (v *Views) Generations(ctx context.Context, view string) (found []projections.Generation, err error) {
	err = v.read(ctx, projections.Generation{}, func(t tables) error {
		found = nil
		s := t.prepare(generationColumns + ` WHERE view = ?1`).text(view)
		return s.run(func() error {
			g, err := nextGeneration(s)
			found = append(found, g)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the generations of %q: %w", view, err)
	}
	return found, nil
}

func nextGeneration(s *statement) (g projections.Generation, err error) {
	g = projections.Generation{
		Number: s.nextNumber(), View: s.nextText(), Version: int(s.nextNumber()), Active: s.nextNumber() != 0,
		Finished: s.nextNumber() != 0,
	}
	c := &g.Checkpoint
	c.LogID = s.nextText()
	position := s.nextText()
	c.Kept = projections.Kept{Stream: s.nextText(), Revision: s.nextNumber()}
	event := s.nextText()
	c.AsOf = s.nextInstant()
	if c.Position, err = domain.ParsePosition(position); err != nil {
		return g, err
	}
	if c.Through, err = domain.ParsePosition(s.nextText()); err != nil {
		return g, err
	}
	if event != "" {
		c.Kept.EventID, err = uuid.Parse(event)
	}
	return g, err
}

// active returns the generation of a view that is read. The error is one for the caller where there is none.
func (t tables) active(view string) (tables, error) {
	found := false
	s := t.prepare(`SELECT generation, version FROM views WHERE view = ?1 AND active`).text(view)
	err := s.run(func() error {
		found = true
		g := projections.Generation{Number: s.nextNumber(), View: view, Version: int(s.nextNumber()), Active: true, Finished: true}
		t = tablesOf(t.conn, g)
		return nil
	})
	if err == nil && !found {
		err = &domain.Error{Kind: domain.Unavailable, RetryAfter: 1, Message: "the " + view + " view is being built"}
	}
	return t, err
}

// answer runs f on the active generation of a view, in one unchanging state of the file.
func (v *Views) answer(ctx context.Context, view string, f func(tables) error) error {
	return v.read(ctx, projections.Generation{}, func(t tables) error {
		t, err := t.active(view)
		if err != nil {
			return err
		}
		return f(t)
	})
}

// Create makes an empty generation.
func (v *Views) Create(ctx context.Context, view string, version int) (projections.Generation, error) {
	g := projections.Generation{View: view, Version: version}
	err := v.write(ctx, g, func(t tables) error {
		s := t.prepare(`INSERT INTO views (view, version) VALUES (?1, ?2) RETURNING generation`).text(view).number(int64(version))
		if err := s.run(func() error { g.Number = s.nextNumber(); return nil }); err != nil {
			return err
		}
		t = tablesOf(t.conn, g)
		for _, layout := range layoutOf(view) {
			if err := t.script(layout.create); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return projections.Generation{}, fmt.Errorf("create a generation of %q: %w", view, err)
	}
	return g, nil
}

// Drop deletes a generation and its tables.
func (v *Views) Drop(ctx context.Context, g projections.Generation) error {
	if err := v.write(ctx, g, tables.drop); err != nil {
		return fmt.Errorf("drop generation %d of %q: %w", g.Number, g.View, err)
	}
	return nil
}

func (t tables) drop() error {
	var names []string
	s := t.prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB ?1`)
	// The parts of a full-text index are tables too, and go with it: their names do not end in the suffix.
	if err := s.text("*" + t.suffix).run(func() error {
		names = append(names, s.nextText())
		return nil
	}); err != nil {
		return err
	}
	for _, name := range names {
		if err := t.script(`DROP TABLE IF EXISTS "` + name + `"`); err != nil {
			return err
		}
	}
	return t.prepare(`DELETE FROM views WHERE generation = ?1`).number(t.g.Number).run(nil)
}

// Finish makes the indexes, one a transaction: the views beside this one wait for each.
func (v *Views) Finish(ctx context.Context, g projections.Generation) (projections.Generation, error) {
	if err := v.read(ctx, g, tables.exists); err != nil {
		return g, fmt.Errorf("finish generation %d of %q: %w", g.Number, g.View, err)
	}
	for _, layout := range layoutOf(g.View) {
		for _, step := range layout.finish {
			for more := true; more; {
				err := v.write(ctx, g, func(t tables) (err error) {
					more, err = step(t)
					return err
				})
				if err != nil {
					return g, fmt.Errorf("finish generation %d of %q: %w", g.Number, g.View, err)
				}
			}
		}
	}
	g.Finished = true
	return g, nil
}

// Activate makes a generation the one that is read, and drops the others.
func (v *Views) Activate(ctx context.Context, g projections.Generation, at projections.Checkpoint) (projections.Generation, error) {
	g.Active, g.Checkpoint = true, at
	err := v.write(ctx, g, func(t tables) error {
		var others []projections.Generation
		s := t.prepare(generationColumns + ` WHERE view = ?1 AND generation <> ?2`).text(g.View).number(g.Number)
		if err := s.run(func() error {
			other, err := nextGeneration(s)
			others = append(others, other)
			return err
		}); err != nil {
			return err
		}
		for _, other := range others {
			if err := tablesOf(t.conn, other).drop(); err != nil {
				return err
			}
		}
		if err := t.prepare(`UPDATE views SET active = 1, finished = 1 WHERE generation = ?1`).number(g.Number).run(nil); err != nil {
			return err
		}
		return t.checkpoint(domain.Position{}, at)
	})
	if err != nil {
		return g, fmt.Errorf("activate generation %d of %q: %w", g.Number, g.View, err)
	}
	return g, nil
}

// checkpoint replaces the checkpoint at a position.
func (t tables) checkpoint(from domain.Position, to projections.Checkpoint) error {
	s := t.prepare(`UPDATE views SET log = ?1, position = ?2, stream = ?3, revision = ?4, event = ?5, as_of = ?6, through = ?7
		WHERE generation = ?8 AND view = ?9 AND position = ?10`).
		text(to.LogID).text(to.Position.String()).text(to.Kept.Stream).number(to.Kept.Revision)
	event := ""
	if to.Kept.Stream != "" {
		event = to.Kept.EventID.String()
	}
	s.text(event).number(int64(to.AsOf)).text(to.Through.String()).number(t.g.Number).text(t.g.View).text(from.String())
	if err := s.run(nil); err != nil {
		return err
	}
	if t.conn.Changes() != 1 {
		return projections.ErrMoved
	}
	return nil
}

// exists returns an error wrapping ErrMoved where the generation is not there.
func (t tables) exists() error {
	found := false
	s := t.prepare(`SELECT 1 FROM views WHERE generation = ?1 AND view = ?2`).number(t.g.Number).text(t.g.View)
	if err := s.run(func() error { found = true; return nil }); err != nil {
		return err
	}
	if !found {
		return projections.ErrMoved
	}
	return nil
}

// Rebuild returns the request to build a view anew.
func (v *Views) Rebuild(ctx context.Context, view string) (projections.Rebuild, error) {
	r := projections.Rebuild{View: view}
	err := v.read(ctx, projections.Generation{}, func(t tables) error {
		s := t.prepare(`SELECT state, events, rate, position, head, problem FROM rebuilds WHERE view = ?1`).text(view)
		return s.run(func() (err error) {
			r.State = projections.RebuildState(s.nextText())
			r.Progress = projections.Progress{Events: s.nextNumber(), EventsPerSecond: s.nextFloat()}
			if r.Progress.Position, err = domain.ParsePosition(s.nextText()); err != nil {
				return err
			}
			if r.Progress.Head, err = domain.ParsePosition(s.nextText()); err != nil {
				return err
			}
			r.Problem = s.nextText()
			return nil
		})
	})
	if err != nil {
		return projections.Rebuild{}, fmt.Errorf("read the rebuild of %q: %w", view, err)
	}
	return r, nil
}

// SaveRebuild stores the request to build a view anew.
func (v *Views) SaveRebuild(ctx context.Context, r projections.Rebuild) error {
	err := v.write(ctx, projections.Generation{}, func(t tables) error {
		return t.prepare(`INSERT OR REPLACE INTO rebuilds (view, state, events, rate, position, head, problem)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`).
			text(r.View).text(string(r.State)).number(r.Progress.Events).float(r.Progress.EventsPerSecond).
			text(r.Progress.Position.String()).text(r.Progress.Head.String()).text(r.Problem).run(nil)
	})
	if err != nil {
		return fmt.Errorf("save the rebuild of %q: %w", r.View, err)
	}
	return nil
}
