package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUsage(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	t.Run("version says which build this is", func(t *testing.T) {
		t.Parallel()
		done := fleetbeat(t, "version")
		assert.Equal(t, 0, done.code)
		assert.True(t, strings.HasPrefix(done.stdout, "fleetbeat "+builtVersion+"\n"), done.stdout)
	})
	t.Run("--help names every subcommand and ends well", func(t *testing.T) {
		t.Parallel()
		done := fleetbeat(t, "--help")
		assert.Equal(t, 0, done.code)
		for _, command := range []string{"serve", "demo", "keys", "import", "log", "rebuild", "backup", "restore", "simulate", "bench", "completion", "version"} {
			assert.Contains(t, done.stdout, "\n  "+command+" ")
		}
		done = fleetbeat(t, "serve", "--help")
		assert.Equal(t, 0, done.code)
		assert.Contains(t, done.stdout, "$FLEETBEAT_LISTEN")
	})
	t.Run("a flag may come from the environment, and is checked like the flag", func(t *testing.T) {
		t.Parallel()
		done := fleetbeatWith(t, []string{"FLEETBEAT_LISTEN=:8080"}, "serve", "--data", data)
		assert.Equal(t, 2, done.code)
		requireSentence(t, done, "serves loopback only")
	})
	for name, wrong := range map[string]struct {
		args []string
		says string
	}{
		"a flag that there is not":            {[]string{"serve", "--nonsense"}, "unknown flag --nonsense"},
		"a subcommand that there is not":      {[]string{"nonsense"}, "unexpected argument nonsense"},
		"half a subcommand":                   {[]string{"keys"}, `expected one of "create"`},
		"a duration that is none":             {[]string{"serve", "--interval", "soon"}, "--interval"},
		"an interval that is too short":       {[]string{"serve", "--interval", "0s"}, "--interval"},
		"an interval in parts of seconds":     {[]string{"serve", "--interval", "1500ms"}, "--interval: must be whole seconds"},
		"an address that others can reach":    {[]string{"serve", "--listen", ":8080"}, "serves loopback only"},
		"an address that is none":             {[]string{"serve", "--listen", "8080"}, "is not host:port"},
		"an address that the demo would take": {[]string{"demo", "--listen", "0.0.0.0:8080"}, "serves loopback only"},
		"a choice that there is not":          {[]string{"serve", "--unknown-vehicles", "maybe"}, `"reject","register"`},
		"a maximum age that proves nothing":   {[]string{"serve", "--heartbeats-max-age", "1m"}, "--heartbeats-max-age"},
		"a view that there is not":            {[]string{"rebuild", "everything"}, `"everything" is not one of fleet, latest, relations and timeline`},
		"a size that is none":                 {[]string{"serve", "--min-free", "much"}, `"much" is not a size like`},
		"a row that there is not":             {[]string{"bench", "speed"}, `"speed" is not one of ping`},
		"a position that is none":             {[]string{"log", "--from", "here"}, `"here" is not a position`},
	} {
		t.Run(name+" is refused in a sentence", func(t *testing.T) {
			t.Parallel()
			args := wrong.args
			if args[0] != "nonsense" && args[0] != "keys" {
				args = append(args, "--data", data)
			}
			done := fleetbeat(t, args...)
			assert.Equal(t, 2, done.code, "2 is what was asked wrongly")
			requireSentence(t, done, wrong.says)
			assert.NoFileExists(t, filepath.Join(data, "events.db"), "and nothing is begun")
		})
	}
	t.Run("a folder without a log is said and not made", func(t *testing.T) {
		t.Parallel()
		missing := filepath.Join(t.TempDir(), "nowhere")
		for _, args := range [][]string{{"log"}, {"rebuild", "fleet"}, {"backup", filepath.Join(t.TempDir(), "b.db")}} {
			done := fleetbeat(t, append(args, "--data", missing)...)
			assert.Equal(t, 1, done.code)
			requireSentence(t, done, missing)
			assert.NoDirExists(t, missing)
		}
	})
	t.Run("an address in use is said", func(t *testing.T) {
		t.Parallel()
		s := serve(t, t.TempDir())
		missing := filepath.Join(t.TempDir(), "new")
		done := fleetbeat(t, "serve", "--data", missing, "--listen", strings.TrimPrefix(s.base, "http://"))
		assert.Equal(t, 1, done.code)
		assert.Contains(t, done.stderr, "address already in use")
		assert.NoDirExists(t, missing, "and nothing is begun")
	})
}

// requireSentence requires one line on standard error that says what is wrong, and nothing on standard output that a pipe
// would take for an answer.
func requireSentence(t *testing.T, done ended, says string) {
	t.Helper()
	require.Contains(t, done.stderr, says)
	assert.True(t, strings.HasPrefix(done.stderr, "fleetbeat: "), done.stderr)
	assert.Equal(t, 1, strings.Count(done.stderr, "\n"), done.stderr)
	assert.Empty(t, done.stdout)
}
