package esdbtest_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"net"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

// start returns a server and the real client of it.
func start(t *testing.T, o ...esdbtest.Options) (*esdbtest.Server, *esdb.Client) {
	t.Helper()
	server := esdbtest.Start(t, o...)
	return server, client(t, server.URL())
}

func client(t *testing.T, url string) *esdb.Client {
	t.Helper()
	config, err := esdb.ParseConnectionString(url)
	require.NoError(t, err)
	config.Logger = esdb.NoopLogging()
	c, err := esdb.NewClient(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func happened(n int, eventType string) []esdb.EventData {
	events := make([]esdb.EventData, n)
	for i := range events {
		events[i] = esdb.EventData{EventID: uuid.New(), EventType: eventType, Data: []byte{byte(i), 0, 255}, Metadata: []byte("m")}
	}
	return events
}

func add(t *testing.T, c *esdb.Client, stream string, expected esdb.ExpectedRevision, events ...esdb.EventData) *esdb.WriteResult {
	t.Helper()
	got, err := c.AppendToStream(t.Context(), stream, esdb.AppendToStreamOptions{ExpectedRevision: expected}, events...)
	require.NoError(t, err)
	return got
}

func codeOf(err error) esdb.ErrorCode {
	var e *esdb.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return -1
}

// drain returns the events of a read, and the error that ended it if it was not the end.
func drain(read *esdb.ReadStream, err error) (got []*esdb.RecordedEvent, _ error) {
	if err != nil {
		return nil, err
	}
	defer read.Close()
	for {
		e, err := read.Recv()
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		got = append(got, e.Event)
	}
}

func readStream(t *testing.T, c *esdb.Client, stream string, o esdb.ReadStreamOptions) []uint64 {
	t.Helper()
	events, err := drain(c.ReadStream(t.Context(), stream, o, math.MaxInt64))
	require.NoError(t, err)
	revisions := []uint64{}
	for _, e := range events {
		revisions = append(revisions, e.EventNumber)
	}
	return revisions
}

func readAll(t *testing.T, c *esdb.Client, o esdb.ReadAllOptions, count uint64) []*esdb.RecordedEvent {
	t.Helper()
	events, err := drain(c.ReadAll(t.Context(), o, count))
	require.NoError(t, err)
	return events
}

func types(events []*esdb.RecordedEvent) (types []string) {
	for _, e := range events {
		types = append(types, e.EventType)
	}
	return types
}

func TestReading(t *testing.T) {
	t.Parallel()

	t.Run("a stream is read both ways from both ends and from the middle", func(t *testing.T) {
		t.Parallel()
		_, c := start(t)
		add(t, c, "s", esdb.NoStream{}, happened(4, "a")...)
		f, b := esdb.Forwards, esdb.Backwards
		for name, check := range map[string]struct {
			o    esdb.ReadStreamOptions
			want []uint64
		}{
			"forwards from start":      {esdb.ReadStreamOptions{Direction: f, From: esdb.Start{}}, []uint64{0, 1, 2, 3}},
			"forwards from 2":          {esdb.ReadStreamOptions{Direction: f, From: esdb.Revision(2)}, []uint64{2, 3}},
			"forwards from the future": {esdb.ReadStreamOptions{Direction: f, From: esdb.Revision(9)}, []uint64{}},
			"forwards from end":        {esdb.ReadStreamOptions{Direction: f, From: esdb.End{}}, []uint64{}},
			"backwards from end":       {esdb.ReadStreamOptions{Direction: b, From: esdb.End{}}, []uint64{3, 2, 1, 0}},
			"backwards from 2":         {esdb.ReadStreamOptions{Direction: b, From: esdb.Revision(2)}, []uint64{2, 1, 0}},
			"backwards from start":     {esdb.ReadStreamOptions{Direction: b, From: esdb.Start{}}, []uint64{0}},
		} {
			assert.Equal(t, check.want, readStream(t, c, "s", check.o), name)
		}
		_, err := drain(c.ReadStream(t.Context(), "none", esdb.ReadStreamOptions{}, 1))
		assert.Equal(t, esdb.ErrorCodeResourceNotFound, codeOf(err))
	})

	t.Run("the log begins at a position and ends before one, and places are ordered and not dense", func(t *testing.T) {
		t.Parallel()
		_, c := start(t)
		first := add(t, c, "s", esdb.NoStream{}, happened(3, "a")...)
		all := readAll(t, c, esdb.ReadAllOptions{}, math.MaxInt64)
		require.Len(t, all, 3)
		for i, e := range all[1:] {
			assert.Greater(t, e.Position.Commit, all[i].Position.Commit+1)
			assert.Equal(t, e.Position.Commit, e.Position.Prepare)
		}
		assert.Equal(t, first.CommitPosition, all[2].Position.Commit)
		assert.Len(t, readAll(t, c, esdb.ReadAllOptions{From: all[1].Position}, math.MaxInt64), 2)
		back := readAll(t, c, esdb.ReadAllOptions{From: all[1].Position, Direction: esdb.Backwards}, math.MaxInt64)
		require.Len(t, back, 1)
		assert.Equal(t, all[0].EventID, back[0].EventID)
		assert.Equal(t, all[2].EventID, readAll(t, c, esdb.ReadAllOptions{From: esdb.End{}, Direction: esdb.Backwards}, 1)[0].EventID)
		assert.Empty(t, readAll(t, c, esdb.ReadAllOptions{From: esdb.Position{Commit: 1 << 40, Prepare: 1 << 40}}, 1))
		between := esdb.Position{Commit: all[0].Position.Commit + 1, Prepare: all[0].Position.Prepare + 1}
		_, err := drain(c.ReadAll(t.Context(), esdb.ReadAllOptions{From: between}, 1))
		assert.ErrorContains(t, err, "invalid position")
	})

	t.Run("events come back as they were sent, stamped by the server's clock in ticks", func(t *testing.T) {
		t.Parallel()
		at := time.Date(2026, 5, 1, 12, 0, 0, 123_456_700, time.UTC)
		_, c := start(t, esdbtest.Options{Now: func() time.Time { return at }})
		e := happened(1, "a")[0]
		e.ContentType = esdb.ContentTypeJson
		add(t, c, "s", esdb.NoStream{}, e)
		got := readAll(t, c, esdb.ReadAllOptions{}, 9)[0]
		assert.Equal(t, e.EventID, got.EventID)
		assert.Equal(t, e.Data, got.Data)
		assert.Equal(t, e.Metadata, got.UserMetadata)
		assert.Equal(t, "application/json", got.ContentType)
		assert.Equal(t, at, got.CreatedDate)
	})
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	everything := esdb.ReadStreamOptions{}

	t.Run("maximum age, maximum count and truncation hide events of the stream, and scavenging removes them", func(t *testing.T) {
		t.Parallel()
		for name, check := range map[string]struct {
			set  func(*esdb.StreamMetadata)
			want []uint64
		}{
			"$maxCount": {func(m *esdb.StreamMetadata) { m.SetMaxCount(2) }, []uint64{3, 4}},
			"$tb":       {func(m *esdb.StreamMetadata) { m.SetTruncateBefore(1) }, []uint64{1, 2, 3, 4}},
			"$maxAge":   {func(m *esdb.StreamMetadata) { m.SetMaxAge(time.Minute) }, []uint64{4}},
			"all":       {func(m *esdb.StreamMetadata) { m.SetMaxCount(3); m.SetTruncateBefore(1); m.SetMaxAge(time.Hour) }, []uint64{2, 3, 4}},
		} {
			var mu sync.Mutex
			now := time.Now()
			server, c := start(t, esdbtest.Options{Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
			add(t, c, "s", esdb.NoStream{}, happened(4, "a")...)
			mu.Lock()
			now = now.Add(2 * time.Minute)
			mu.Unlock()
			add(t, c, "s", esdb.Revision(3), happened(1, "a")...)
			var m esdb.StreamMetadata
			check.set(&m)
			_, err := c.SetStreamMetadata(t.Context(), "s", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, m)
			require.NoError(t, err)
			assert.Equal(t, check.want, readStream(t, c, "s", everything), name)
			assert.Len(t, readAll(t, c, esdb.ReadAllOptions{}, 99), 6, "the log shows them still")
			require.NoError(t, server.Scavenge())
			assert.Equal(t, check.want, readStream(t, c, "s", everything), name)
			assert.Len(t, readAll(t, c, esdb.ReadAllOptions{}, 99), len(check.want)+1, name)
		}
	})

	t.Run("scavenging keeps the newest event and every revision and position that was given", func(t *testing.T) {
		t.Parallel()
		server, c := start(t)
		old := add(t, c, "s", esdb.NoStream{}, happened(3, "a")...)
		var m esdb.StreamMetadata
		m.SetTruncateBefore(99)
		_, err := c.SetStreamMetadata(t.Context(), "s", esdb.AppendToStreamOptions{}, m)
		require.NoError(t, err)
		require.NoError(t, server.Scavenge())
		assert.Empty(t, readStream(t, c, "s", everything))
		assert.Equal(t, []string{"a", "$metadata"}, types(readAll(t, c, esdb.ReadAllOptions{}, 99)))
		next := add(t, c, "s", esdb.Revision(2), happened(1, "a")...)
		assert.EqualValues(t, 3, next.NextExpectedVersion)
		assert.Greater(t, next.CommitPosition, old.CommitPosition)
	})

	t.Run("a metastream shows its newest event only", func(t *testing.T) {
		t.Parallel()
		_, c := start(t)
		for range 3 {
			_, err := c.SetStreamMetadata(t.Context(), "s", esdb.AppendToStreamOptions{}, esdb.StreamMetadata{})
			require.NoError(t, err)
		}
		assert.Equal(t, []uint64{2}, readStream(t, c, "$$s", everything))
	})
}

func TestDeletion(t *testing.T) {
	t.Parallel()

	t.Run("a soft deletion hides a stream until it is appended to, which goes on counting", func(t *testing.T) {
		t.Parallel()
		for name, again := range map[string]esdb.ExpectedRevision{"any": esdb.Any{}, "none": esdb.NoStream{}, "exact": esdb.Revision(1)} {
			_, c := start(t)
			add(t, c, "s", esdb.NoStream{}, happened(2, "a")...)
			_, err := c.DeleteStream(t.Context(), "s", esdb.DeleteStreamOptions{ExpectedRevision: esdb.Revision(0)})
			require.Error(t, err, "a deletion may expect a revision")
			_, err = c.DeleteStream(t.Context(), "s", esdb.DeleteStreamOptions{ExpectedRevision: esdb.Revision(1)})
			require.NoError(t, err)
			_, err = drain(c.ReadStream(t.Context(), "s", esdb.ReadStreamOptions{}, 9))
			require.Equal(t, esdb.ErrorCodeResourceNotFound, codeOf(err))
			_, err = c.AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{ExpectedRevision: esdb.StreamExists{}}, happened(1, "a")...)
			require.Equal(t, esdb.ErrorCodeStreamDeleted, codeOf(err))
			assert.EqualValues(t, 2, add(t, c, "s", again, happened(1, "a")...).NextExpectedVersion, name)
			assert.Equal(t, []uint64{2}, readStream(t, c, "s", esdb.ReadStreamOptions{}), name)
		}
	})

	t.Run("a tombstone is for ever", func(t *testing.T) {
		t.Parallel()
		_, c := start(t)
		add(t, c, "s", esdb.NoStream{}, happened(2, "a")...)
		_, err := c.TombstoneStream(t.Context(), "s", esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Revision(1)})
		require.NoError(t, err)
		_, err = drain(c.ReadStream(t.Context(), "s", esdb.ReadStreamOptions{}, 9))
		assert.Equal(t, esdb.ErrorCodeStreamDeleted, codeOf(err))
		for _, expected := range []esdb.ExpectedRevision{esdb.Any{}, esdb.NoStream{}, esdb.Revision(1), esdb.StreamExists{}} {
			_, err = c.AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{ExpectedRevision: expected}, happened(1, "a")...)
			assert.Equal(t, esdb.ErrorCodeStreamDeleted, codeOf(err))
		}
		_, err = c.TombstoneStream(t.Context(), "s", esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}})
		assert.Equal(t, esdb.ErrorCodeStreamDeleted, codeOf(err))
		assert.Contains(t, types(readAll(t, c, esdb.ReadAllOptions{}, 99)), "$streamDeleted")
	})
}

