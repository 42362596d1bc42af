package testengines

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// The engines' names, as REQUIRE_ENGINES and the command know them.
const (
	NamePostgres      = "postgres"
	NameElasticsearch = "elasticsearch"
	NameEventStoreDB  = "eventstoredb"
)

// Variable returns the name of the environment variable that holds the URL of an engine, "" for one that is not known.
func Variable(engine string) string {
	switch engine {
	case NamePostgres:
		return "POSTGRES_TEST_URL"
	case NameElasticsearch:
		return "ELASTICSEARCH_TEST_URL"
	case NameEventStoreDB:
		return "ESDB_TEST_URL"
	}
	return ""
}

// Postgres returns the URL of a Postgres whose user may create databases. Where there is none the test is skipped aloud, or fails if
// REQUIRE_ENGINES names "postgres". Other packages use the same server at the same time: make a database, and drop it.
func Postgres(t testing.TB) string {
	t.Helper()
	return find(t, os.Getenv, NamePostgres)
}

// Elasticsearch returns the URL of an Elasticsearch. Where there is none the test is skipped aloud, or fails if REQUIRE_ENGINES names
// "elasticsearch". Other packages use the same server at the same time: make an index, and delete it.
func Elasticsearch(t testing.TB) string {
	t.Helper()
	return find(t, os.Getenv, NameElasticsearch)
}

// EventStoreDB returns the URL of a real EventStoreDB. Where there is none the test is skipped aloud, or fails if REQUIRE_ENGINES
// names "eventstoredb". The protocol server of package esdbtest is none: what it does not model is what such a test is for.
func EventStoreDB(t testing.TB) string {
	t.Helper()
	return find(t, os.Getenv, NameEventStoreDB)
}

// Required reports whether REQUIRE_ENGINES names something, so that a test may not be skipped for want of it.
func Required(name string) bool { return required(os.Getenv, name) }

func required(getenv func(string) string, name string) bool {
	return slices.ContainsFunc(strings.Split(getenv("REQUIRE_ENGINES"), ","), func(s string) bool { return strings.TrimSpace(s) == name })
}

// reporter is what find needs of a test.
type reporter interface {
	Helper()
	Skip(args ...any)
	Fatal(args ...any)
}

func find(t reporter, getenv func(string) string, engine string) string {
	t.Helper()
	url := getenv(Variable(engine))
	if url != "" {
		return url
	}
	absent := fmt.Sprintf("%s is not set, so there is no %s: `make test` starts what this machine has", Variable(engine), engine)
	if required(getenv, engine) {
		t.Fatal("REQUIRE_ENGINES names " + engine + ", but " + absent)
	}
	t.Skip("SKIPPED: " + absent)
	return ""
}
