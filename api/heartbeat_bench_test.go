package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/stretchr/testify/require"
)

// connections is how many devices ping at the same time in the benchmarks.
const connections = 256

const pingBody = `{"id":"a1","sentAt":"2026-06-01T12:00:00.000Z","location":{"lat":59.3,"lon":18.1},"readings":{"speed":61.5}}`

// instant is a recorder that costs nothing: what remains is the API.
type instant struct{}

func (instant) One(_ context.Context, h domain.Heartbeat, _ domain.CustomerID) (commands.Verdict, error) {
	return commands.Verdict{ID: h.ID, Position: domain.Position{Commit: 123456, Prepare: 123456}}, nil
}

// contenders are a handler that answers 204 without reading, the API, and the same operation as huma would serve it.
func contenders() map[string]http.Handler {
	d := deps()
	d.Commands.RecordHeartbeats = instant{}
	type input struct {
		VIN  string `path:"vin"`
		Body *struct {
			ID       string             `json:"id,omitempty" maxLength:"64"`
			SentAt   *string            `json:"sentAt,omitempty" format:"date-time"`
			Location *domain.Location   `json:"location,omitempty"`
			Readings map[string]float64 `json:"readings,omitempty"`
		}
	}
	type output struct{ Body api.HeartbeatRecorded }
	mux := http.NewServeMux()
	config := huma.DefaultConfig("bench", "1")
	config.CreateHooks = nil
	huma.Register(humago.New(mux, config), huma.Operation{
		OperationID: "ping", Method: http.MethodPost, Path: "/heartbeat/{vin}", DefaultStatus: http.StatusAccepted,
	}, func(ctx context.Context, in *input) (*output, error) {
		h := domain.Heartbeat{VIN: domain.VIN(in.VIN)}
		if in.Body != nil {
			h.ID = in.Body.ID
		}
		verdict, err := instant{}.One(ctx, h, "")
		return &output{api.HeartbeatRecorded{ID: verdict.ID, Position: verdict.Position.String()}}, err
	})
	return map[string]http.Handler{
		"1_nothing": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }),
		"2_api":     api.New(d, api.Options{}),
		"2_api_key": withKey(d),
		"3_huma":    mux,
	}
}

// withKey is the API of a log with keys, asked by a device that has one, within its rate.
func withKey(d api.Deps) http.Handler {
	d.Keys = keyring(keyMade("a", "", "admin"), keyMade("i", "", "ingest"))
	handler, header := api.New(d, api.Options{KeyRate: 1e9}), []string{basic(keyText("i"), "")}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header["Authorization"] = header
		handler.ServeHTTP(w, r)
	})
}

// BenchmarkHeartbeat measures what a ping costs between its headers and its answer.
func BenchmarkHeartbeat(b *testing.B) {
	for name, handler := range contenders() {
		for _, body := range []string{"", pingBody} {
			b.Run(fmt.Sprintf("%s/body=%d", name, len(body)), func(b *testing.B) {
				b.ReportAllocs()
				r := httptest.NewRequest(http.MethodPost, heartbeatURL, nil)
				for b.Loop() {
					if body != "" {
						r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
					}
					handler.ServeHTTP(&discard{header: http.Header{}}, r)
				}
			})
		}
	}
}

// BenchmarkHeartbeatOverHTTP measures pings over 256 kept-open connections. The target is 0.6 of what answers nothing:
// compare medians of several runs (-count), the machine is noisy.
func BenchmarkHeartbeatOverHTTP(b *testing.B) {
	for name, handler := range contenders() {
		for _, body := range []string{"", pingBody} {
			b.Run(fmt.Sprintf("%s/body=%d", name, len(body)), func(b *testing.B) { pingOver(b, handler, body) })
		}
	}
}

func pingOver(b *testing.B, handler http.Handler, body string) {
	server := httptest.NewServer(handler)
	defer server.Close()
	ping := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: fleetbeat\r\nContent-Length: %d\r\n\r\n%s", heartbeatURL, len(body), body)
	var left atomic.Int64
	left.Store(int64(b.N))
	var group sync.WaitGroup
	b.ResetTimer()
	for range connections {
		group.Go(func() {
			connection, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				b.Error(err)
				return
			}
			defer func() { _ = connection.Close() }()
			for in := bufio.NewReader(connection); left.Add(-1) >= 0; {
				if err := pingOnce(connection, in, ping); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pings/s")
}

// pingOnce sends a ping and reads its answer with as little work as can be: client and server share the machine.
func pingOnce(connection net.Conn, in *bufio.Reader, ping string) error {
	if _, err := io.WriteString(connection, ping); err != nil {
		return err
	}
	length := 0
	for line := 0; ; line++ {
		text, err := in.ReadSlice('\n')
		switch {
		case err != nil:
			return err
		case line == 0 && text[9] != '2':
			return fmt.Errorf("answered %s", text)
		case len(text) == 2:
			_, err := in.Discard(length)
			return err
		case strings.HasPrefix(string(text), "Content-Length: "):
			if _, err := fmt.Sscan(string(text[16:len(text)-2]), &length); err != nil {
				return err
			}
		}
	}
}

// discard is the cheapest answer there can be.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

func TestBenchmarksMeasureAnAnsweredPing(t *testing.T) {
	t.Parallel()
	for name, handler := range contenders() {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, heartbeatURL, strings.NewReader(pingBody)))
		require.Equal(t, 2, w.Code/100, "%s: %s", name, w.Body)
	}
}
