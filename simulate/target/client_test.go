package target

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newClient(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	url, _ := serve(t, handler)
	address, err := ParseAddress(url, "fb_key")
	require.NoError(t, err)
	c := NewClient(address)
	t.Cleanup(c.Close)
	return c
}

// answers serves fixed answers by method and path with query.
func answers(t *testing.T, fixed map[string]string) *Client {
	t.Helper()
	return newClient(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer fb_key", r.Header.Get("Authorization"))
		text, ok := fixed[r.Method+" "+r.URL.RequestURI()]
		if !ok {
			w.Header().Set("Retry-After", "3")
			http.Error(w, "no "+r.URL.RequestURI(), http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, text)
	})
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	t.Run("settings", func(t *testing.T) {
		t.Parallel()
		s, err := answers(t, map[string]string{"GET /api/v1/settings": `{"intervalSeconds":60,"graceSeconds":30}`}).Settings(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []time.Duration{time.Minute, 90 * time.Second}, []time.Duration{s.Interval(), s.Timeout()})
	})
	t.Run("a vehicle, after a position", func(t *testing.T) {
		t.Parallel()
		c := answers(t, map[string]string{"GET /api/v1/vehicles/V?after=a.7": `{"vin":"V","status":"connected","lastHeartbeat":"2026-11-21T12:00:00.000Z","timeoutSeconds":90}`})
		v, err := c.Vehicle(t.Context(), "V", "a.7")
		require.NoError(t, err)
		assert.Equal(t, Vehicle{VIN: "V", Status: "connected", LastHeartbeat: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), TimeoutSeconds: 90}, v)
	})
	t.Run("an import", func(t *testing.T) {
		t.Parallel()
		c := answers(t, map[string]string{"POST /api/v1/vehicles:import": `{"registered":1,"changed":2,"unchanged":3,"position":"a.9"}`})
		i, err := c.Import(t.Context(), []byte("vin\n"))
		require.NoError(t, err)
		assert.Equal(t, Imported{1, 2, 3, "a.9"}, i)
	})
	t.Run("the end of the feed, empty too", func(t *testing.T) {
		t.Parallel()
		head := `{"items":[%s],"position":"a.12","asOf":"2026-11-21T12:00:00.000Z"}`
		c := answers(t, map[string]string{"GET /api/v1/changes?limit=1": fmt.Sprintf(head, `{"position":"a.11","vin":"V"}`)})
		h, err := c.Head(t.Context())
		require.NoError(t, err)
		assert.Equal(t, Head{"a.12", "a.11", time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}, h)
		h, err = answers(t, map[string]string{"GET /api/v1/changes?limit=1": fmt.Sprintf(head, "")}).Head(t.Context())
		require.NoError(t, err)
		assert.Empty(t, h.Newest)
	})
	t.Run("unobserved spans over several list pages, oldest first", func(t *testing.T) {
		t.Parallel()
		interval := func(status string, from int) string {
			return fmt.Sprintf(`{"status":%q,"from":"2026-11-21T12:%02d:00.000Z","to":"2026-11-21T12:%02d:00.000Z"}`, status, from, from+1)
		}
		path := "GET /api/v1/vehicles/V/timeline?limit=200&from=2026-11-21T12:00:00.000Z&to=2026-11-21T13:00:00.000Z"
		c := answers(t, map[string]string{
			path:                  `{"intervals":[` + interval("connected", 7) + `,` + interval("unobserved", 6) + `],"next":"more"}`,
			path + "&cursor=more": `{"intervals":[` + interval("disconnected", 5) + `,` + interval("unobserved", 4) + `]}`,
		})
		noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
		spans, err := c.Unobserved(t.Context(), "V", noon, noon.Add(time.Hour))
		require.NoError(t, err)
		assert.Equal(t, []Span{{noon.Add(4 * time.Minute), noon.Add(5 * time.Minute)}, {noon.Add(6 * time.Minute), noon.Add(7 * time.Minute)}}, spans)
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	c := answers(t, map[string]string{"GET /api/v1/settings": `{"intervalSeconds":`})
	_, err := c.Vehicle(t.Context(), "V", "")
	var status *StatusError
	require.ErrorAs(t, err, &status)
	assert.Equal(t, StatusError{"/api/v1/vehicles/V", 503, 3 * time.Second, "no /api/v1/vehicles/V\n"}, *status)
	assert.Equal(t, "/api/v1/vehicles/V answered 503 Service Unavailable: no /api/v1/vehicles/V", err.Error())
	_, err = c.Settings(t.Context())
	require.ErrorContains(t, err, "read the answer of /api/v1/settings")
	require.NoError(t, c.PostJSON(t.Context(), "/x", 1, 409, 503), "a status that is expected is no error")
	require.ErrorAs(t, c.PostJSON(t.Context(), "/x", 1, 409), &status)
	require.ErrorContains(t, c.PostJSON(t.Context(), "/x", func() {}), "encode the body for /x")
}

func TestARefusalSaysWhatTheProblemSays(t *testing.T) {
	t.Parallel()
	wrong := `{"location":"line 6: customer","message":"the vehicle belongs to \"A\"; transfer it first"}`
	problem := `{"type":"about:blank","status":422,"detail":"nothing was imported: the file has 400 problems","errors":[` +
		strings.Repeat(wrong+",", 399) + wrong + `]}`
	one := `; line 6: customer: the vehicle belongs to "A"; transfer it first`
	assert.Equal(t, "nothing was imported: the file has 400 problems"+one+one+one, saying([]byte(problem)))
	assert.Equal(t, "there is nothing at this path", saying([]byte(`{"detail":"there is nothing at this path"}`)))
	assert.Equal(t, "<html>"+strings.Repeat("x", 2042), saying([]byte("<html>"+strings.Repeat("x", 5000))))
}
