package elasticsearch

import (
	"context"

	"fleetbeat/domain"
)

// steadyTries is how often an answer of several searches is asked for anew where rows came between them. Rows come ten times
// a second at most, and searches take milliseconds; after that the answer is taken as it is.
const steadyTries = 4

// stable runs searches of one state of the view. Each time that rows become findable the checkpoint before does so with them, so
// two looks at that document tell whether nothing came between. Of several shards only its own is sure.
func (f *Fleet) stable(ctx context.Context, searches func(index string) error) error {
	for try := 1; ; try++ {
		before, err := f.mark(ctx)
		if err != nil {
			return err
		}
		err = searches(before.Index)
		if is(err, typeNoIndex) && try < steadyTries {
			continue // the view was switched to another generation
		}
		if err != nil {
			return err
		}
		after, err := f.mark(ctx)
		if err != nil {
			return err
		}
		if after.Index == before.Index && after.SeqNo == before.SeqNo || try == steadyTries {
			return nil
		}
	}
}

// mark returns the checkpoint that can be found, and its place.
func (f *Fleet) mark(ctx context.Context) (stored, error) {
	docs, err := f.views.mget(ctx, f.views.alias(), []string{checkpointID}, false, "version")
	if err != nil {
		return stored{}, err
	}
	if len(docs) == 0 {
		return stored{}, &domain.Error{Kind: domain.Unavailable, RetryAfter: 1, Message: "the fleet view is being built"}
	}
	return docs[0], nil
}

// clashing returns the keys of registration numbers that more than one vehicle has, of a customer or of all for none.
func (f *Fleet) clashing(ctx context.Context, index string, owner domain.CustomerID) ([]string, error) {
	var noted []string
	for d, err := range f.views.every(ctx, index, exists("shared"), "shared") {
		if err != nil {
			return nil, err
		}
		noted = append(noted, d.Source.Shared)
	}
	var clashing []string
	for len(noted) > 0 {
		n := min(len(noted), termsAtMost)
		query := []object{terms("plate_key", noted[:n]), alive()}
		if owner != "" {
			query = append(query, term("customer", string(owner)))
		}
		some, err := f.views.countKeys(ctx, index, all(query), 2)
		if err != nil {
			return nil, err
		}
		clashing, noted = append(clashing, some...), noted[n:]
	}
	return clashing, nil
}

// shards returns over how many shards the view is spread, as far as is known.
func (v *Views) shards() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return max(v.spread, v.options.Shards)
}

// sharded notes over how many shards a search went, and reports whether that is more than was known.
func (v *Views) sharded(n int) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	more := n > max(v.spread, v.options.Shards)
	v.spread = max(v.spread, n)
	return more
}
