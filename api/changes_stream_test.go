package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const def domain.VIN = "VLUR4X20009093588"

// someChanges returns one of each kind, at the positions 10, 20, …
func someChanges() []queries.Change {
	return []queries.Change{
		registered(10, "", "c1"), registered(20, abc, "c1"), transition(30, abc, "c1", domain.Connected),
		registered(40, "", "c2"), registered(50, def, "c2"), transition(60, def, "c2", domain.Connected),
		transition(70, abc, "c1", domain.Disconnected), transition(80, abc, "c2", domain.Connected),
	}
}

func TestAStreamOnTheWire(t *testing.T) {
	t.Parallel()
	_, h := runFeed(t, newFeedSource(someChanges()...), api.FeedOptions{})
	s := follow(t, h, "", place(40))
	const data = `{"vin":"VLUR4X20009093588","registrationNumber":"ABC123","customer":{"id":"c2","name":"Kalles \"Grus\"\nAB"},` +
		`"at":"2026-06-01T12:00:00.000Z","provedAt":"2026-06-01T12:00:01.000Z","lastHeartbeat":"2026-06-01T11:59:00.000Z","statusBefore":"never_seen","afterSeconds":3600}`
	for _, want := range []string{
		"id: 0f8fad5b.40", "",
		"id: 0f8fad5b.50", "event: registry", `data: {"vin":"VLUR4X20009093588"}`, "",
		"id: 0f8fad5b.60", "event: connected", "data: " + data, "",
		"id: 0f8fad5b.70", "event: disconnected",
	} {
		line, err := s.lines.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, want+"\n", line)
	}
	for name, value := range map[string]string{
		"Content-Type": "text/event-stream", "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no", "Vary": "Accept", "Content-Encoding": "",
	} {
		assert.Equal(t, value, s.head.Get(name), name)
	}
	customer, _ := follow(t, h, "", place(30)).take(t, 1)
	assert.Equal(t, []event{{place(40), "registry", `{"customerId":"c2"}`}}, customer)
}

func TestWhichFormOfTheChangesIsAnswered(t *testing.T) {
	t.Parallel()
	for accept, streamed := range map[string]bool{
		"":                              false,
		"*/*":                           false,
		"application/json":              false,
		"text/html, */*;q=0.8":          false,
		"text/event-stream;q=0":         false,
		"nonsense/;;, application/json": false,
		"text/event-stream;q=0.5, application/json": false,
		"text/event-stream":                         true,
		"Text/Event-Stream":                         true,
		"text/event-stream, */*":                    true,
		"application/json;q=0.5, text/event-stream": true,
		"text/event-stream;charset=utf-8":           true,
	} {
		t.Run(accept, func(t *testing.T) {
			t.Parallel()
			d := deps()
			d.Feed = api.NewFeed(newFeedSource(), api.FeedOptions{LogID: logID})
			d.Queries.ListChanges = &answers[queries.ListChanges, queries.TransitionList]{}
			var operation string
			d.Observe = func(name string, _ int, _ time.Duration) { operation = name }
			w := do(t, d, http.MethodHead, "/api/v1/changes", "", "Accept", accept)
			require.Equal(t, http.StatusOK, w.Code)
			assert.Equal(t, "Accept", w.Header().Get("Vary"))
			if streamed {
				assert.Equal(t, "text/event-stream", w.Header().Get("Content-Type"))
				assert.Equal(t, "followChanges", operation, "its time is not that of a list")
			} else {
				assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
				assert.Equal(t, "listChanges", operation)
			}
		})
	}
}

