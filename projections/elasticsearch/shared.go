package elasticsearch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"fleetbeat/internal/textfold"
	"fleetbeat/projections"
)

// A registration number that two vehicles have, or had, is noted in a document of its own, which is never taken back before the view
// is built anew. Finding clashes looks at the vehicles with such a number alone, and not for it among a million. The note is
// written before the row that makes it true, so a crash leaves one too many and never one too few.

// noteShared notes the registration numbers of changed vehicles that others have too.
func (v *Views) noteShared(ctx context.Context, g projections.Generation, changes []projections.Change) error {
	came := map[string]int{}
	for _, c := range changes {
		after, ok := c.After.(*projections.FleetVehicle)
		if !ok {
			continue
		}
		before, _ := c.Before.(*projections.FleetVehicle)
		if key := textfold.Key(after.RegistrationNumber); before == nil || textfold.Key(before.RegistrationNumber) != key {
			came[key]++
		}
	}
	if len(came) == 0 {
		return nil
	}
	if !v.visible(g) {
		if err := v.refresh(ctx, g); err != nil {
			return err
		}
	}
	var shared, once []string
	for key, n := range came {
		if n > 1 {
			shared = append(shared, key)
		} else {
			once = append(once, key)
		}
	}
	for some := range slices.Chunk(once, v.limits.terms) {
		used, err := v.countKeys(ctx, now(v.rows(g)), all([]object{terms("plate_key", some), alive()}), 1)
		if err != nil {
			return fmt.Errorf("find registration numbers that are shared: %w", err)
		}
		shared = append(shared, used...)
	}
	return v.saveShared(ctx, g, shared)
}

// findShared notes all registration numbers that are shared.
func (v *Views) findShared(ctx context.Context, g projections.Generation) error {
	shared, err := v.countKeys(ctx, now(v.rows(g)), object{"match_all": object{}}, 2)
	if err != nil {
		return err
	}
	if err := v.saveShared(ctx, g, shared); err != nil || len(shared) == 0 {
		return err
	}
	return v.refresh(ctx, g)
}

func (v *Views) saveShared(ctx context.Context, g projections.Generation, keys []string) error {
	items := make([]item, 0, len(keys))
	for _, key := range keys {
		doc, err := json.Marshal(object{"shared": key})
		if err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(key)) // a key may be longer than an id
		items = append(items, item{id: idShared + hex.EncodeToString(sum[:16]), doc: doc})
	}
	if len(items) == 0 {
		return nil
	}
	v.of(g, func(k *known) { k.visible = false })
	_, err := v.bulk(ctx, g, items)
	return err
}

// countKeys returns the registration numbers that at least so many of the documents have which match. Buckets are made in order
// of their keys, so the numbers are exact over all shards.
func (v *Views) countKeys(ctx context.Context, at where, query object, atLeast int64) ([]string, error) {
	pages := object{
		"size": v.limits.keys, "sources": []object{{"key": object{"terms": object{"field": "plate_key"}}}},
	}
	question := object{"size": 0, "track_total_hits": false, "query": query, "aggs": object{"keys": object{"composite": pages}}}
	var keys []string
	for {
		answer, err := v.search(ctx, at, question)
		if err != nil {
			return nil, err
		}
		page := answer.Aggregations.Keys
		for _, b := range page.Buckets {
			if b.Count >= atLeast {
				var key struct {
					Key string `json:"key"`
				}
				if err := json.Unmarshal(b.Key, &key); err != nil {
					return nil, err
				}
				keys = append(keys, key.Key)
			}
		}
		if len(page.Buckets) < v.limits.keys {
			return keys, nil
		}
		pages["after"] = page.AfterKey
	}
}
