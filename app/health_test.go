package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"fleetbeat/eventstore"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	h := newHealth()
	h.expect("fleet")
	h.expect("registry")
	unready := func() map[string]string {
		parts := map[string]string{}
		h.unready(func(part, why string) { parts[part] = why })
		return parts
	}
	const catching = "has not caught up with the log"
	assert.Equal(t, map[string]string{"fleet": catching, "registry": catching}, unready())
	h.OnSuccess("registry", eventstore.Delivery{}, 0)
	assert.Len(t, unready(), 2, "a page of the past is not yet all of it")
	h.OnSuccess("registry", eventstore.Delivery{Live: true}, 0)
	assert.Equal(t, map[string]string{"fleet": catching}, unready())
	h.OnSuccess("fleet", eventstore.Delivery{Live: true}, 0)
	assert.Empty(t, unready())
	h.OnError("fleet", errors.New("disk I/O error"))
	require.Contains(t, unready(), "fleet")
	assert.NotContains(t, unready()["fleet"], "disk", "what the error says is for the operator")
	for _, full := range []error{fmt.Errorf("append: %w", eventstore.ErrFull), fmt.Errorf("save: %w", unix.ENOSPC)} {
		h.OnError("fleet", full)
		assert.Contains(t, unready()["fleet"], "the disk is full", "but this is for everybody")
	}
	h.OnSuccess("fleet", eventstore.Delivery{}, 0)
	assert.Empty(t, unready(), "it goes on")
}

func TestAwaitReady(t *testing.T) {
	t.Parallel()
	a, err := New(t.Context(), Options{
		Listen: "127.0.0.1:0", Data: t.TempDir(), Interval: time.Minute, HeartbeatsMaxAge: time.Hour, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	a.Start()
	require.NoError(t, a.AwaitReady(t.Context()))
	assert.Empty(t, a.unready(t.Context()))

	a.health.expect("what never catches up")
	ending, end := context.WithCancel(t.Context())
	end()
	require.ErrorIs(t, a.AwaitReady(ending), context.Canceled)
	require.NoError(t, a.Stop(context.Background()))
	require.NoError(t, a.Stop(context.Background()), "stopping twice is harmless")
}

func TestAFileOfViewsThatCannotBeUsedIsSaid(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	start := func() (said string) {
		var log bytes.Buffer
		a, err := New(t.Context(), Options{
			Listen: "127.0.0.1:0", Data: data, Interval: time.Minute, HeartbeatsMaxAge: time.Hour, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		require.NoError(t, err)
		require.NoError(t, a.Stop(context.Background()))
		return log.String()
	}
	const says = "the file of views cannot be used, all views are folded anew"
	assert.NotContains(t, start(), says)
	assert.NotContains(t, start(), says)
	require.NoError(t, os.WriteFile(filepath.Join(data, viewsFile), []byte("SQLite format 3\x00 and then nothing of the kind"), 0o600))
	said := start()
	assert.Contains(t, said, says)
	assert.Contains(t, said, "file="+viewsFile)
	assert.NotContains(t, start(), says, "once")
}
