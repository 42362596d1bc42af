// Package testengines gives tests real engines without Docker: it says where they are, and starts Postgres and Elasticsearch from
// what the machine has.
//
// Tests call [Postgres], [Elasticsearch] and [EventStoreDB], which read POSTGRES_TEST_URL, ELASTICSEARCH_TEST_URL and
// ESDB_TEST_URL: one server of each is shared by all packages, so a test makes a database or an index of its own. Who is to kill an
// engine starts one for itself ([StartPostgres], [StartElasticsearch]). The command (`go run ./internal/testengines/cmd`) starts them
// around `make test`, and for `make engines`. A [Share] is what one whole Fleetbeat needs of
// them. Of the product it must know nothing but esdbtest, the protocol server that stands for EventStoreDB.
//
// A server listens on 127.0.0.1 on a free port, runs as an ordinary user (both engines refuse root), keeps its files in one folder,
// and is stopped by its process id. Beside each there is a guard, a shell that waits for the end of whoever started it: a test that
// is killed would leave engines running otherwise, which nobody knows and nobody stops.
package testengines
