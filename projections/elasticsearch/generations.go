package elasticsearch

import (
	"context"
	"errors"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"fleetbeat/projections"
)

// Generations returns the generations of the view: the indexes of our name that say that they are one. Where somebody has given
// the alias to several, none is active: an answer of several would have every vehicle twice.
func (v *Views) Generations(ctx context.Context, name string) ([]projections.Generation, error) {
	if name != view {
		return nil, nil
	}
	found, err := v.generations(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the generations of %q: %w", name, err)
	}
	actives := 0
	for i := range found {
		if found[i].Active {
			actives++
		}
	}
	for i := range found {
		g := &found[i]
		if g.Active = g.Active && actives == 1; !g.Active {
			continue
		}
		stored, err := get[checkpointRow](ctx, v, v.rows(*g), checkpointID)
		if err != nil && !is(err, typeNoIndex) {
			return nil, fmt.Errorf("read the checkpoint of %q: %w", v.index(*g), err)
		}
		g.Checkpoint = stored.Source.Row.public() // an empty one is of no log
	}
	return found, nil
}

// indexState is what the cluster knows of an index.
type indexState struct {
	Aliases  map[string]any `json:"aliases"`
	Mappings metaMapping    `json:"mappings"`
}

// generations returns them without their checkpoints.
func (v *Views) generations(ctx context.Context) ([]projections.Generation, error) {
	var indexes map[string]indexState
	err := v.do(ctx, esapi.IndicesGetRequest{
		Index: []string{v.alias(), v.everyIndex()}, IgnoreUnavailable: yes(), AllowNoIndices: yes(), Features: "aliases,mappings",
		FilterPath: []string{"*.aliases", "*.mappings._meta"},
	}, &indexes)
	if err != nil {
		return nil, err
	}
	var found []projections.Generation
	for index, state := range indexes {
		if index == v.alias() {
			return nil, errTaken(errors.New("there is an index " + index))
		}
		m := state.Mappings.Meta
		number, ok := v.numberOf(index)
		if !ok || m.View != view || m.Generation != number {
			continue // of somebody else
		}
		_, active := state.Aliases[v.alias()]
		if m.Layout != layout {
			m.Version = 0 // the view is built anew; until then the old documents are served
		}
		found = append(found, projections.Generation{View: view, Number: number, Version: m.Version, Active: active, Finished: m.Finished})
	}
	return found, nil
}

// Create makes the index of a new generation.
func (v *Views) Create(ctx context.Context, name string, version int) (projections.Generation, error) {
	g, err := v.create(ctx, name, version)
	if err != nil {
		return projections.Generation{}, fmt.Errorf("create a generation of %q: %w", name, err)
	}
	return g, nil
}

func (v *Views) create(ctx context.Context, name string, version int) (projections.Generation, error) {
	if name != view {
		return projections.Generation{}, fmt.Errorf("elasticsearch keeps the view %q alone", view)
	}
	others, err := v.generations(ctx)
	if err != nil {
		return projections.Generation{}, err
	}
	g := projections.Generation{View: name, Version: version}
	for _, other := range others {
		g.Number = max(g.Number, other.Number)
	}
	for {
		if g.Number, err = v.nextNumber(ctx, g.Number+1); err != nil {
			return g, err
		}
		content, err := body(object{
			"settings": v.options.settings(), "mappings": mapping(g), "aliases": object{v.rows(g): object{}},
		})
		if err != nil {
			return g, err
		}
		err = v.do(ctx, esapi.IndicesCreateRequest{Index: v.index(g), Body: content}, nil)
		if !is(err, typeExists) {
			return g, err
		}
	}
}

// Drop deletes a generation's index.
func (v *Views) Drop(ctx context.Context, g projections.Generation) error {
	v.forget(g.Number)
	err := v.do(ctx, esapi.IndicesDeleteRequest{Index: []string{v.index(g)}}, nil)
	if err != nil && !is(err, typeNoIndex) {
		return fmt.Errorf("drop generation %d of %q: %w", g.Number, g.View, err)
	}
	return nil
}

// Finish makes all rows findable, notes which registration numbers are shared, and asks for the copies that an index has which is
// read.
func (v *Views) Finish(ctx context.Context, g projections.Generation) (projections.Generation, error) {
	steps := []struct {
		what string
		do   func() error
	}{
		{"refresh", func() error { return v.refresh(ctx, g) }},
		{"find registration numbers that are shared", func() error { return v.findShared(ctx, g) }},
		{"note that it is finished", func() error { g.Finished = true; return v.putMeta(ctx, g) }},
		{"ask for copies", func() error { return v.putCopies(ctx, g) }},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			g.Finished = false
			return g, fmt.Errorf("finish generation %d of %q: %s: %w", g.Number, g.View, step.what, moved(err, g))
		}
	}
	return g, nil
}

func (v *Views) putMeta(ctx context.Context, g projections.Generation) error {
	content, err := body(metaOf(g))
	if err != nil {
		return err
	}
	return v.do(ctx, esapi.IndicesPutMappingRequest{Index: []string{v.index(g)}, Body: content}, nil)
}

func (v *Views) putCopies(ctx context.Context, g projections.Generation) error {
	content, err := body(object{"index": v.options.copies()})
	if err != nil {
		return err
	}
	return v.do(ctx, esapi.IndicesPutSettingsRequest{Index: []string{v.index(g)}, Body: content}, nil)
}
