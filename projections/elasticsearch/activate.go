package elasticsearch

import (
	"context"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"fleetbeat/projections"
)

// Activate gives a generation its checkpoint and then, in one step of the cluster, the alias that another may have. A reader has
// rows before it and after it. The others are deleted last: a crash leaves them to the next start.
func (v *Views) Activate(ctx context.Context, g projections.Generation, at projections.Checkpoint) (projections.Generation, error) {
	if err := v.activate(ctx, g, at); err != nil {
		return g, fmt.Errorf("activate generation %d of %q: %w", g.Number, g.View, moved(err, g))
	}
	g.Active, g.Checkpoint = true, at
	v.of(g, func(k *known) { k.at = at.Position })
	others, err := v.generations(ctx)
	if err != nil {
		return g, fmt.Errorf("activate generation %d of %q: %w", g.Number, g.View, err)
	}
	for _, other := range others {
		if other.Number == g.Number {
			continue
		}
		if err := v.Drop(ctx, other); err != nil {
			return g, fmt.Errorf("activate generation %d of %q: %w", g.Number, g.View, err)
		}
	}
	return g, nil
}

func (v *Views) activate(ctx context.Context, g projections.Generation, at projections.Checkpoint) error {
	for written := false; !written; {
		stored, err := get[checkpointRow](ctx, v, v.rows(g), checkpointID)
		if err != nil {
			return err
		}
		err = put(ctx, v, v.rows(g), stored, checkpointID, checkpointRowOf(at))
		if written = err == nil; err != nil && !is(err, typeConflict) { // a conflict: it was written before, and we were not told
			return err
		}
	}
	if err := v.refresh(ctx, g); err != nil {
		return err
	}
	content, err := body(object{"actions": []object{
		{"remove": object{"index": v.everyIndex(), "alias": v.alias(), "must_exist": false}},
		{"add": object{"index": v.index(g), "alias": v.alias()}},
	}})
	if err != nil {
		return err
	}
	return v.do(ctx, esapi.IndicesUpdateAliasesRequest{Body: content}, nil)
}
