package testengines

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// seen is what a test would have been told.
type seen struct{ skipped, failed string }

func (s *seen) Helper()          {}
func (s *seen) Skip(args ...any) { s.skipped = fmt.Sprint(args...) }
func (s *seen) Fatal(args ...any) {
	s.failed = fmt.Sprint(args...)
}

func TestAnEngineOfTheEnvironment(t *testing.T) {
	t.Parallel()
	environment := func(variables map[string]string) func(string) string {
		return func(name string) string { return variables[name] }
	}
	for _, engine := range []string{NamePostgres, NameElasticsearch, NameEventStoreDB} {
		t.Run(engine+" is where its variable says", func(t *testing.T) {
			t.Parallel()
			var s seen
			getenv := environment(map[string]string{Variable(engine): "there:1", "REQUIRE_ENGINES": engine})
			assert.Equal(t, "there:1", find(&s, getenv, engine))
			assert.Empty(t, s)
		})
		t.Run(engine+" that is not there skips the test aloud", func(t *testing.T) {
			t.Parallel()
			var s seen
			assert.Empty(t, find(&s, environment(map[string]string{"REQUIRE_ENGINES": "browser,not-" + engine}), engine))
			assert.Empty(t, s.failed)
			require.NotEmpty(t, s.skipped)
			assert.Equal(t, "SKIPPED: "+Variable(engine), s.skipped[:len("SKIPPED: ")+len(Variable(engine))])
		})
		t.Run(engine+" that is not there fails the test where it is required", func(t *testing.T) {
			t.Parallel()
			var s seen
			find(&s, environment(map[string]string{"REQUIRE_ENGINES": "browser, " + engine}), engine)
			assert.Contains(t, s.failed, "REQUIRE_ENGINES names "+engine)
		})
	}
	t.Run("nothing is required where nothing is named", func(t *testing.T) {
		t.Parallel()
		assert.False(t, required(environment(nil), NamePostgres))
	})
	assert.Empty(t, Variable("oracle"), "an engine that nobody knows has no variable")
}
