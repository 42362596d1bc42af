package app

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"
)

const (
	pingConnections = 256
	pingVehicles    = 1000
	pingRounds      = 11     // of each contender, in turns
	pingsARound     = 10_000 // about a third of a second
)

// fullBody is a heartbeat with everything that a vehicle may say. The number in its id is counted up: one that came before
// would be stored as bare contact.
const fullBody = `{"id":"000000000000","sentAt":"2026-06-01T12:00:00.000Z","location":{"lat":59.3326,"lon":18.0649},` +
	`"readings":{"speed":61.5,"fuel":33,"engine_temperature":88.25}}`

var rounds = flag.Int("ping.rounds", pingRounds, "rounds of BenchmarkPing; more for a profile")

// BenchmarkPing is one durable ping a request over 256 kept-open connections, against an app on a real SQLite log, in
// turns with its floor: the same server on a handler that answers 204 without reading. An op is a ping. The target is a
// ratio of at least 0.6, the median over the rounds; cpu-ratio is the same of processor time, which says more where the
// machine has other work. Client and server share the machine, so part of both times is the client's.
func BenchmarkPing(b *testing.B) {
	for _, c := range []struct{ name, body string }{{"empty", ""}, {"full", fullBody}} {
		b.Run(c.name, func(b *testing.B) { benchPing(b, c.body) })
	}
}

func benchPing(b *testing.B, body string) {
	a := startBench(b)
	importFleet(b, a, pingVehicles, 0)
	nothing := &contender{clients: connect(b, serveNothing(b), pingConnections)}
	pings := &contender{clients: connect(b, a.Addr(), pingConnections)}
	for i, c := range slices.Concat(nothing.clients, pings.clients) {
		for vehicle := i % pingConnections; vehicle < pingVehicles; vehicle += pingConnections {
			c.requests = append(c.requests, pingRequest(vehicle, body))
		}
	}
	nothing.round(b) // opens what is opened once, and is not counted
	pings.round(b)
	nothing.done, pings.done = nil, nil
	for b.Loop() {
		for range *rounds {
			nothing.round(b)
			pings.round(b)
		}
	}
	b.ReportMetric(pings.median(round.rate), "pings/s")
	b.ReportMetric(nothing.median(round.rate), "floor-pings/s")
	ratios := make([]float64, len(pings.done))
	for i := range ratios {
		ratios[i] = pings.done[i].rate() / nothing.done[i].rate()
	}
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(nothing.median(round.work)/pings.median(round.work), "cpu-ratio")
	b.ReportMetric(1e9*pings.median(round.work), "cpu-ns/op")
	b.ReportMetric(1e9/pings.median(round.rate), "ns/op")
	b.ReportMetric(pings.median(func(r round) float64 { return r.bytes / pingsARound }), "B/op")
	b.ReportMetric(pings.median(func(r round) float64 { return r.mallocs / pingsARound }), "allocs/op")
}

// contender is who answers pings, and what it did in its rounds.
type contender struct {
	clients []*client
	done    []round
}

// round is what pingsARound requests took, the whole process together.
type round struct {
	wall, cpu      time.Duration
	mallocs, bytes float64
}

func (r round) rate() float64 { return pingsARound / r.wall.Seconds() }
func (r round) work() float64 { return r.cpu.Seconds() / pingsARound }

