package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
	"fleetbeat/projections"
)

const (
	// leaseFor is how long an owner of a view may say nothing before another takes over: a kill -9 is made good within this,
	// the second in which a standby asks, and the time it takes to read the checkpoint.
	leaseFor = 8 * time.Second
	// leaseEvery is how often the owner renews its lease, and a standby asks for it.
	leaseEvery = time.Second
)

// tenancy is one process's share in owning a view that several could fold. Who has the lease folds, the others stand by. It only
// saves work: an owner that was suspended, and does not know yet that its lease ran out, is kept from writing by the checkpoint.
type tenancy struct {
	leases projections.Leases
	view   string
	holder string // this life of this process
	log    *slog.Logger

	mu      sync.Mutex
	owner   bool
	changed chan struct{} // closed and replaced when owner changes
}

func newTenancy(leases projections.Leases, view, holder string, log *slog.Logger) *tenancy {
	return &tenancy{leases: leases, view: view, holder: holder, log: log, changed: make(chan struct{})}
}

// run asks for the lease and renews it until ctx ends, and then gives it back, so that a standby need not wait for its end.
func (t *tenancy) run(ctx context.Context) {
	ticker := time.NewTicker(leaseEvery)
	defer ticker.Stop()
	for {
		t.ask(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.giveBack(context.WithoutCancel(ctx))
			return
		}
	}
}

// ask asks once. Where nobody knows who has the lease, all stays as it is: nobody else can have taken it then.
func (t *tenancy) ask(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, leaseFor/2)
	defer cancel()
	owner, err := t.leases.Take(ctx, t.view, t.holder, leaseFor)
	if err != nil {
		return // whoever reads or writes the views there says so
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if owner == t.owner {
		return
	}
	t.owner = owner
	close(t.changed)
	t.changed = make(chan struct{})
	if owner {
		t.log.Info("folds the view", "view", t.view)
	} else {
		t.log.Warn("another process folds the view now, standing by", "view", t.view)
	}
}

func (t *tenancy) giveBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, leaseEvery)
	defer cancel()
	if owner, _ := t.state(); !owner {
		return
	}
	if err := t.leases.Give(ctx, t.view, t.holder); err != nil {
		t.log.Warn("the lease of a view was not given back, a standby waits for its end", "view", t.view, "error", err)
	}
}

// state returns whether this process is the owner, and a channel that is closed when that changes.
func (t *tenancy) state() (owner bool, changed <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.owner, t.changed
}

// await returns when this process is, or is not, the owner, or with ctx's error.
func (t *tenancy) await(ctx context.Context, wanted bool) error {
	for {
		owner, changed := t.state()
		if owner == wanted {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// whileOwner runs do whenever this process is the owner, with a context that ends when it is not any more, until ctx ends.
func (t *tenancy) whileOwner(ctx context.Context, do func(ctx context.Context)) {
	for ctx.Err() == nil && t.await(ctx, true) == nil {
		owning, cancel := context.WithCancel(ctx)
		go func() {
			_ = t.await(owning, false)
			cancel()
		}()
		do(owning)
		cancel()
	}
}

// reader returns a view's reader of the log, which waits for the lease before it begins and begins anew when it lost it.
func (t *tenancy) reader(r reader, h *health) reader {
	from, handle := r.from, r.handle
	r.from = func(ctx context.Context) (domain.Position, error) {
		if owner, _ := t.state(); !owner {
			h.standsBy(r.name)
			if err := t.await(ctx, true); err != nil {
				return domain.Position{}, fmt.Errorf("wait for the lease: %w", err)
			}
			h.expect(r.name)
		}
		return from(ctx)
	}
	r.handle = func(ctx context.Context, d eventstore.Delivery) error {
		if owner, _ := t.state(); !owner {
			return fmt.Errorf("the lease is lost: %w", messaging.ErrRestart)
		}
		return handle(ctx, d)
	}
	return r
}
