package testengines

import (
	"archive/zip"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	sleeper := func(t *testing.T) (int, <-chan error) {
		cmd := exec.Command("sleep", "600")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		require.NoError(t, cmd.Start())
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		return cmd.Process.Pid, ended
	}
	t.Run("ends what it watched last and removes the folder, when nobody holds it any more", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "made")
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "data"), 0o755))
		g, err := newGuard("KILL", dir)
		require.NoError(t, err)
		before, stillRuns := sleeper(t)
		pid, ended := sleeper(t)
		g.watch(before)
		g.watch(0)
		g.watch(pid)
		require.NoError(t, g.release())
		assert.EqualError(t, <-ended, "signal: killed")
		assert.NoDirExists(t, dir)
		assert.Empty(t, stillRuns, "what has ended by itself is not its business: the id may be somebody else's by now")
	})
	t.Run("leaves a folder that is to be kept, and nothing to end is no fault", func(t *testing.T) {
		t.Parallel()
		g, err := newGuard("KILL", "")
		require.NoError(t, err)
		require.NoError(t, g.release())
	})
}

// never is an engine that ends before it is ready.
type never struct{ script string }

func (n never) name() string     { return "never" }
func (n never) account() account { return account{} }
func (n never) crash() string    { return "KILL" }
func (n never) url(int) string   { return "" }
func (n never) prepare(_ context.Context, dir string, _ int) (program, error) {
	return program{account{}.command(context.Background(), dir, "/bin/sh", "-c", n.script), syscall.SIGTERM}, nil
}
func (n never) ready(context.Context, string, int, *life) (int, error) {
	return 0, errors.New("nobody answers")
}

func TestAnEngineThatDoesNotStart(t *testing.T) {
	t.Parallel()
	t.Run("is an error with what it said, and nothing is left", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		_, err := start(t.Context(), never{"echo $$ > pid; echo no such setting >&2; exit 3"}, Options{Dir: dir})
		require.ErrorContains(t, err, "start never: it ended before it was ready: exit status 3")
		require.ErrorContains(t, err, "it said: no such setting")
	})
	t.Run("because its port is taken is tried again, until the caller has had enough", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := start(ctx, never{"echo x >> tries; echo Address already in use"}, Options{Dir: dir})
		require.ErrorIs(t, err, errBusy)
		tries, err := os.ReadFile(filepath.Join(dir, "tries"))
		require.NoError(t, err)
		assert.Greater(t, len(tries), len("x\n"))
	})
	t.Run("because the caller gives up is ended", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		_, err := start(ctx, never{"echo slow; exec sleep 600"}, Options{Dir: t.TempDir()})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "nobody answers")
	})
}

func TestUnpack(t *testing.T) {
	t.Parallel()
	archive := func(t *testing.T, names ...string) string {
		path := filepath.Join(t.TempDir(), "a.zip")
		file, err := os.Create(path)
		require.NoError(t, err)
		packed := zip.NewWriter(file)
		for _, name := range names {
			w, err := packed.Create(name)
			require.NoError(t, err)
			if !strings.HasSuffix(name, "/") {
				_, err = w.Write([]byte(name))
				require.NoError(t, err)
			}
		}
		require.NoError(t, packed.Close())
		require.NoError(t, file.Close())
		return path
	}
	t.Run("puts what is in the archive's one folder into ours", func(t *testing.T) {
		t.Parallel()
		home := filepath.Join(t.TempDir(), "home")
		require.NoError(t, unpack(archive(t, "es-8/", "es-8/bin/run", "es-8/empty/"), home))
		said, err := os.ReadFile(filepath.Join(home, "bin", "run"))
		require.NoError(t, err)
		assert.Equal(t, "es-8/bin/run", string(said))
	})
	t.Run("writes nothing outside it", func(t *testing.T) {
		t.Parallel()
		home := filepath.Join(t.TempDir(), "home")
		require.Error(t, unpack(archive(t, "es-8/../../outside"), home))
		assert.NoFileExists(t, filepath.Join(home, "..", "outside"))
		assert.NoDirExists(t, home, "it is there whole or not at all")
	})
	t.Run("a download that broke off is not taken for an archive", func(t *testing.T) {
		t.Parallel()
		path := archive(t, "es-8/bin/run")
		assert.True(t, whole(path))
		require.NoError(t, os.Truncate(path, 40))
		assert.False(t, whole(path))
		assert.False(t, whole(path+".absent"))
	})
}

func TestAccount(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: only root runs engines as somebody else")
	}
	a, err := accountFor("nobody-of-this-name", "nobody")
	require.NoError(t, err)
	assert.Equal(t, "nobody", a.name)
	_, err = accountFor("nobody-of-this-name")
	require.ErrorContains(t, err, `no user of ["nobody-of-this-name"]`)

	closed := t.TempDir() // its parent is open to its owner alone
	require.ErrorContains(t, a.canEnter(closed), "may not enter")
	_, err = start(t.Context(), postgres{"/nowhere", a}, Options{Dir: filepath.Join(closed, "pg")})
	require.ErrorContains(t, err, `start postgres: user "nobody" may not enter`)
}

func TestFreePort(t *testing.T) {
	t.Parallel()
	port, err := freePort()
	require.NoError(t, err)
	assert.GreaterOrEqual(t, port, firstPort)
	assert.LessOrEqual(t, port, lastPort)
	// A process that another test is just starting may hold our own try at it for a moment.
	require.Eventually(t, func() bool {
		l, err := net.Listen("tcp", address(port))
		return err == nil && l.Close() == nil
	}, 10*time.Second, 10*time.Millisecond)
}
