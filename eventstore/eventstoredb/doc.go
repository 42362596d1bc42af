// Package eventstoredb keeps the event log in EventStoreDB (23.10 or later), through its unmodified Go client.
//
// It owns the connection, and the ways in which that client and that server differ from the port's promises: each is
// handled here and listed in DESIGN.md, so that nobody above knows of them. It must not know what events mean. Package
// app opens it when the URL of the log begins with esdb; the tests run it against esdbtest, and against a real server
// where ESDB_TEST_URL names one.
package eventstoredb
