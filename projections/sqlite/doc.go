// Package sqlite keeps the views in one SQLite file, views.db: it is the [projections.Engine] of the embedded Fleetbeat
// and, as whoever owns a table also reads it, it implements the readers of package queries.
//
// It owns the layout of the tables, the plans by which list pages and numbers are found, and cursors. It must not know
// the log or any engine of it. The file can be deleted at any time, and is made anew where it is corrupt: everything in
// it is folded from the log. app opens it, gives it to the projections, and hands its readers to the queries.
package sqlite
