package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// createIn makes a key in a folder.
func createIn(t *testing.T, data string, scopes ...string) (made commands.KeyResult, err error) {
	t.Helper()
	err = UseKeys(t.Context(), EventsEngine{}, data, true, func(ctx context.Context, keys Keys) error {
		made, err = keys.Create.Handle(ctx, commands.CreateKey{Name: "Anna", Scopes: scopes})
		return err
	})
	return made, err
}

func reachable(data string) Options {
	return Options{
		Listen: "0.0.0.0:0", Data: data, Interval: 10 * time.Second, Grace: 5 * time.Second, HeartbeatsMaxAge: time.Hour, Logger: slog.New(slog.DiscardHandler),
	}
}

func TestWhereOthersCanReachItALogWithoutKeysIsNotServed(t *testing.T) {
	t.Parallel()
	refuse := func(t *testing.T, o Options) {
		t.Helper()
		_, err := New(t.Context(), o)
		var wrong *domain.Error
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, "--listen", wrong.Fields[0].Field)
		assert.Contains(t, wrong.Message, "fleetbeat keys create --data "+o.Data, "it says how to make one")
	}

	t.Run("and no folder is made for it", func(t *testing.T) {
		t.Parallel()
		o := reachable(filepath.Join(t.TempDir(), "data"))
		refuse(t, o)
		assert.NoDirExists(t, o.Data)
	})

	t.Run("nor is one that was served on loopback", func(t *testing.T) {
		t.Parallel()
		o := reachable(t.TempDir())
		o.Listen = "127.0.0.1:0"
		a, err := New(t.Context(), o)
		require.NoError(t, err)
		require.NoError(t, a.Stop(t.Context()))
		o.Listen = "[::]:0"
		refuse(t, o)
	})

	t.Run("until there is a key, which may be made before anything else", func(t *testing.T) {
		t.Parallel()
		o := reachable(filepath.Join(t.TempDir(), "data"))
		_, err := createIn(t, o.Data, "admin")
		require.NoError(t, err)
		a, err := New(t.Context(), o)
		require.NoError(t, err)
		assert.Nil(t, a.keyring.Open())
		_, stored, err := commands.EnsureLog(t.Context(), a.store, domain.Settings{IntervalSeconds: 1}, 0, 1)
		require.NoError(t, err)
		assert.Equal(t, domain.Settings{IntervalSeconds: 10, GraceSeconds: 5}, stored, "the flags of the first start still seed the settings")
		require.NoError(t, a.Stop(t.Context()))
	})
}

func TestUseKeys(t *testing.T) {
	t.Parallel()

	t.Run("says that a folder is served", func(t *testing.T) {
		t.Parallel()
		a := startForUploads(t, t.TempDir())
		_, err := createIn(t, a.options.Data, "admin")
		require.ErrorIs(t, err, ErrDataInUse)
	})

	t.Run("makes no folder to look into", func(t *testing.T) {
		t.Parallel()
		data := filepath.Join(t.TempDir(), "data")
		require.Error(t, UseKeys(t.Context(), EventsEngine{}, data, false, nil))
		assert.NoDirExists(t, data)
	})

	t.Run("gives the folder back", func(t *testing.T) {
		t.Parallel()
		data := t.TempDir()
		_, err := createIn(t, data, "read")
		var wrong *domain.Error
		require.ErrorAs(t, err, &wrong, "an error too")
		first, err := createIn(t, data, "admin")
		require.NoError(t, err)
		second, err := createIn(t, data, "read")
		require.NoError(t, err)
		require.NoError(t, UseKeys(t.Context(), EventsEngine{}, data, false, func(ctx context.Context, keys Keys) error {
			all, err := keys.List()
			require.NoError(t, err)
			assert.Equal(t, []domain.Key{first.Key, second.Key}, all)
			_, err = keys.Revoke.Handle(ctx, commands.RevokeKey{ID: second.ID})
			require.NoError(t, err)
			all, err = keys.List()
			require.NoError(t, err)
			assert.False(t, all[1].RevokedAt.IsZero())
			return err
		}))
	})

	t.Run("says in the log who it was, and keeps the key nowhere", func(t *testing.T) {
		t.Parallel()
		a := startForUploads(t, t.TempDir())
		data := a.options.Data
		require.NoError(t, a.Stop(t.Context()))
		made, err := createIn(t, data, "admin")
		require.NoError(t, err)
		files, err := os.ReadDir(data)
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(filepath.Join(data, file.Name()))
			require.NoError(t, err)
			assert.NotContains(t, string(text), made.Text[12:], file.Name())
		}
		again, err := New(t.Context(), a.options)
		require.NoError(t, err)
		for r, err := range again.store.ReadStream(t.Context(), domain.KeysStream, 0, eventstore.Forwards) {
			require.NoError(t, err)
			assert.JSONEq(t, `{"by":"command line"}`, string(r.Metadata))
		}
		require.NoError(t, again.Stop(t.Context()))
	})
}
