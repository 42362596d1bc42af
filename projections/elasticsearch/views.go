package elasticsearch

import (
	"context"
	"fmt"
	"sync"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// Views keeps the fleet view in Elasticsearch. It is a [projections.Engine] of that one view; its readers are made by
// [Views.Fleet]. All methods may be called by many goroutines at once.
type Views struct {
	*client
	options Options
	limits  limits
	bulks   chan struct{} // held by each bulk request under way

	mu    sync.Mutex
	known map[int64]*known // by number of the generation
}

// known is what this process knows of a generation.
type known struct {
	visible bool            // all rows that are there can be found
	at      domain.Position // of its checkpoint
}

var _ projections.Engine = (*Views)(nil)

// view is the one that is kept here.
const view = "fleet"

// Open returns the views in an Elasticsearch. It looks at the options alone and asks no server: one that is down is met, and
// named, by whoever asks first.
func Open(o Options) (*Views, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	c, err := newClient(o)
	if err != nil {
		return nil, err
	}
	return &Views{client: c, options: o, limits: usualLimits(), bulks: make(chan struct{}, bulksAtOnce), known: map[int64]*known{}}, nil
}

// Close lets go of idle connections. Closing twice is harmless.
func (v *Views) Close() error {
	v.close()
	return nil
}

// Ping asks whether a node answers, and takes us. The error is a [projections.FaultError] where it is known what is wrong.
func (v *Views) Ping(ctx context.Context) error {
	err := v.do(ctx, esapi.ClusterHealthRequest{Local: yes(), FilterPath: []string{"status"}}, nil)
	if err != nil {
		return fmt.Errorf("ask elasticsearch for its health: %w", err)
	}
	return nil
}

// of runs f on what is known of a generation.
func (v *Views) of(g projections.Generation, f func(*known)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	k := v.known[g.Number]
	if k == nil {
		k = &known{}
		v.known[g.Number] = k
	}
	f(k)
}

func (v *Views) forget(number int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.known, number)
}

// visible reports whether all rows of a generation that are there can be found.
func (v *Views) visible(g projections.Generation) (yes bool) {
	v.of(g, func(k *known) { yes = k.visible })
	return yes
}

// refresh makes all rows of a generation findable, on every copy.
func (v *Views) refresh(ctx context.Context, g projections.Generation) error {
	var answer struct {
		Shards struct {
			Failed int `json:"failed"`
		} `json:"_shards"`
	}
	if err := v.do(ctx, esapi.IndicesRefreshRequest{Index: []string{v.rows(g)}}, &answer); err != nil {
		return fmt.Errorf("refresh %q: %w", v.index(g), moved(err, g))
	}
	if answer.Shards.Failed > 0 {
		return projections.Fault(fmt.Errorf("refresh %q: %d copies failed", v.index(g), answer.Shards.Failed),
			"a part of the index is not there, as while a node is down; it goes on by itself")
	}
	v.of(g, func(k *known) { k.visible = true })
	return nil
}
