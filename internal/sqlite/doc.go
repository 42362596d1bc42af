// Package sqlite opens a SQLite file the way Fleetbeat wants its files: write-ahead log, one connection that writes,
// several that read, the durability its owner asks for, and a mark that says whose file it is and of which version.
//
// It is used by the event log (events.db) and by the views (views.db) and must know neither: what the tables are and
// what an error means to a caller is theirs.
package sqlite
