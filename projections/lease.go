package projections

import (
	"context"
	"time"
)

// Leases say which process folds a view where several could. They save work, and keep nobody from writing: that is done by
// the compare-and-set of [Engine.Save], which holds also for an owner that was suspended while its lease ran out. All
// methods may be called by many goroutines at once.
type Leases interface {
	// Take makes holder the owner of a name, or keeps it the owner, until ttl from now by the store's clock, and reports true;
	// false where another holds it. An error says that nobody knows.
	Take(ctx context.Context, name, holder string, ttl time.Duration) (bool, error)
	// Give ends a lease that holder has, so that a standby need not wait for its end. It is no error where holder has none.
	Give(ctx context.Context, name, holder string) error
}
