package elasticsearch

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"fleetbeat/domain"
)

// where is what a question is asked of: an index, or what could be found in it at a moment.
type where struct {
	index  string
	moment string // a point in time that the server keeps, which knows its index
}

// indexes returns the index that a request names: none where it names a moment.
func (w where) indexes() []string {
	if w.moment != "" {
		return nil
	}
	return []string{w.index}
}

// ask returns a question as it is asked there.
func (w where) ask(question object) object {
	if w.moment == "" {
		return question
	}
	question = maps.Clone(question)
	question["pit"] = object{"id": w.moment, "keep_alive": momentLasts}
	return question
}

// now is an index as it is when the question comes.
func now(index string) where { return where{index: index} }

const (
	// momentLasts is how long the server keeps a moment that was not let go, counted from the last question about it.
	momentLasts = "1m"
	// momentTries is how often questions are asked anew whose moment the server lost: it keeps none of an index that is dropped, as
	// when the view was switched to another, nor of a node that went away.
	momentTries = 4
	// momentEnds is how long who asked waits until the server has let a moment go.
	momentEnds = time.Second
)

// atMoment runs questions of one state of the view, whatever becomes findable while they run. Of several shards each is looked at
// in one state, and no two are told apart by more than the milliseconds that it takes to ask them.
func (f *Fleet) atMoment(ctx context.Context, ask func(where) error) error {
	for try := 1; ; try++ {
		at, err := f.views.openMoment(ctx, f.views.alias())
		if err != nil {
			return err
		}
		err = ask(at)
		f.views.closeMoment(ctx, at)
		if try == momentTries || !lost(err) {
			return err
		}
	}
}

// lost reports whether the server no longer knows a moment, or its index.
func lost(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.Status == http.StatusNotFound
}

func (v *Views) openMoment(ctx context.Context, index string) (where, error) {
	var answer struct {
		ID string `json:"id"`
	}
	err := v.do(ctx, esapi.OpenPointInTimeRequest{Index: []string{index}, KeepAlive: momentLasts}, &answer)
	return where{moment: answer.ID}, err
}

// closeMoment lets a moment go. Where that fails, the server does so by itself.
func (v *Views) closeMoment(ctx context.Context, at where) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), momentEnds)
	defer cancel()
	content, err := body(object{"id": at.moment})
	if err == nil {
		err = v.do(ctx, esapi.ClosePointInTimeRequest{Body: content}, nil)
	}
	if err != nil {
		v.options.Logger.Debug("elasticsearch keeps a moment until it lapses", "error", err)
	}
}

// checkpoint is the search for the checkpoint that can be found.
func checkpoint() object {
	return object{
		"query": object{"ids": object{"values": []string{checkpointID}}}, "size": 2, "track_total_hits": false, "_source": false,
	}
}

// whole asks questions of one state of the view, which has one checkpoint: without one the alias is that of no view, and with two
// every vehicle would be there twice.
func (f *Fleet) whole(ctx context.Context, at where, questions ...object) ([]found, error) {
	answers, err := f.views.searches(ctx, at, append(questions, checkpoint())...)
	if err != nil {
		return nil, err
	}
	last := len(answers) - 1
	if len(answers[last].Hits.Hits) != 1 {
		return nil, &domain.Error{Kind: domain.Unavailable, RetryAfter: 1, Message: "the fleet view is being built"}
	}
	return answers[:last], nil
}