func TestAStreamThatCannotBeAskedFor(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		query, lastID, about string
		status               int
	}{
		"a position that is none":       {"", "17", "Last-Event-ID", 400},
		"half a position":               {"", "0f8fad5b.", "Last-Event-ID", 400},
		"a position of another log":     {"", "abcdefgh.17", "Last-Event-ID", 400},
		"a VIN that is none":            {"?vin=x", "", "vin", 422},
		"a status that is none":         {"?status=lost", "", "status", 422},
		"a status that nothing becomes": {"?status=connected,never_seen", "", "status", 422},
		"a parameter there is none of":  {"?lastEventId=0f8fad5b.17", "", "lastEventId", 422},
		"a malformed after":             {"?after=17", "", "after", 400},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			d := deps()
			d.Feed = api.NewFeed(newFeedSource(), api.FeedOptions{LogID: logID})
			w := do(t, d, http.MethodGet, "/api/v1/changes"+test.query, "", "Accept", "text/event-stream", "Last-Event-ID", test.lastID)
			requireAbout(t, w, test.status, test.about)
		})
	}
	t.Run("a place given twice is refused", func(t *testing.T) {
		t.Parallel()
		d := deps()
		d.Feed = api.NewFeed(newFeedSource(), api.FeedOptions{LogID: logID})
		r := httptest.NewRequest(http.MethodGet, "/api/v1/changes", nil)
		r.Header = http.Header{"Accept": {"text/event-stream"}, "Last-Event-Id": {place(1), place(2)}}
		w := httptest.NewRecorder()
		api.New(d, api.Options{}).ServeHTTP(w, r)
		requireAbout(t, w, http.StatusBadRequest, "Last-Event-ID")
	})
	t.Run("a place that the log has not come to is refused: it would be waited for while everything passes", func(t *testing.T) {
		t.Parallel()
		d, source := deps(), newFeedSource(someChanges()...)
		source.head = at(100)
		d.Feed = api.NewFeed(source, api.FeedOptions{LogID: logID})
		for _, place := range []string{place(101), logID[:8] + ".18446744073709551615"} {
			w := do(t, d, http.MethodGet, "/api/v1/changes", "", "Accept", "text/event-stream", "Last-Event-ID", place)
			requireAbout(t, w, http.StatusBadRequest, "Last-Event-ID")
		}
		w := do(t, d, http.MethodHead, "/api/v1/changes", "", "Accept", "text/event-stream", "Last-Event-ID", place(100))
		assert.Equal(t, http.StatusOK, w.Code)
		source.fail(errBroken)
		w = do(t, d, http.MethodGet, "/api/v1/changes", "", "Accept", "text/event-stream", "Last-Event-ID", place(100))
		requireProblem(t, w, http.StatusInternalServerError)
	})
	t.Run("a position that the views do not reach is unavailable", func(t *testing.T) {
		t.Parallel()
		d, source := deps(), newFeedSource()
		source.fail(&domain.Error{Kind: domain.Unavailable, RetryAfter: 1, Message: "not yet"})
		d.Feed = api.NewFeed(source, api.FeedOptions{LogID: logID})
		w := do(t, d, http.MethodGet, "/api/v1/changes?after="+place(9), "", "Accept", "text/event-stream")
		requireProblem(t, w, http.StatusServiceUnavailable)
		assert.Equal(t, []domain.Position{at(9)}, source.waits)
	})
}

func TestAStreamOutlivesTheLimitsOfARequest(t *testing.T) {
	t.Parallel()
	source := newFeedSource(someChanges()...)
	_, h := runFeed(t, source, api.FeedOptions{IDEvery: 50 * time.Millisecond})
	server := httptest.NewUnstartedServer(h)
	server.Config.ReadTimeout, server.Config.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/v1/changes", nil)
	require.NoError(t, err)
	r.Header.Set("Accept", "text/event-stream")
	began := time.Now()
	response, err := server.Client().Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	s := newStream(response.Body)
	for time.Since(began) < 400*time.Millisecond {
		e, ok := s.next()
		require.True(t, ok)
		require.Equal(t, event{id: place(80)}, e)
	}
	source.add(transition(90, abc, "c1", domain.Disconnected))
	got, _ := s.take(t, 1)
	assert.Equal(t, place(90), got[0].id)
}

func TestAReaderToWhomNothingIsSentIsToldHowFarItHasCome(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]int{"from memory": 100, "from the view": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, h := runFeed(t, newFeedSource(someChanges()...), api.FeedOptions{Keep: keep})
				synctest.Wait()
				began := time.Now()
				s := follow(t, h, "?customer=nobody", place(20))
				for e := (event{}); e.id != place(80); {
					var ok bool
					e, ok = s.next()
					require.True(t, ok)
					require.Empty(t, e.name)
				}
				assert.Equal(t, began, time.Now(), "at once: one that goes away again soon would otherwise read it all again and again")
			})
		})
	}
}

func TestAReaderIsToldItsPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newFeedSource(someChanges()...)
		_, h := runFeed(t, source, api.FeedOptions{})
		s := follow(t, h, "?customer=nobody", "")
		began := time.Now()
		next := func(want string, after time.Duration) {
			t.Helper()
			e, ok := s.next()
			require.True(t, ok)
			require.Equal(t, event{id: want}, e)
			require.Equal(t, after, time.Since(began))
		}
		next(place(80), 0)
		source.evaluated(at(85))
		next(place(85), 15*time.Second)
		source.add(transition(90, abc, "c1", domain.Disconnected))
		next(place(90), 30*time.Second)
		next(place(90), 45*time.Second)
	})
}
