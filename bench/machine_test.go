package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMachine(t *testing.T) {
	t.Parallel()
	t.Run("its disk is measured, and nothing stays there", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		m, err := machineOf(dir)
		require.NoError(t, err)
		assert.Positive(t, m.SyncSeconds)
		assert.Positive(t, m.Cores)
		assert.NotEmpty(t, m.Go)
		assert.NotEmpty(t, m.System)
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Empty(t, left)
	})
	t.Run("a disk that cannot be written is an error", func(t *testing.T) {
		t.Parallel()
		_, err := machineOf(filepath.Join(t.TempDir(), "absent"))
		require.ErrorContains(t, err, "measure the disk")
	})
	t.Run("what the system does not tell is left out", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "4 cores; other/arch; Go 1.26; a synced write takes 2.0 ms", Machine{Cores: 4, System: "other/arch", Go: "1.26", SyncSeconds: 0.002}.String())
	})
	t.Run("a folder in memory is told, or a sync of nothing would pass for a fast disk", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, Machine{InMemory: true}.String(), "in memory")
	})
	t.Run("a field of a file of the kernel is found by its name", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "cpuinfo")
		require.NoError(t, os.WriteFile(path, []byte("processor\t: 0\nmodel name\t: Fast: 3\nmodel name\t: Other\n"), 0o600))
		assert.Equal(t, "Fast: 3", field(path, "model name"))
		assert.Empty(t, field(path, "model"))
		assert.Empty(t, field(path+"x", "model name"))
	})
}

func TestRoomOnDisk(t *testing.T) {
	t.Parallel()
	asking := func(size Size, rows ...string) *session {
		return &session{Options: Options{Size: size}, dir: t.TempDir(), asked: rows}
	}
	t.Run("what is needed follows the largest fleet that is asked for", func(t *testing.T) {
		t.Parallel()
		size := Default()
		assert.Greater(t, asking(size, "page").needs(), asking(size, "ping-visible").needs())
		assert.Greater(t, asking(size, "ping-visible").needs(), asking(size, "ping").needs())
		assert.Equal(t, asking(size, "memory").needs(), asking(size, "page", "ping", "rebuild").needs())
	})
	t.Run("it is said before anything is written", func(t *testing.T) {
		t.Parallel()
		var said bytes.Buffer
		s := asking(tiny(), "ping")
		s.Progress = &said
		require.NoError(t, s.checkRoom())
		assert.Contains(t, said.String(), "needs up to 0.5 GB")
	})
	t.Run("too little of it ends the run before it begins, and says what to do", func(t *testing.T) {
		t.Parallel()
		size := tiny()
		size.Vehicles = 1 << 50
		err := asking(size, "page").checkRoom()
		require.ErrorContains(t, err, "choose another folder with --data, or fewer --vehicles")
	})
	t.Run("a folder that is not there has no room", func(t *testing.T) {
		t.Parallel()
		s := asking(tiny(), "ping")
		s.dir = filepath.Join(s.dir, "absent")
		require.ErrorIs(t, s.checkRoom(), os.ErrNotExist)
	})
}
