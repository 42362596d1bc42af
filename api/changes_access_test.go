package api_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// boundTo answers every request as if the customer asked.
func boundTo(h http.Handler, owner domain.CustomerID) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(api.BoundTo(r.Context(), owner)))
	})
}

func TestACustomerFollowsItsOwnChangesAlone(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]uint64{
		"":                    {10, 20, 30, 70},
		"?customer=c1,c2":     {10, 20, 30, 70},
		"?vin=" + string(abc): {20, 30, 70},
		"?customer=c2":        nil,
		"?vin=" + string(def): nil,
		"?vin=" + string(abc) + "&status=connected": {30},
	} {
		for name, keep := range map[string]int{"memory": 100, "view": 1} {
			t.Run(name+query, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					source := newFeedSource(someChanges()...)
					_, h := runFeed(t, source, api.FeedOptions{Keep: keep})
					s := follow(t, boundTo(h, "c1"), query, place(0))
					got, _ := s.take(t, len(want))
					var gotten []string
					for _, n := range want {
						gotten = append(gotten, place(n))
					}
					assert.Equal(t, gotten, ids(got))
					source.add(transition(90, abc, "c2", domain.Disconnected), registered(91, "", "c2"), registered(92, def, "c2"))
					for e := (event{}); e.id != place(92); {
						var ok bool
						e, ok = s.next()
						require.True(t, ok)
						require.Empty(t, e.name, "of what happens to others comes nothing but how far the log has come")
					}
				})
			})
		}
	}
}

func TestACustomerIsAskedForInTheList(t *testing.T) {
	t.Parallel()
	d := deps()
	list := &answers[queries.ListChanges, queries.TransitionList]{}
	d.Queries.ListChanges = list
	w := httptest.NewRecorder()
	boundTo(api.New(d, api.Options{}), "c1").ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/changes?customer=c2", nil))
	require.Equal(t, http.StatusOK, w.Code)
	require.Len(t, list.asked, 1)
	assert.Equal(t, queries.ChangeFilter{Owner: "c1", Customers: []domain.CustomerID{"c2"}}, list.asked[0].ChangeFilter)
}

func TestAFeedHasRoomForSoManyReaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		feed, h := runFeed(t, newFeedSource(someChanges()...), api.FeedOptions{MaxReaders: 2})
		first, second := follow(t, h, "", ""), follow(t, h, "", place(20))
		for _, s := range []*stream{first, second} {
			_, ok := s.next()
			require.True(t, ok)
		}
		ask := func() *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodHead, "/api/v1/changes", nil)
			r.Header.Set("Accept", "text/event-stream")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w
		}
		w := ask()
		requireProblem(t, w, http.StatusServiceUnavailable)
		assert.Equal(t, "5", w.Header().Get("Retry-After"))
		assert.EqualValues(t, 2, feed.Stats().Readers)
		first.close()
		<-first.ended
		assert.Equal(t, http.StatusOK, ask().Code, "the room is given back")
	})
}

func TestAStreamIsNeverCompressedAndSpeaksHTTP10(t *testing.T) {
	t.Parallel()
	_, h := runFeed(t, newFeedSource(someChanges()...), api.FeedOptions{})
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	for _, version := range []string{"HTTP/1.1", "HTTP/1.0"} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		_, err = fmt.Fprintf(conn, "GET /api/v1/changes %s\r\nHost: localhost\r\nAccept: text/event-stream\r\n"+
			"Accept-Encoding: gzip, zstd, br\r\nLast-Event-ID: %s\r\n\r\n", version, place(70))
		require.NoError(t, err)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, response.StatusCode, version)
		assert.Empty(t, response.Header.Get("Content-Encoding"), version)
		assert.Empty(t, response.Header.Get("Content-Length"), version)
		events, _ := newStream(response.Body).take(t, 1)
		assert.Equal(t, []string{place(80)}, ids(events), version)
		require.NoError(t, conn.Close()) // first, or the next line would read to the end of a stream that has none
		_ = response.Body.Close()
	}
}
