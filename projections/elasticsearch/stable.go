package elasticsearch

import (
	"context"
	"slices"

	"fleetbeat/domain"
)

// steadyTries is how often an answer of several searches is asked for anew where rows came between them. Rows come ten times
// a second at most, and searches take milliseconds; after that the answer is taken as it is.
const steadyTries = 4

// A state of the view that can be searched is told by the checkpoint that can be found in it: each time that rows become findable
// the checkpoint before does so with them. So where the first and the last of some searches find the same one, all saw the same
// rows. Of several shards only that of the checkpoint is sure.

// mark is the search for that checkpoint.
func mark() object {
	return object{
		"query": object{"ids": object{"values": []string{checkpointID}}}, "size": 2, "track_total_hits": false, "_source": false,
		"seq_no_primary_term": true,
	}
}

// place is the generation and the state of it that a search saw.
type place struct {
	index string
	seqNo int64
}

// placeOf returns what mark found: one, or the alias is that of no view, or of two.
func placeOf(a found) (place, error) {
	if len(a.Hits.Hits) != 1 {
		return place{}, &domain.Error{Kind: domain.Unavailable, RetryAfter: 1, Message: "the fleet view is being built"}
	}
	return place{a.Hits.Hits[0].Index, a.Hits.Hits[0].SeqNo}, nil
}

// together asks questions of one state of the view.
func (f *Fleet) together(ctx context.Context, index string, questions ...object) ([]found, error) {
	for try := 1; ; try++ {
		answers, err := f.views.searches(ctx, index, slices.Concat([]object{mark()}, questions, []object{mark()})...)
		if err != nil {
			return nil, err
		}
		before, err := placeOf(answers[0])
		if err != nil {
			return nil, err
		}
		after, err := placeOf(answers[len(answers)-1])
		if err != nil {
			return nil, err
		}
		if before == after || try == steadyTries {
			return answers[1 : len(answers)-1], nil
		}
	}
}

// stable runs searches that follow from one another, of one state of the view.
func (f *Fleet) stable(ctx context.Context, run func(index string) error) error {
	for try := 1; ; try++ {
		before, err := f.mark(ctx)
		if err != nil {
			return err
		}
		err = run(before.index)
		if is(err, typeNoIndex) && try < steadyTries {
			continue // the view was switched to another generation
		}
		if err != nil {
			return err
		}
		if after, err := f.mark(ctx); err != nil || after == before || try == steadyTries {
			return err
		}
	}
}

func (f *Fleet) mark(ctx context.Context) (place, error) {
	answer, err := f.views.search(ctx, f.views.alias(), mark())
	if err != nil {
		return place{}, err
	}
	return placeOf(answer)
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
		n := min(len(noted), f.views.limits.terms)
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
