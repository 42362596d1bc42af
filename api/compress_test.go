package api_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withSummary returns deps whose summary has n customers.
func withSummary(n int) api.Deps {
	a := &answers[queries.GetSummary, queries.Summary]{}
	for i := range n {
		a.answer.Customers = append(a.answer.Customers, queries.SummaryCustomer{
			CustomerRef: queries.CustomerRef{ID: domain.CustomerID(fmt.Sprint("c", i)), Name: "Johans Bulk AB"},
		})
	}
	d := deps()
	d.Queries.GetSummary = a
	return d
}

const summaryURL = "/api/v1/summary"

func TestLargeJSONIsCompressedForWhoTakesIt(t *testing.T) {
	t.Parallel()
	d := withSummary(1000)
	plain := do(t, d, http.MethodGet, summaryURL, "")
	assert.Empty(t, plain.Header().Get("Content-Encoding"))
	assert.Equal(t, "Accept-Encoding", plain.Header().Get("Vary"), "or a cache between would give one client's form to another")

	small := do(t, d, http.MethodGet, summaryURL, "", "Accept-Encoding", "gzip, deflate, br, zstd")
	require.Equal(t, "gzip", small.Header().Get("Content-Encoding"))
	assert.Equal(t, "application/json", small.Header().Get("Content-Type"))
	assert.Less(t, 5*small.Body.Len(), plain.Body.Len())
	body, err := gzip.NewReader(small.Body)
	require.NoError(t, err)
	same, err := io.ReadAll(body)
	require.NoError(t, err)
	assert.Equal(t, plain.Body.String(), string(same))

	for _, refused := range []string{"identity", "gzip;q=0", "br"} {
		assert.Empty(t, do(t, d, http.MethodGet, summaryURL, "", "Accept-Encoding", refused).Header().Get("Content-Encoding"), refused)
	}
}

func TestWhatIsSmallOrSecretOrNoJSONIsNotCompressed(t *testing.T) {
	t.Parallel()
	d := withSummary(1)
	d.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(strings.Repeat("x 1\n", 1000))) })
	d.Commands.CreateKey = &answers[commands.CreateKey, commands.KeyResult]{answer: commands.KeyResult{
		Key: domain.Key{ID: "k1", Name: strings.Repeat("a", 2000)}, Text: "fb_secret",
	}}
	for name, w := range map[string]*httptest.ResponseRecorder{
		"what fits into a packet": do(t, d, http.MethodGet, summaryURL, "", "Accept-Encoding", "gzip"),
		"metrics":                 do(t, d, http.MethodGet, "/metrics", "", "Accept-Encoding", "gzip"),
		"a key that was made":     do(t, d, http.MethodPost, "/api/v1/keys", `{"name":"a","scopes":["admin"]}`, "Accept-Encoding", "gzip"),
		"the session":             do(t, d, http.MethodGet, "/api/v1/session", "", "Accept-Encoding", "gzip"),
	} {
		assert.Less(t, w.Code, 300, name)
		assert.Positive(t, w.Body.Len(), name)
		assert.Empty(t, w.Header().Get("Content-Encoding"), name)
	}
}

func TestAPanicBehindCompressionIsAnswered(t *testing.T) {
	t.Parallel()
	d, log := logged() // without handlers: nil is called
	requireProblem(t, do(t, d, http.MethodGet, summaryURL, "", "Accept-Encoding", "gzip"), http.StatusInternalServerError)
	assert.Equal(t, 1, countLines(log.String()))
}

func BenchmarkSummary(b *testing.B) {
	for _, n := range []int{50, 50_000} {
		server := api.New(withSummary(n), api.Options{})
		for _, coding := range []string{"identity", "gzip"} {
			b.Run(fmt.Sprintf("%d customers, %s", n, coding), func(b *testing.B) {
				for b.Loop() {
					r := httptest.NewRequest(http.MethodGet, summaryURL, nil)
					r.Header.Set("Accept-Encoding", coding)
					w := httptest.NewRecorder()
					server.ServeHTTP(w, r)
					b.ReportMetric(float64(w.Body.Len()), "B/answer")
				}
			})
		}
	}
}
