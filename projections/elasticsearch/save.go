package elasticsearch

import (
	"context"
	"errors"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"
	"github.com/go-json-experiment/json"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// Save writes rows, makes them findable and then moves the checkpoint, in that order: who reads a checkpoint and then searches
// finds at least what it says. Rows that were written before a failure are ahead of the checkpoint and exactly what the log says.
//
// An owner that was suspended meets a checkpoint that is not its own before it writes a row. Where it was suspended after that,
// each of its rows is refused whose document is as new or newer, and the others are what the new owner is about to write.
func (v *Views) Save(ctx context.Context, g projections.Generation, from, to projections.Checkpoint, changes []projections.Change) error {
	if err := v.save(ctx, g, from, to, changes); err != nil {
		return fmt.Errorf("save generation %d of %q after %s: %w", g.Number, g.View, from.Position, moved(err, g))
	}
	return nil
}

func (v *Views) save(ctx context.Context, g projections.Generation, from, to projections.Checkpoint, changes []projections.Change) error {
	stored, err := get[checkpointRow](ctx, v, v.alias(), checkpointID)
	if is(err, typeSeveral) { // of two indexes none is ours alone
		return fmt.Errorf("%w: %w", projections.ErrMoved, err)
	}
	if err != nil {
		return err
	}
	if !stored.Found || stored.Index != v.index(g) || stored.Source.Row.Position != from.Position {
		return projections.ErrMoved
	}
	if err := v.write(ctx, g, changes); err != nil {
		return v.spoilt(ctx, g, err)
	}
	if !v.visible(g) {
		if err := v.refresh(ctx, g); err != nil {
			return err
		}
	}
	err = put(ctx, v, v.rows(g), stored, checkpointID, checkpointRowOf(to))
	if is(err, typeConflict) {
		return fmt.Errorf("%w: %w", projections.ErrMoved, err)
	}
	if err == nil {
		v.of(g, func(k *known) { k.at = to.Position })
	}
	return err
}

// spoilt has the view built anew where an index does not take our documents: somebody has put one of another mapping in its place.
// Until then its rows are served.
func (v *Views) spoilt(ctx context.Context, g projections.Generation, err error) error {
	var r *refusal
	if !errors.As(err, &r) || !isMapping(r) {
		return err
	}
	m := metaOf(g)
	m.Meta.Layout = 0
	content, failed := body(m)
	if failed == nil {
		failed = v.do(ctx, esapi.IndicesPutMappingRequest{Index: []string{v.index(g)}, Body: content}, nil)
	}
	if failed != nil {
		return errors.Join(err, fmt.Errorf("ask for %q to be built anew: %w", v.index(g), failed))
	}
	return fmt.Errorf("%w: %w", projections.ErrMoved, err)
}

// Fill writes rows of a generation that is being built.
func (v *Views) Fill(ctx context.Context, g projections.Generation, changes []projections.Change) error {
	if err := v.write(ctx, g, changes); err != nil {
		return fmt.Errorf("fill generation %d of %q: %w", g.Number, g.View, moved(err, g))
	}
	return nil
}

// write writes rows. They are not findable yet.
func (v *Views) write(ctx context.Context, g projections.Generation, changes []projections.Change) error {
	if len(changes) == 0 {
		return nil
	}
	if g.Finished {
		if err := v.noteShared(ctx, g, changes); err != nil {
			return err
		}
	}
	items := make([]item, 0, len(changes))
	for _, c := range changes {
		id, err := idOf(c.Key)
		if err != nil {
			return err
		}
		d, err := encode(c)
		if err != nil {
			return fmt.Errorf("write row %q: %w", id, err)
		}
		doc, err := json.Marshal(d)
		if err != nil {
			return fmt.Errorf("write row %q: %w", id, err)
		}
		items = append(items, item{id: id, version: c.Version, doc: doc})
	}
	v.of(g, func(k *known) { k.visible = false })
	conflicts, err := v.bulk(ctx, g, items)
	if err != nil {
		return err
	}
	return v.settle(ctx, g, conflicts)
}

// settle sees to rows that were refused because the document's version is as high. A version is the commit position alone, as
// many bits as one has: where the log has several events of one commit, the document may still be the older one, and its whole
// position tells.
func (v *Views) settle(ctx context.Context, g projections.Generation, refused []item) error {
	for len(refused) > 0 {
		ids := make([]string, len(refused))
		for i := range refused {
			ids[i] = refused[i].id
		}
		stored, err := v.versions(ctx, g, ids)
		if err != nil {
			return err
		}
		var older []item
		for _, i := range refused {
			if s, ok := stored[i.id]; ok && s.Source.Version.Before(i.version) {
				i.seqNo = &got[struct{}]{SeqNo: s.SeqNo, PrimaryTerm: s.PrimaryTerm}
				older = append(older, i)
			}
		}
		if len(older) == 0 {
			return nil
		}
		if refused, err = v.bulk(ctx, g, older); err != nil { // those that somebody has changed meanwhile are looked at again
			return err
		}
	}
	return nil
}

// versioned is a document's version.
type versioned struct {
	ID          string `json:"_id"`
	SeqNo       int    `json:"_seq_no"`
	PrimaryTerm int    `json:"_primary_term"`
	Found       bool   `json:"found"`
	Source      struct {
		Version domain.Position `json:"version"`
	} `json:"_source"`
}

// versions returns the versions of documents, by id.
func (v *Views) versions(ctx context.Context, g projections.Generation, ids []string) (map[string]versioned, error) {
	content, err := body(object{"ids": ids})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Docs []versioned `json:"docs"`
	}
	err = v.do(ctx, esapi.MgetRequest{Index: v.rows(g), Body: content, SourceIncludes: []string{"version"}}, &answer)
	found := make(map[string]versioned, len(ids))
	for _, d := range answer.Docs {
		if d.Found {
			found[d.ID] = d
		}
	}
	return found, err
}
