// Package postgres keeps the views relations, latest and timeline in Postgres, with what several processes must agree on
// beside them: checkpoints, requests to rebuild, leases, and the snapshots of liveness. It is the [projections.Engine] of a
// clustered Fleetbeat and, as whoever owns a table also reads it, it implements the readers of package queries.
//
// It owns the layout of the tables, the transactions in which they change, and what is done about a Postgres that is away,
// full or another one than before. It must not know the log or any engine of it. The schema can be dropped at any time:
// everything in it is folded from the log. app opens it, gives it to the projections, and hands its readers to the queries.
package postgres
