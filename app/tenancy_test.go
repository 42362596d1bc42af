package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
)

// leaseTable is leases in memory, by the test's clock.
type leaseTable struct {
	mu     sync.Mutex
	broken error
	holder string
	until  time.Time
}

func (l *leaseTable) Take(_ context.Context, _, holder string, ttl time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return false, l.broken
	}
	if l.holder != holder && time.Now().Before(l.until) {
		return false, nil
	}
	l.holder, l.until = holder, time.Now().Add(ttl)
	return true, nil
}

func (l *leaseTable) Give(_ context.Context, _, holder string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holder == holder {
		l.until = time.Time{}
	}
	return l.broken
}

func (l *leaseTable) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = err
}

// tenant runs a tenancy until stop.
func tenant(t *testing.T, leases *leaseTable, holder string) (tenancy *tenancy, stop func()) {
	tenancy = newTenancy(leases, "fleet", holder, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); tenancy.run(ctx) }()
	return tenancy, func() { cancel(); <-ended }
}

func owns(t *tenancy) bool {
	owner, _ := t.state()
	return owner
}

func TestOneOfTwoProcessesOwnsAView(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		end    func(leases *leaseTable, stop func()) // of the owner
		within time.Duration                         // in which the standby takes over
	}{
		{"and gives it up when it stops", func(_ *leaseTable, stop func()) { stop() }, leaseEvery},
		{"and loses it when it dies", func(leases *leaseTable, stop func()) {
			leases.fail(errors.New("it dies without a word"))
			stop()
			leases.fail(nil)
		}, leaseFor + leaseEvery},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				leases := &leaseTable{}
				first, stopFirst := tenant(t, leases, "first")
				synctest.Wait()
				second, stopSecond := tenant(t, leases, "second")
				defer stopSecond()
				<-time.After(time.Minute)
				synctest.Wait()
				require.True(t, owns(first))
				require.False(t, owns(second), "it stands by as long as the other renews")
				test.end(leases, stopFirst)
				began := time.Now()
				require.NoError(t, second.await(t.Context(), true))
				assert.LessOrEqual(t, time.Since(began), test.within)
			})
		})
	}
}

func TestAnOwnerGoesOnWhileNobodyKnowsWhoOwns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		leases := &leaseTable{}
		owner, stop := tenant(t, leases, "first")
		defer stop()
		require.NoError(t, owner.await(t.Context(), true))
		leases.fail(errors.New("postgres is away"))
		<-time.After(time.Minute)
		synctest.Wait()
		assert.True(t, owns(owner), "nobody else can have taken it")
	})
}

func TestASuspendedOwnerLearnsThatItIsOneNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		leases := &leaseTable{}
		owner, stop := tenant(t, leases, "first")
		defer stop()
		require.NoError(t, owner.await(t.Context(), true))

		var handled, began int
		h := newHealth()
		r := owner.reader(reader{name: "fleet",
			from:   func(context.Context) (domain.Position, error) { began++; return domain.Position{}, nil },
			handle: func(context.Context, eventstore.Delivery) error { handled++; return nil },
		}, h)
		_, err := r.from(t.Context())
		require.NoError(t, err)
		require.NoError(t, r.handle(t.Context(), eventstore.Delivery{}))

		leases.mu.Lock() // another took it while this one did not run
		leases.holder, leases.until = "second", time.Now().Add(time.Hour)
		leases.mu.Unlock()
		ended := make(chan struct{})
		go func() {
			owner.whileOwner(t.Context(), func(ctx context.Context) { <-ctx.Done(); close(ended) })
		}()
		require.NoError(t, owner.await(t.Context(), false))
		<-ended
		require.ErrorIs(t, r.handle(t.Context(), eventstore.Delivery{}), messaging.ErrRestart)
		assert.Equal(t, 1, handled)

		waiting := make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, err := r.from(ctx); waiting <- err }()
		synctest.Wait()
		h.unready(func(part, why string) { assert.Fail(t, "a standby is ready", part, why) })
		assert.Equal(t, 1, began, "it waits for the lease before it begins again")
		cancel()
		require.ErrorIs(t, <-waiting, context.Canceled)
	})
}

func TestWhatAnOwnerDoesEndsWithTheProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		owner, stop := tenant(t, &leaseTable{}, "a")
		defer stop()
		ctx, cancel := context.WithCancel(t.Context())
		began, ended := 0, make(chan struct{})
		go func() {
			defer close(ended)
			owner.whileOwner(ctx, func(ctx context.Context) {
				began++
				<-ctx.Done()
			})
		}()
		synctest.Wait()
		require.True(t, owns(owner), "it has the lease to the last")
		cancel()
		<-ended
		assert.Equal(t, 1, began, "and nothing is begun anew by who stops")
	})
}
