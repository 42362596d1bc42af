package esdbtest_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

func TestExpectedRevision(t *testing.T) {
	t.Parallel()
	wrong := "wrong expected version: expecting '%s' but got '%s'"
	for name, check := range map[string]struct {
		stream   string // "s" has two events, "none" has none, "meta" has only metadata
		expected esdb.ExpectedRevision
		want     string
	}{
		"none, of a new stream":           {"none", esdb.NoStream{}, ""},
		"any, of a new stream":            {"none", esdb.Any{}, ""},
		"existing, of a new stream":       {"none", esdb.StreamExists{}, fmt.Sprintf(wrong, "stream_exists", "no_stream")},
		"0, of a new stream":              {"none", esdb.Revision(0), fmt.Sprintf(wrong, "0", "no_stream")},
		"existing, of one with metadata":  {"meta", esdb.StreamExists{}, ""},
		"none, of one with events":        {"s", esdb.NoStream{}, fmt.Sprintf(wrong, "no_stream", "1")},
		"any, of one with events":         {"s", esdb.Any{}, ""},
		"existing, of one with events":    {"s", esdb.StreamExists{}, ""},
		"the last, of one with events":    {"s", esdb.Revision(1), ""},
		"an earlier, of one with events":  {"s", esdb.Revision(0), fmt.Sprintf(wrong, "0", "1")},
		"a later one, of one with events": {"s", esdb.Revision(2), fmt.Sprintf(wrong, "2", "1")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c := start(t)
			add(t, c, "s", esdb.NoStream{}, happened(2, "a")...)
			_, err := c.SetStreamMetadata(t.Context(), "meta", esdb.AppendToStreamOptions{}, esdb.StreamMetadata{})
			require.NoError(t, err)
			_, err = c.AppendToStream(t.Context(), check.stream, esdb.AppendToStreamOptions{ExpectedRevision: check.expected}, happened(1, "a")...)
			if check.want == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, esdb.ErrorCodeWrongExpectedVersion, codeOf(err))
			assert.ErrorContains(t, err, check.want)
		})
	}
}

func TestIdempotence(t *testing.T) {
	t.Parallel()
	e := happened(6, "a")
	for name, check := range map[string]struct {
		expected esdb.ExpectedRevision
		events   []esdb.EventData
		repeated bool
	}{
		"the first append again":                   {esdb.NoStream{}, e[:2], true},
		"the second append again":                  {esdb.Revision(1), e[2:4], true},
		"both in one":                              {esdb.NoStream{}, e[:4], true},
		"a part":                                   {esdb.NoStream{}, e[:1], true},
		"at another revision":                      {esdb.Revision(0), e[:2], false},
		"known ones, then a new one":               {esdb.Revision(1), e[2:5], false},
		"a new one, then a known one":              {esdb.Revision(1), []esdb.EventData{e[5], e[3]}, false},
		"in another order":                         {esdb.NoStream{}, []esdb.EventData{e[1], e[0]}, false},
		"under any, the first again":               {esdb.Any{}, e[:2], true},
		"under any, the second again":              {esdb.Any{}, e[2:4], true},
		"under any, known ones and then a new one": {esdb.Any{}, e[3:5], false},
		"under existing, the second again":         {esdb.StreamExists{}, e[2:4], true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c := start(t)
			add(t, c, "s", esdb.NoStream{}, e[:2]...)
			add(t, c, "s", esdb.Revision(1), e[2:4]...)
			add(t, c, "other", esdb.NoStream{}, e[:4]...) // an id is known in its own stream only
			got, err := c.AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{ExpectedRevision: check.expected}, check.events...)
			all := readAll(t, c, esdb.ReadAllOptions{}, 99)
			require.Len(t, all, 8, "nothing was added")
			if !check.repeated {
				require.Equal(t, esdb.ErrorCodeWrongExpectedVersion, codeOf(err))
				return
			}
			require.NoError(t, err)
			last := all[got.NextExpectedVersion]
			assert.Equal(t, check.events[len(check.events)-1].EventID, last.EventID)
			assert.Equal(t, last.Position, esdb.Position{Commit: got.CommitPosition, Prepare: got.PreparePosition})
		})
	}
}

func TestAppendSize(t *testing.T) {
	t.Parallel()
	sized := func(data int) esdb.EventData {
		return esdb.EventData{EventID: uuid.New(), EventType: "four", Data: make([]byte, data-8-2), Metadata: make([]byte, 2)}
	}

	t.Run("data, metadata and twice the type make 1 MiB at most", func(t *testing.T) {
		t.Parallel()
		_, c := start(t)
		add(t, c, "s", esdb.NoStream{}, sized(1<<20))
		add(t, c, "s", esdb.Revision(0), sized(1<<19), sized(1<<19))
		_, err := c.AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{}, sized(1<<20+1))
		require.ErrorContains(t, err, "Maximum Append Size of 1048576 Exceeded.")
		assert.Len(t, readAll(t, c, esdb.ReadAllOptions{}, 9), 3)
	})

	t.Run("a client in the middle of sending too much learns no more than that it is over", func(t *testing.T) {
		t.Parallel()
		_, c := start(t)
		var events []esdb.EventData
		for range 200 {
			events = append(events, sized(1<<19))
		}
		_, err := c.AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{}, events...)
		require.ErrorIs(t, err, io.EOF)
		assert.Empty(t, readAll(t, c, esdb.ReadAllOptions{}, 9))
	})
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	server, c := start(t)
	_, err := c.SubscribeToStream(t.Context(), "s", esdb.SubscribeToStreamOptions{})
	require.ErrorContains(t, err, "does not model")
	server.SetHooks(esdbtest.Hooks{})
	_, err = c.SubscribeToAll(t.Context(), esdb.SubscribeToAllOptions{Filter: &esdb.SubscriptionFilter{Regex: "("}})
	require.ErrorContains(t, err, "regular expression")
}
