package elasticsearch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
	"github.com/go-json-experiment/json"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

const (
	bulksAtOnce = 2       // requests under way: what waits in the server's queue helps nobody
	bulkBytes   = 2 << 20 // of one request, or the first document beyond it
	// bulkPatience is for how long what the server has no room for is sent again, with pauses of up to bulkPause. Then the page is
	// given back, and why is told; it comes again.
	bulkPatience = 30 * time.Second
	bulkPause    = 2 * time.Second
	// shardPatience is how long the server waits for a shard that is away before it says so: less than a request may take.
	shardPatience = 5 * time.Second
)

// item is one document of a bulk request.
type item struct {
	id      string
	version domain.Position // of the last event applied; zero for what has none
	seqNo   *got[struct{}]  // in place of the version: written only over this one
	doc     []byte
}

// errPosition is a log beyond what fits into a version: no log that we know goes there.
var errPosition = errors.New("the position of the log is beyond 2^63")

// action writes what is to be done with an item.
func (i item) write(b *bytes.Buffer) error {
	b.WriteString(`{"index":{"_id":`)
	id, err := json.Marshal(i.id)
	if err != nil {
		return err
	}
	b.Write(id)
	switch {
	case i.seqNo != nil:
		fmt.Fprintf(b, `,"if_seq_no":%d,"if_primary_term":%d`, i.seqNo.SeqNo, i.seqNo.PrimaryTerm)
	case i.version.Commit > math.MaxInt64:
		return errPosition
	case !i.version.IsZero():
		b.WriteString(`,"version_type":"external","version":` + strconv.FormatUint(i.version.Commit, 10))
	}
	b.WriteString("}}\n")
	b.Write(i.doc)
	b.WriteByte('\n')
	return nil
}

// bulk writes items into a generation, several requests at once, and returns those whose document is as new or newer.
func (v *Views) bulk(ctx context.Context, g projections.Generation, items []item) (conflicts []item, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for len(items) > 0 {
		n, size := 0, 0
		for n < len(items) && n < v.limits.bulk && size < bulkBytes {
			size += len(items[n].doc)
			n++
		}
		part := items[:n]
		items = items[n:]
		select {
		case v.bulks <- struct{}{}:
		case <-ctx.Done():
			items = nil
			continue
		}
		wg.Go(func() {
			defer func() { <-v.bulks }()
			met, failed := v.sendAll(ctx, g, part)
			mu.Lock()
			defer mu.Unlock()
			conflicts = append(conflicts, met...)
			if failed != nil && err == nil {
				err = failed
				cancel() // the rest would only wait for the same
			}
		})
	}
	wg.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	return conflicts, err
}

// sendAll sends one request, and again what the server had no room for.
func (v *Views) sendAll(ctx context.Context, g projections.Generation, items []item) (conflicts []item, err error) {
	began := time.Now()
	for try := 0; ; try++ {
		met, again, err := v.send(ctx, g, items)
		conflicts = append(conflicts, met...)
		switch {
		case len(again) == 0 || err != nil && !busy(err):
			return conflicts, err
		case time.Since(began) > bulkPatience:
			return conflicts, fmt.Errorf("%d documents refused %d times: %w", len(again), try+1, err)
		case try == 0:
			v.options.Logger.Warn("elasticsearch has no room for what is written, waiting", "documents", len(again), "error", err)
		}
		pause := min(bulkPause, 50*time.Millisecond<<min(try, 10))
		timer := time.NewTimer(pause/2 + rand.N(pause/2)) // or all writers come back at once
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return conflicts, context.Cause(ctx)
		}
		items = again
	}
}

// busy reports whether the server may take later what it did not take now.
func busy(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.Type != typeBlocked &&
		(r.Type == typeRejected || r.Type == typeBreaker || r.Type == typeUnavailable || r.Status == http.StatusTooManyRequests)
}

// send sends one request. err is why some are to be sent again or, without any, why nothing more is to be tried.
func (v *Views) send(ctx context.Context, g projections.Generation, items []item) (conflicts, again []item, err error) {
	var b bytes.Buffer
	for _, i := range items {
		if err := i.write(&b); err != nil {
			return nil, nil, fmt.Errorf("write document %q: %w", i.id, err)
		}
	}
	var answer struct {
		Errors bool `json:"errors"`
		Items  []struct {
			Index struct {
				Status int      `json:"status"`
				Error  *refusal `json:"error"`
			} `json:"index"`
		} `json:"items"`
	}
	err = v.do(ctx, esapi.BulkRequest{
		Index: v.rows(g), Body: &b, RequireAlias: yes(), Timeout: shardPatience, FilterPath: []string{"errors", "items.*.status", "items.*.error.type", "items.*.error.reason"},
	}, &answer)
	var r *refusal
	switch {
	case errors.As(err, &r) && r.Status == http.StatusRequestEntityTooLarge && len(items) > 1: // a proxy's limit
		half := len(items) / 2
		conflicts, again, err = v.send(ctx, g, items[:half])
		if err != nil && !busy(err) {
			return conflicts, nil, err
		}
		more, rest, err2 := v.send(ctx, g, items[half:])
		if err2 == nil {
			err2 = err
		}
		return append(conflicts, more...), append(again, rest...), err2
	case busy(err):
		return nil, items, err
	case err != nil:
		return nil, nil, moved(err, g)
	case !answer.Errors:
		return nil, nil, nil
	case len(answer.Items) != len(items):
		return nil, nil, fmt.Errorf("elasticsearch answers for %d documents of %d", len(answer.Items), len(items))
	}
	for i, result := range answer.Items {
		refusal := result.Index.Error
		if refusal == nil {
			continue
		}
		refusal.Status = result.Index.Status
		switch failed := named(refusal); {
		case refusal.Type == typeConflict:
			conflicts = append(conflicts, items[i])
		case busy(failed):
			again, err = append(again, items[i]), failed
		default:
			return conflicts, nil, fmt.Errorf("write document %q: %w", items[i].id, moved(failed, g))
		}
	}
	return conflicts, again, err
}
