package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"fleetbeat/projections"
)

// leases are rows with a holder and an end, by the clock of the server alone: those of the processes may differ.
type leases struct{ views *Views }

var _ projections.Leases = leases{}

// Leases returns who may fold which view, of all processes that use this schema.
func (v *Views) Leases() projections.Leases { return leases{v} }

// Take makes holder the owner of a name, or keeps it the owner, for ttl from now.
func (l leases) Take(ctx context.Context, name, holder string, ttl time.Duration) (ours bool, err error) {
	err = l.views.do(ctx, settling, func(ctx context.Context, conn *pgxpool.Conn) error {
		tag, err := conn.Exec(ctx, `INSERT INTO leases AS held (name, holder, until) VALUES ($1, $2, clock_timestamp() + $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE held.holder = excluded.holder OR held.until <= clock_timestamp()`, storable(name), storable(holder), ttl)
		ours = tag.RowsAffected() == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("take the lease of %q: %w", name, err)
	}
	return ours, nil
}

// Give ends a lease that holder has.
func (l leases) Give(ctx context.Context, name, holder string) error {
	err := l.views.do(ctx, settling, func(ctx context.Context, conn *pgxpool.Conn) error {
		_, err := conn.Exec(ctx, `DELETE FROM leases WHERE name = $1 AND holder = $2`, storable(name), storable(holder))
		return err
	})
	if err != nil {
		return fmt.Errorf("give back the lease of %q: %w", name, err)
	}
	return nil
}