func (c *contender) median(of func(round) float64) float64 {
	var all []float64
	for _, r := range c.done {
		all = append(all, of(r))
	}
	return median(all)
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// round sends pingsARound requests over all connections, each of which sends the next when it has its answer.
func (c *contender) round(b *testing.B) {
	b.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var group sync.WaitGroup
	var next atomic.Int64
	start, worked := time.Now(), cpuTime(b)
	for _, client := range c.clients {
		group.Go(func() {
			for n := next.Add(1); n <= pingsARound; n = next.Add(1) {
				if err := client.ping(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	r := round{wall: time.Since(start), cpu: cpuTime(b) - worked}
	runtime.ReadMemStats(&after)
	r.mallocs, r.bytes = float64(after.Mallocs-before.Mallocs), float64(after.TotalAlloc-before.TotalAlloc)
	c.done = append(c.done, r)
}

// cpuTime returns how long this process has worked, on all processors together.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage unix.Rusage
	require.NoError(b, unix.Getrusage(unix.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// client is one connection that does as little as a client can: what it costs is not there to be measured.
type client struct {
	conn     net.Conn
	requests [][]byte // its own: ping writes into them
	pings    int
	buffer   [4096]byte
}

func connect(b *testing.B, address string, n int) (clients []*client) {
	b.Helper()
	for range n {
		conn, err := net.Dial("tcp", address)
		require.NoError(b, err)
		b.Cleanup(func() { _ = conn.Close() })
		clients = append(clients, &client{conn: conn})
	}
	return clients
}

var (
	errAnswer   = errors.New("unexpected answer")
	headEnd     = []byte("\r\n\r\n")
	lengthField = []byte("\r\nContent-Length: ")
)

// ping sends the next of its requests, with an id that none before had.
func (c *client) ping() error {
	c.pings++
	request := c.requests[c.pings%len(c.requests)]
	if id := bytes.Index(request, []byte(`{"id":"`)); id >= 0 {
		last := id + len(`{"id":"`) + 11
		for n := c.pings; n > 0; n /= 10 {
			request[last] = byte('0' + n%10)
			last--
		}
	}
	_, err := c.do(request)
	return err
}

// do sends a request and returns the body of its answer, which is good until the next one.
func (c *client) do(request []byte) ([]byte, error) {
	if _, err := c.conn.Write(request); err != nil {
		return nil, err
	}
	for n := 0; ; {
		read, err := c.conn.Read(c.buffer[n:])
		if err != nil {
			return nil, err
		}
		n += read
		head := bytes.Index(c.buffer[:n], headEnd)
		if head < 0 {
			continue
		}
		if c.buffer[9] != '2' {
			return nil, fmt.Errorf("%w: %s", errAnswer, c.buffer[:n])
		}
		length := 0
		if at := bytes.Index(c.buffer[:head], lengthField); at >= 0 {
			for _, digit := range c.buffer[at+len(lengthField) : head] {
				if digit == '\r' {
					break
				}
				length = 10*length + int(digit-'0')
			}
		}
		if body := head + len(headEnd); n >= body+length {
			return c.buffer[body : body+length], nil
		}
	}
}

func benchVIN(i int) string { return fmt.Sprintf("YS2R4X%011d", i) }

func pingRequest(vehicle int, body string) []byte {
	return fmt.Appendf(nil, "POST /heartbeat/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%s", benchVIN(vehicle), len(body), body)
}

// serveNothing serves, as the app does, a handler that answers 204 without reading.
func serveNothing(b *testing.B) (address string) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	server := api.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }),
		slog.New(slog.DiscardHandler))
	go func() { _ = server.Serve(listener) }() // ends with Close
	b.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// startBench starts an app on a free port and an empty folder.
func startBench(b *testing.B) *App {
	b.Helper()
	a, err := New(b.Context(), Options{
		Listen: "127.0.0.1:0", Data: b.TempDir(), Interval: time.Minute, Grace: 30 * time.Second, HeartbeatsMaxAge: time.Hour,
		Logger: slog.New(slog.DiscardHandler), Version: "bench",
	})
	require.NoError(b, err)
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), StopTimeout)
		defer cancel()
		require.NoError(b, a.Stop(ctx))
	})
	a.Start()
	until(b, "ready", func() bool { return len(a.unready(b.Context())) == 0 })
	return a
}

// until waits for what somebody else does.
func until(b *testing.B, what string, done func() bool) {
	b.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	patience := time.After(2 * time.Minute)
	for !done() {
		select {
		case <-tick.C:
		case <-patience:
			b.Fatalf("waited in vain: %s", what)
		}
	}
}

// importFleet registers vehicles of fifty customers; every brief-th has a timeout of briefTimeout.
func importFleet(b *testing.B, a *App, vehicles, brief int) {
	b.Helper()
	var none, interval, grace = "", strconv.Itoa(int(briefTimeout / time.Second)), "0"
	var rows []commands.Row
	for i := range vehicles {
		row := commands.Row{
			Line: i + 2, VIN: benchVIN(i), RegistrationNumber: fmt.Sprintf("ABC%06d", i), Customer: fmt.Sprintf("Åkeri %d AB", i%50),
			IntervalSeconds: &none, GraceSeconds: &none,
		}
		if isBrief(i, brief) {
			row.IntervalSeconds, row.GraceSeconds = &interval, &grace
		}
		rows = append(rows, row)
	}
	var last domain.Position
	for part := range slices.Chunk(rows, commands.MaxImportRows) {
		result, err := a.commands.ImportFleet.Handle(b.Context(), commands.ImportFleet{Rows: part})
		require.NoError(b, err)
		require.Empty(b, result.Problems)
		last = result.Position
	}
	until(b, "the import is in the registry", func() bool { return !a.registry.Folded().Before(last) })
}
