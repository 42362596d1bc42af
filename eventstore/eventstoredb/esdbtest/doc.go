// Package esdbtest is an EventStoreDB for tests: an in-process server that speaks the engine's gRPC protocol to its
// unmodified client, keeps its log in memory or in a file, and fails on demand. Command esdbtest/cmd runs it as a process.
//
// It owns nothing but the likeness, and must not be made kinder than the real server: what the adapter relies on here
// it will rely on there. It knows neither the port nor the adapter. Tests of package eventstoredb call it, and any test
// that needs an EventStoreDB by its URL.
//
// Modelled after the source of servers 23.10 to 24.10:
//   - Appends with every kind of expected revision, decided in the server's own order; exact idempotence by event id under
//     exact revisions, best effort under any; part of a retry found and part not is a wrong expected revision; 1 MiB
//     counted as data + metadata + 2 bytes a character of the type, refused in the middle of the request.
//   - Positions are (commit, prepare) pairs, both the byte offset of the event's record: ordered, never dense. A read
//     or subscription that starts between two records is refused.
//   - Stream metadata in "$$stream" ($maxAge, $maxCount, $tb). Reading a stream hides what has expired, at once; $all shows
//     it until [Server.Scavenge]. The newest event of a stream is never scavenged.
//   - Soft deletion by $tb, undone by the next append; tombstones, for ever.
//   - Subscriptions to $all, with prefix or regular-expression filters on type or stream: exclusive start, catch-up, checkpoint,
//     caught up, live; fell behind and 2^64-1 checkpoints by hook. System events ("$…") are in $all like any other.
//   - Supported methods, keepalive pings every 10 s.
//   - TLS, with certificates of clients, and one user, who is demanded of calls that touch events.
//   - Clusters as far as a client sees them: gossip of several members and NotLeader with and without the leader's address, by hook.
//   - With [Options.Data] a file that is synced before an append is answered or seen by anybody, and replayed at the start: kill -9 of the
//     process loses nothing that was acknowledged. Appends that wait together share one sync. A torn end is cut off.
//
// Not modelled: replication, elections, followers that lag; a log larger than memory, or a file that shrinks when it is scavenged; two
// processes on one file, which nothing prevents; access rights of streams, users by certificate; links, persistent subscriptions,
// projections, batch append, subscriptions to one stream, filtered reads of $all that are no subscription; the statistics that a real
// server writes to its own log; its own 500-event buffers (a subscriber here falls behind only when told to); scavenging by itself; the
// time that anything takes.
package esdbtest
