package main

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// commandIn runs a subcommand under a context and returns what it printed and its exit code.
func commandIn(ctx context.Context, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	code = run(ctx, args, &out, &errs)
	return out.String(), errs.String(), code
}

// folderWithLog returns a data folder that holds a log.
func folderWithLog(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	_, stderr, code := commandIn(t.Context(), "keys", "create", "--name", "x", "--scopes", "admin", "--data", data)
	require.Equal(t, 0, code, stderr)
	return data
}

func TestWhatIsInterruptedIsNoSuccess(t *testing.T) {
	t.Parallel()
	data := folderWithLog(t)
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	backup := filepath.Join(t.TempDir(), "backup.db")
	for name, args := range map[string][]string{
		"backup":  {"backup", backup, "--data", data},
		"rebuild": {"rebuild", "fleet", "--data", data},
		"log":     {"log", "--data", data},
	} {
		_, stderr, code := commandIn(interrupted, args...)
		assert.Equal(t, 1, code, name)
		assert.Equal(t, "fleetbeat: interrupted before it was done\n", stderr, name)
	}
	assert.NoFileExists(t, backup)
}

func TestWhatEndsWithASignalIsNoFailure(t *testing.T) {
	t.Parallel()
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	data := folderWithLog(t)
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0", "--data", data}, {"log", "--follow", "--data", data}} {
		_, stderr, code := commandIn(interrupted, args...)
		assert.Equal(t, 0, code, "%s: %s", args[0], stderr)
	}
}

func TestNobodyWatchesNoBars(t *testing.T) {
	t.Parallel()
	data, to := folderWithLog(t), t.TempDir()
	for _, args := range [][]string{
		{"backup", filepath.Join(to, "backup.db"), "--data", data},
		{"restore", filepath.Join(to, "backup.db"), "--data", filepath.Join(to, "restored")},
		{"rebuild", "fleet", "--data", data},
	} {
		stdout, stderr, code := commandIn(t.Context(), args...)
		require.Equal(t, 0, code, stderr)
		assert.NotContains(t, stderr, "%", args[0])
		assert.NotContains(t, stderr, "\r", args[0])
		assert.NotContains(t, stdout, "\n\n", args[0])
		assert.NotEqual(t, byte('\n'), stdout[0], args[0])
	}
}

func TestBarsOfACopySayHowFarItIs(t *testing.T) {
	t.Parallel()
	var drawn bytes.Buffer
	options := copyFlags{Rate: 7}.options(&drawn)
	options.Copied(50, 100)
	options.Copied(100, 100)
	options.Checked(12)
	assert.Contains(t, drawn.String(), "copy 100%")
	assert.Contains(t, drawn.String(), "check, events")
	assert.EqualValues(t, 7, options.Rate)
}