func TestServer(t *testing.T) {
	t.Parallel()

	t.Run("keeps its log and its address while it is stopped", func(t *testing.T) {
		t.Parallel()
		server, c := start(t)
		add(t, c, "s", esdb.NoStream{}, happened(2, "a")...)
		before := server.URL()
		server.Stop()
		server.Stop()
		require.NoError(t, server.Resume())
		require.Error(t, server.Resume(), "it is running")
		assert.Equal(t, before, server.URL())
		assert.Len(t, readAll(t, client(t, server.URL()), esdb.ReadAllOptions{}, 9), 2)
	})

	t.Run("is found by gossip and says its version", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t, esdbtest.Options{Version: "24.2.1.7"})
		u, err := url.Parse(server.URL())
		require.NoError(t, err)
		c := client(t, "esdb://"+u.Host+","+u.Host+"?tls=false") // several seeds: the client asks for the members
		v, err := c.GetServerVersion()
		require.NoError(t, err)
		assert.Equal(t, esdb.ServerVersion{Major: 24, Minor: 2, Patch: 1}, *v)
	})

	t.Run("says so where it cannot listen", func(t *testing.T) {
		t.Parallel()
		u, err := url.Parse(esdbtest.Start(t).URL())
		require.NoError(t, err)
		_, err = esdbtest.New(esdbtest.Options{Listen: u.Host})
		require.ErrorContains(t, err, "listen for esdbtest")
	})

	t.Run("hooks see every call, may refuse it and may wait for its end", func(t *testing.T) {
		t.Parallel()
		server, c := start(t)
		add(t, c, "s", esdb.NoStream{}, happened(1, "a")...)
		gone := make(chan struct{})
		server.SetHooks(esdbtest.Hooks{BeforeAppend: func(ctx context.Context, stream string) error {
			assert.Equal(t, "slow", stream)
			<-ctx.Done()
			close(gone)
			return ctx.Err()
		}})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, err := c.AppendToStream(ctx, "slow", esdb.AppendToStreamOptions{}, happened(1, "a")...)
		assert.Equal(t, esdb.ErrorCodeDeadlineExceeded, codeOf(err))
		<-gone
		refused := errors.New("refused")
		server.SetHooks(esdbtest.Hooks{Call: func(context.Context, string) error { return refused }})
		_, err = c.AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{}, happened(1, "a")...)
		require.ErrorContains(t, err, "refused")
		_, err = c.DeleteStream(t.Context(), "s", esdb.DeleteStreamOptions{ExpectedRevision: esdb.Any{}})
		require.ErrorContains(t, err, "refused")
		server.SetHooks(esdbtest.Hooks{})
		assert.Len(t, readAll(t, c, esdb.ReadAllOptions{}, 9), 1)
	})

	t.Run("answers pings of a connection without streams for as long as they come", func(t *testing.T) {
		t.Parallel()
		u, err := url.Parse(esdbtest.Start(t).URL())
		require.NoError(t, err)
		conn, err := net.Dial("tcp", u.Host)
		require.NoError(t, err)
		defer func() { require.NoError(t, conn.Close()) }()
		frame := func(kind byte, payload []byte) []byte {
			header := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
			return slices.Concat(header, make([]byte, 5), payload)
		}
		const settings, ping, goAway = 4, 6, 7
		_, err = conn.Write(append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(settings, nil)...))
		require.NoError(t, err)
		for answered := 0; answered < 10; {
			_, err = conn.Write(frame(ping, make([]byte, 8)))
			require.NoError(t, err)
			for kind := byte(0); kind != ping; {
				header := make([]byte, 9)
				_, err = io.ReadFull(conn, header)
				require.NoError(t, err)
				kind = header[3]
				require.NotEqual(t, byte(goAway), kind, "the server takes the pings for an attack")
				_, err = io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(header)>>8))
				require.NoError(t, err)
			}
			answered++
		}
	})
}
