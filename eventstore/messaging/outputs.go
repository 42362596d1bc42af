package messaging

import (
	"context"
	"fmt"
	"sync"

	"github.com/ThreeDotsLabs/watermill/message"

	"fleetbeat/eventstore"
)

// outputs are the channels that one subscriber has open: what Subscribe, Restart and Close have in common.
type outputs struct {
	mu      sync.Mutex
	running sync.WaitGroup
	stop    context.Context // ends at Close
	end     context.CancelFunc
	epoch   context.Context // ends at each Restart
	renew   context.CancelFunc
}

func newOutputs() *outputs {
	o := &outputs{}
	o.stop, o.end = context.WithCancel(context.Background())
	o.epoch, o.renew = context.WithCancel(o.stop)
	return o
}

// open starts f on a new channel, which is closed when ctx ends or at close.
func (o *outputs) open(ctx context.Context, f *follower) (<-chan *message.Message, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stop.Err() != nil {
		return nil, fmt.Errorf("subscribe: %w", eventstore.ErrClosed)
	}
	ctx, cancel := context.WithCancel(ctx)
	detach := context.AfterFunc(o.stop, cancel)
	out := make(chan *message.Message)
	f.out, f.epoch = out, o.current
	o.running.Go(func() {
		defer close(out)
		defer cancel()
		defer detach()
		f.run(ctx)
	})
	return out, nil
}

// current returns the epoch that subscriptions made now live in.
func (o *outputs) current() context.Context {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.epoch
}

// restart ends the present epoch and begins the next.
func (o *outputs) restart() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.renew()
	o.epoch, o.renew = context.WithCancel(o.stop)
}

// close closes all channels and returns when they are closed.
func (o *outputs) close() {
	o.mu.Lock()
	o.end()
	o.mu.Unlock()
	o.running.Wait()
}
