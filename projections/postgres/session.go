package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"fleetbeat/projections"
)

// use says how an operation may be tried again.
type use struct {
	again    bool          // it may be done twice: an outcome that is not known is no reason to give up
	patience time.Duration // how long it goes on trying while Postgres is away
	within   time.Duration // how long one try may take; 0 means as long as the connection lives
	place    bool          // it is a question, and waits for a place among them
}

// The ways in which Postgres is used.
var (
	asking   = use{again: true, within: answerWithin, place: true}
	loading  = use{again: true, within: answerWithin}
	saving   = use{again: true, within: saveWithin} // the checkpoint tells what came to be
	settling = use{again: true, within: saveWithin}
	// A generation that is being built is hours of work that an error would throw away.
	filling   = use{again: true, within: fillWithin, patience: time.Minute}
	finishing = use{again: true, patience: time.Minute}
)

// tries is how often an operation is tried that does not wait for Postgres to come back.
const tries = 3

// do runs f on a connection, again where that is safe and may help. It is the only place that tries again. Errors are named
// for the operator.
func (v *Views) do(ctx context.Context, u use, f func(ctx context.Context, conn *pgxpool.Conn) error) error {
	if u.place {
		leave, err := v.enter(ctx)
		if err != nil {
			return err
		}
		defer leave()
	}
	began := time.Now()
	for try := 1; ; try++ {
		err := v.once(ctx, u, f)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return named(err) // whoever has no more time may still be told what took it
		case codeOf(err) == readOnlyTransaction:
			v.pool.Reset() // every connection leads to the same standby, and would for half an hour
		case codeOf(err) == undefinedTable || codeOf(err) == invalidSchema:
			v.layout.shut()
		}
		worth := undone(err) || u.again && lost(err) && !unconnected(err) && !errors.Is(err, context.DeadlineExceeded)
		patient := u.patience > time.Since(began) && passing(err)
		if !patient && (!worth || try >= tries) {
			return named(err)
		}
		v.log.Debug("postgres is tried again", "try", try, "error", err)
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

// enter takes a place among the questions under way.
func (v *Views) enter(ctx context.Context) (leave func(), err error) {
	timer := time.NewTimer(answerWithin)
	defer timer.Stop()
	select {
	case v.asking <- struct{}{}:
		return func() { <-v.asking }, nil
	case <-timer.C:
		return nil, projections.Fault(context.DeadlineExceeded, "more is asked of Postgres than it answers; this ends by itself when it is less busy")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// once runs f on a connection within the time of one try.
func (v *Views) once(ctx context.Context, u use, f func(ctx context.Context, conn *pgxpool.Conn) error) error {
	if u.within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, u.within)
		defer cancel()
	}
	if err := v.ready(ctx); err != nil {
		return err
	}
	if out := v.outage.Load(); u.place && out != nil && time.Since(out.at) < problemHolds {
		return out.err
	}
	conn, err := v.pool.Acquire(ctx)
	if err != nil {
		err = fmt.Errorf("connect: %w", err)
		if unconnected(err) {
			v.outage.Store(&outage{err, time.Now()})
		}
		return err
	}
	defer conn.Release() // closes it where a transaction is left open
	return f(ctx, conn)
}

// outage is the last time that there was no connection to be had. Whoever asks within a moment is told so at once: each would
// wait for a server that does not answer otherwise.
type outage struct {
	err error
	at  time.Time
}

// pause waits before the next try: not at all before the second, so that a connection that had died costs nothing, then
// longer and longer up to a second.
func pause(ctx context.Context, try int) error {
	if try == 1 {
		return nil
	}
	longest := min(time.Second, 25*time.Millisecond<<min(try, 10))
	timer := time.NewTimer(longest/2 + rand.N(longest/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write runs f in a transaction.
func (v *Views) write(ctx context.Context, u use, f func(ctx context.Context, tx pgx.Tx) error) error {
	return v.do(ctx, u, func(ctx context.Context, conn *pgxpool.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return f(ctx, tx) })
	})
}

// send sends statements together and reads their outcomes in order.
func send(ctx context.Context, conn interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}, b *pgx.Batch) error {
	return conn.SendBatch(ctx, b).Close()
}
