package esdbtest_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

// journaled starts a server on a file. A kill -9 is played by starting another on a copy: what was answered is in it or lost.
func journaled(t *testing.T, file string) (*esdbtest.Server, *esdb.Client) {
	t.Helper()
	return start(t, esdbtest.Options{Data: file})
}

func copied(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	to := filepath.Join(t.TempDir(), "copy.esdb")
	require.NoError(t, os.WriteFile(to, data, 0o600))
	return to
}

func TestJournal(t *testing.T) {
	t.Parallel()
	everything := esdb.ReadAllOptions{}

	t.Run("killed at any moment it has everything that was answered, place by place", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "log.esdb")
		_, c := journaled(t, file)
		var group sync.WaitGroup
		for w := range 8 {
			group.Go(func() {
				expected := esdb.ExpectedRevision(esdb.NoStream{})
				for range 20 {
					got := add(t, c, fmt.Sprint("s", w), expected, happened(3, "a")...)
					expected = esdb.Revision(got.NextExpectedVersion)
				}
			})
		}
		group.Wait()
		want := readAll(t, c, everything, math.MaxInt64)
		require.Len(t, want, 480)
		_, again := journaled(t, copied(t, file))
		got := readAll(t, again, everything, math.MaxInt64)
		require.Len(t, got, 480)
		for i := range want {
			require.Equal(t, *want[i], *got[i])
		}
	})

	t.Run("metadata, deletions, tombstones, scavenges and known ids are there again", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "log.esdb")
		server, c := journaled(t, file)
		repeated := happened(2, "a")
		first := add(t, c, "kept", esdb.NoStream{}, repeated...)
		add(t, c, "soft", esdb.NoStream{}, happened(2, "a")...)
		add(t, c, "hard", esdb.NoStream{}, happened(2, "a")...)
		add(t, c, "counted", esdb.NoStream{}, happened(5, "a")...)
		add(t, c, "$$counted", esdb.NoStream{}, esdb.EventData{EventType: "$metadata", Data: []byte(`{"$maxCount":2}`)})
		_, err := c.DeleteStream(t.Context(), "soft", esdb.DeleteStreamOptions{ExpectedRevision: esdb.Any{}})
		require.NoError(t, err)
		_, err = c.TombstoneStream(t.Context(), "hard", esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}})
		require.NoError(t, err)
		before := readAll(t, c, everything, math.MaxInt64)
		require.NoError(t, server.Scavenge())
		want := readAll(t, c, everything, math.MaxInt64)
		require.Less(t, len(want), len(before))

		_, again := journaled(t, copied(t, file))
		assert.Equal(t, want, readAll(t, again, everything, math.MaxInt64))
		assert.Equal(t, []uint64{3, 4}, readStream(t, again, "counted", esdb.ReadStreamOptions{}))
		_, err = drain(again.ReadStream(t.Context(), "soft", esdb.ReadStreamOptions{}, 1))
		assert.Equal(t, esdb.ErrorCodeResourceNotFound, codeOf(err))
		_, err = drain(again.ReadStream(t.Context(), "hard", esdb.ReadStreamOptions{}, 1))
		assert.Equal(t, esdb.ErrorCodeStreamDeleted, codeOf(err))
		assert.Equal(t, first, add(t, again, "kept", esdb.NoStream{}, repeated...))
		more := add(t, again, "soft", esdb.Revision(1), happened(1, "a")...)
		assert.Greater(t, more.CommitPosition, want[len(want)-1].Position.Commit)
		gone := before[0].Position // a place that was given stays one where reading may begin
		_, err = drain(again.ReadAll(t.Context(), esdb.ReadAllOptions{From: gone}, 1))
		require.NoError(t, err)
	})

	t.Run("a torn end is cut off whole appends at a time, and appending goes on", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "log.esdb")
		_, c := journaled(t, file)
		add(t, c, "s", esdb.NoStream{}, happened(2, "a")...)
		whole, err := os.Stat(file)
		require.NoError(t, err)
		add(t, c, "s", esdb.Revision(1), happened(2, "a")...)
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		flipped := append([]byte(nil), data...)
		flipped[len(data)-1] ^= 1
		for name, torn := range map[string][]byte{
			"in the middle of a frame":  data[:len(data)-1],
			"in the middle of a header": data[:whole.Size()+5],
			"with a wrong checksum":     flipped,
			"with zeros":                append(data[:whole.Size():whole.Size()], make([]byte, 4096)...),
		} {
			file := filepath.Join(t.TempDir(), "torn.esdb")
			require.NoError(t, os.WriteFile(file, torn, 0o600))
			server, c := journaled(t, file)
			assert.EqualValues(t, int64(len(torn))-whole.Size(), server.Cut(), name)
			assert.Len(t, readAll(t, c, everything, math.MaxInt64), 2, name)
			add(t, c, "s", esdb.Revision(1), happened(1, "a")...)
			require.NoError(t, server.Close())
			_, c = journaled(t, file)
			assert.Len(t, readAll(t, c, everything, math.MaxInt64), 3, name)
		}
	})

	t.Run("a file of something else is refused and left alone", func(t *testing.T) {
		t.Parallel()
		unknown := "esdbtest journal 1\n" + "\x01\x00\x00\x00\xaf\x77\xd2\x62z" // a whole frame, of a kind that there is not
		for text, want := range map[string]string{"a letter to my mother, whom I miss": "something else", "\x00": "something else", unknown: "another version"} {
			file := filepath.Join(t.TempDir(), "other")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			_, err := esdbtest.New(esdbtest.Options{Data: file})
			require.ErrorContains(t, err, want)
			after, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, text, string(after))
		}
	})

	t.Run("closed it answers no append, and closing twice is harmless", func(t *testing.T) {
		t.Parallel()
		server, _ := journaled(t, filepath.Join(t.TempDir(), "log.esdb"))
		require.NoError(t, server.Close())
		require.NoError(t, server.Close())
		require.Error(t, server.Scavenge())
	})

	t.Run("an event keeps the time at which it was stored", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "log.esdb")
		server, c := journaled(t, file)
		add(t, c, "s", esdb.NoStream{}, happened(1, "a")...)
		want := readAll(t, c, everything, 1)[0].CreatedDate
		require.NoError(t, server.Close())
		_, c = start(t, esdbtest.Options{Data: file, Now: func() time.Time { return time.Now().Add(time.Hour) }})
		assert.Equal(t, want, readAll(t, c, everything, 1)[0].CreatedDate)
	})
}
