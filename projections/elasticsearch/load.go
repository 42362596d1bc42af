package elasticsearch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/elastic/go-elasticsearch/v8/esapi"
	"github.com/go-json-experiment/json/jsontext"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// stored is a document as it is read back.
type stored struct {
	Index  string    `json:"_index"`
	ID     string    `json:"_id"`
	SeqNo  int64     `json:"_seq_no"`
	Found  bool      `json:"found"`
	Error  *refusal  `json:"error"`
	Source docSource `json:"_source"`
}

// docSource is the part of a document that is read back.
type docSource struct {
	Version domain.Position `json:"version"`
	Row     jsontext.Value  `json:"row"`
	Shared  string          `json:"shared"`
}

// Load returns what is stored under these keys, findable or not, each with the position of the last event applied.
func (v *Views) Load(ctx context.Context, g projections.Generation, keys []projections.Key) ([]projections.Stored, error) {
	found, err := v.load(ctx, g, keys)
	if err != nil {
		return nil, fmt.Errorf("load rows of %q: %w", g.View, moved(err, g))
	}
	return found, nil
}

func (v *Views) load(ctx context.Context, g projections.Generation, keys []projections.Key) ([]projections.Stored, error) {
	rows := make([]projections.Stored, 0, len(keys))
	for some := range slices.Chunk(keys, v.limits.load) {
		ids := make([]string, 0, len(some))
		for _, key := range some {
			id, err := idOf(key)
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
		docs, err := v.mget(ctx, v.rows(g), ids, true, "version", "row")
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			row, err := decode(d.ID, d.Source.Row)
			if err != nil {
				return nil, fmt.Errorf("read document %q: %w", d.ID, err)
			}
			v.of(g, func(k *known) { // who was ahead of the checkpoint wrote rows, and perhaps never made them findable
				k.visible = k.visible && !k.at.Before(d.Source.Version)
			})
			if row != nil {
				rows = append(rows, projections.Stored{Row: row, Version: d.Source.Version})
			}
		}
	}
	return rows, nil
}

// mget returns the documents that are there: as they were written last, or only as far as they can be found.
func (v *Views) mget(ctx context.Context, index string, ids []string, written bool, fields ...string) ([]stored, error) {
	content, err := body(object{"ids": ids})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Docs []stored `json:"docs"`
	}
	err = v.do(ctx, esapi.MgetRequest{Index: index, Body: content, Realtime: &written, SourceIncludes: fields}, &answer)
	if err != nil {
		return nil, err
	}
	for _, d := range answer.Docs {
		if d.Error != nil {
			return nil, named(d.Error)
		}
	}
	return slices.DeleteFunc(answer.Docs, func(d stored) bool { return !d.Found }), nil
}

// Owned returns the rows of a customer's vehicles.
func (v *Views) Owned(ctx context.Context, g projections.Generation, id domain.CustomerID) ([]projections.Stored, error) {
	var found []projections.Stored
	if !v.visible(g) {
		if err := v.refresh(ctx, g); err != nil {
			return nil, fmt.Errorf("load vehicles of customer %q: %w", id, err)
		}
	}
	query := object{"bool": object{"filter": []object{term("customer", string(id)), alive()}}}
	for d, err := range v.every(ctx, now(v.rows(g)), query, "vin") {
		if err != nil {
			return nil, fmt.Errorf("load vehicles of customer %q: %w", id, moved(v.spoilt(ctx, g, err), g))
		}
		row, err := decode(d.ID, d.Source.Row)
		if err != nil {
			return nil, fmt.Errorf("load vehicles of customer %q: read document %q: %w", id, d.ID, err)
		}
		found = append(found, projections.Stored{Row: row, Version: d.Source.Version})
	}
	return found, nil
}

// every yields all documents that match, in the order of a field that no two have alike. An error is the last thing yielded.
func (v *Views) every(ctx context.Context, at where, query object, by string) iter.Seq2[hit, error] {
	return func(yield func(hit, error) bool) {
		ask := object{
			"query": query, "sort": []object{{by: "asc"}}, "size": v.limits.every, "track_total_hits": false, "_source": []string{"version", "row", by},
		}
		for {
			answer, err := v.search(ctx, at, ask)
			if err != nil {
				yield(hit{}, err)
				return
			}
			for _, h := range answer.Hits.Hits {
				if !yield(h, nil) {
					return
				}
			}
			if len(answer.Hits.Hits) < v.limits.every {
				return
			}
			ask["search_after"] = answer.Hits.Hits[v.limits.every-1].Sort
		}
	}
}

// errStop ends a dump that nobody listens to any more.
var errStop = errors.New("stop")

// Dump yields every row of the active generation.
func (v *Views) Dump(ctx context.Context, name string) iter.Seq2[projections.Row, error] {
	return func(yield func(projections.Row, error) bool) {
		err := v.dump(ctx, name, func(id string, raw jsontext.Value) error {
			row, err := decode(id, raw)
			if err != nil {
				return fmt.Errorf("read document %q: %w", id, err)
			}
			if !yield(row, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, fmt.Errorf("dump %q: %w", name, err))
		}
	}
}

func (v *Views) dump(ctx context.Context, name string, each func(id string, raw jsontext.Value) error) error {
	if name != view {
		return nil
	}
	active, err := get[checkpointRow](ctx, v, v.alias(), checkpointID)
	if err != nil {
		return unavailable(ctx, err)
	}
	metas, err := v.mget(ctx, active.Index, []string{metaID}, false, "row")
	if err != nil {
		return err
	}
	for _, d := range metas {
		if err := each(d.ID, d.Source.Row); err != nil {
			return err
		}
	}
	for _, by := range []string{"vin", "customer_id"} {
		for d, err := range v.every(ctx, now(active.Index), exists(by), by) {
			if err != nil {
				return err
			}
			if err := each(d.ID, d.Source.Row); err != nil {
				return err
			}
		}
	}
	return nil
}
