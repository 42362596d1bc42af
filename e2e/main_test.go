package e2e

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// atOnce is how many journeys run at the same time. They mostly wait, so more of them than processors cost nothing; those whose
// servers share engines by URL wait less, and keep one another waiting.
func atOnce() string {
	if clustered() {
		return "4"
	}
	return "8"
}

// builtVersion is what the journeys' binary says of itself.
const builtVersion = "e2e-build"

// binary is the path of the built fleetbeat: written once by TestMain, before any journey.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "test.parallel" })
	if !asked {
		_ = flag.Set("test.parallel", atOnce()) // the flag is there, or there were no tests
	}
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "fleetbeat-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a folder for the binary:", err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "fleetbeat")
	build := exec.Command("go", "build", "-ldflags", "-X main.version="+builtVersion, "-o", binary, "fleetbeat/cmd/fleetbeat")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build fleetbeat: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// ended is what a subcommand that ended printed, and its exit code.
type ended struct {
	stdout, stderr string
	code           int
	took           time.Duration
}

// fleetbeat runs a subcommand to its end. One that does not end within patience fails the test.
func fleetbeat(t *testing.T, args ...string) ended {
	t.Helper()
	return fleetbeatWith(t, nil, args...)
}

// fleetbeatWith is fleetbeat with variables (NAME=value) in its environment.
func fleetbeatWith(t *testing.T, environment []string, args ...string) ended {
	t.Helper()
	return fleetbeatWithin(t, patience, environment, args...)
}

// fleetbeatWithin is fleetbeatWith with another patience.
func fleetbeatWithin(t *testing.T, limit time.Duration, environment []string, args ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit) // also in a cleanup, where the test's own has ended
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append([]string{}, environment...) // nothing of the environment that the tests run in decides what they see
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	err := cmd.Run()
	require.NoError(t, ctx.Err(), "fleetbeat %v does not end", args)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err, "run fleetbeat %v", args)
	}
	return ended{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode(), time.Since(began)}
}
