package sqlite

// applicationID marks an event log: "FbEv".
const applicationID = 0x46624576

// migrations returns the steps from an empty file to today's layout. Never change one that was released.
//
// A row of appends is events of one type that were appended together. That is what makes batches cheap, and blocks of a
// page from rows without decoding them. body is the last column, so that what is asked of a row is read without it.
func migrations() []string {
	return []string{`
CREATE TABLE types (
	id   INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE streams (
	id      INTEGER PRIMARY KEY,
	name    TEXT NOT NULL UNIQUE,
	max_age INTEGER NOT NULL DEFAULT 0 -- milliseconds, 0 is for ever
) STRICT;
CREATE TABLE appends (
	position INTEGER PRIMARY KEY, -- of the first event
	stream   INTEGER NOT NULL REFERENCES streams,
	revision INTEGER NOT NULL,    -- of the first event
	count    INTEGER NOT NULL,
	type     INTEGER NOT NULL REFERENCES types,
	time     INTEGER NOT NULL,    -- milliseconds since 1970
	body     BLOB NOT NULL        -- as eventstore.AppendBody makes it
) STRICT;
CREATE INDEX appends_by_type ON appends (type);
CREATE UNIQUE INDEX appends_by_stream ON appends (stream, revision);
CREATE INDEX streams_by_age ON streams (id) WHERE max_age > 0;
`}
}
