package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"fleetbeat/projections"
)

// Views is the views in one schema of a Postgres. It is a [projections.Engine] of the views relations, latest and timeline;
// their readers are made by Latest, Relations, Timeline and Changes. All methods may be called by many goroutines at once.
type Views struct {
	pool   *pgxpool.Pool
	schema string
	log    *slog.Logger
	asking chan struct{} // a place for each question under way: those who fold never wait for those who ask
	layout gate
	outage atomic.Pointer[outage]

	life   context.Context // ends with Close
	end    context.CancelFunc
	closed sync.Once

	mu       sync.Mutex
	building map[int64]int64 // steps done of the generations that this process builds
	newest   map[string]mark // what this process has seen of each view
	serials  map[string]int64
}

var _ projections.Engine = (*Views)(nil)

// Open prepares to use the Postgres that options name. It does not have to be there: what it is asked for is unavailable
// until it is, and then works; its tables are made or brought up to date at the first use. An error is one of the options,
// that the tables are of a newer version of Fleetbeat, or that the database is not in UTF-8.
func Open(ctx context.Context, o Options) (*Views, error) {
	config, schema, err := o.config()
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the pool of connections to Postgres: %w", err)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	v := &Views{
		pool: pool, schema: schema, log: o.Logger, asking: make(chan struct{}, places(config.MaxConns)),
		building: map[int64]int64{}, newest: map[string]mark{}, serials: map[string]int64{},
	}
	v.life, v.end = context.WithCancel(context.WithoutCancel(ctx))
	first, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	if err := v.ready(first); errors.Is(err, errNewer) || errors.Is(err, errEncoding) {
		return nil, errors.Join(fmt.Errorf("open the views: %w", err), v.Close())
	} else if err != nil {
		v.log.Warn("postgres cannot be used yet", "error", err)
	}
	return v, nil
}

// places returns how many questions may be under way at once.
func places(connections int32) int32 { return max(1, connections-4) }

// Ping reports whether the views can be used: nil, or an error wrapping a *projections.FaultError.
func (v *Views) Ping(ctx context.Context) error {
	return v.do(ctx, asking, func(ctx context.Context, conn *pgxpool.Conn) error {
		_, err := conn.Exec(ctx, `SELECT generation FROM views LIMIT 1`)
		return err
	})
}

// Close waits for what is under way and closes all connections. Closing twice is harmless.
func (v *Views) Close() error {
	v.closed.Do(func() {
		v.layout.mu.Lock() // no try begins after this
		v.end()
		v.layout.mu.Unlock()
		v.layout.working.Wait()
		v.pool.Close()
	})
	return nil
}
