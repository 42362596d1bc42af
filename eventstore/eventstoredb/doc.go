// Package eventstoredb keeps the event log in EventStoreDB (23.10 or later), through its unmodified Go client.
//
// It owns the connection, and the ways in which that client and that server differ from the port's promises: each is
// handled here and listed in DESIGN.md, so that nobody above knows of them. It must not know what events mean. Package
// app opens it when the URL of the log begins with esdb; the tests run it against esdbtest, and against a real server
// where ESDB_TEST_URL names one.
//
// What to know of it: it reconnects by itself after any outage and never has to be restarted; a call returns when its context ends, at the
// latest; ErrUnavailable of an append means that nothing is stored, ErrUnknownOutcome that the same append, repeated, will tell. Head with a
// context of a second tells readiness. TLS and certificates are settings of the connection string (tls, tlsCaFile, tlsVerifyCert,
// userCertFile, userKeyFile), the user is there or in [Options].
package eventstoredb
