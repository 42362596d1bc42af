package app

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

const (
	feedFor      = 10 * time.Second
	feedRate     = 100 // transitions a second
	feedWatchers = 20  // readers that look at what they get
)

var feedFollowers = flag.Int("feed.readers", 5000, "readers of BenchmarkFeed")

// BenchmarkFeed lets clients follow the feed over TCP while a hundred vehicles a second connect, one of them stuck, and
// prints how long each transition takes from the receipt of its ping to its readers, what a reader costs in memory, and
// what the whole process needs of the processor in the ten seconds: the clients too, which do no more than read. The floor is the same bytes
// written to as many plain connections, as often as the feed wakes so many readers. An op is the whole of it.
//
//	go test ./app -run '^$' -bench Feed -benchtime 1x
func BenchmarkFeed(b *testing.B) {
	a := startBench(b)
	total := int(feedFor/time.Second) * feedRate
	importFleet(b, a, total*2, 0)
	for b.Loop() {
		idle := cpuDuring(b, func() { pingAtRate(b, a, 0, total) })
		before := memory()
		streams := make([]net.Conn, *feedFollowers)
		for i := range streams {
			streams[i] = openStream(b, a)
		}
		until(b, "all follow", func() bool { return a.feedStats().Readers == int64(len(streams)) })
		cost := memory() - before
		clients := readAll(streams, 1) // the last one is stuck: nobody reads it
		began := time.Now()
		busy := cpuDuring(b, func() {
			pingAtRate(b, a, total, total)
			<-time.After(time.Second)
		})
		elapsed := time.Since(began) // longer than it should be where the machine has other work
		require.LessOrEqual(b, a.feedStats().CutOff, int64(1), "nobody but the stuck one")
		took, received := clients.end(streams)
		require.GreaterOrEqual(b, len(took), total*min(feedWatchers, len(streams)-1))
		b.ReportMetric(1000*quantile(took, .5), "visible-p50-ms")
		b.ReportMetric(1000*quantile(took, .99), "visible-p99-ms")
		b.ReportMetric(1000*quantile(took, 1), "visible-max-ms")
		floor, slowest := plainWrites(b, received, elapsed)
		b.ReportMetric(1000*slowest, "floor-p99-ms")
		b.ReportMetric(idle.Seconds(), "cpu-s-without-readers")
		b.ReportMetric(busy.Seconds(), "cpu-s-with-readers")
		b.ReportMetric(floor.Seconds(), "floor-cpu-s")
		b.ReportMetric(float64(floor)/float64(busy-idle), "cpu-ratio")
		b.ReportMetric(float64(cost)/float64(len(streams))/1024, "KiB/reader")
		b.ReportMetric(float64(received)/1e6/elapsed.Seconds(), "MB/s")
		b.ReportMetric(float64(a.feedStats().CutOff), "cut-off")
	}
}

// plainWrites sends as many bytes to as many plain connections as readers of the feed got, and returns what that took of
// the processor, and how long it took to write to all of them once.
func plainWrites(b *testing.B, bytes int64, within time.Duration) (cpu time.Duration, slowest float64) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	defer func() { _ = listener.Close() }()
	near, far := make([]net.Conn, *feedFollowers), make([]net.Conn, *feedFollowers)
	for i := range near {
		far[i], err = net.Dial("tcp", listener.Addr().String())
		require.NoError(b, err)
		near[i], err = listener.Accept()
		require.NoError(b, err)
	}
	clients := readAll(far, 0)
	const every = 250 * time.Millisecond
	turns := int(within / every)
	part := make([]byte, max(1, int(bytes)/len(near)/turns))
	var took []time.Duration
	cpu = cpuDuring(b, func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for range turns {
			<-tick.C
			began := time.Now()
			for _, conn := range near {
				_, err := conn.Write(part)
				require.NoError(b, err)
			}
			took = append(took, time.Since(began))
		}
	})
	for _, conn := range near {
		_ = conn.Close()
	}
	clients.reading.Wait() // to the end of each
	_, received := clients.end(far)
	require.EqualValues(b, len(part)*turns*len(near), received)
	return cpu, quantile(took, .99)
}

// memory returns how much memory this process uses for what lives, stacks too.
func memory() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// clients read connections.
type clients struct {
	reading  sync.WaitGroup
	received atomic.Int64
	mu       sync.Mutex
	took     []time.Duration
}

// readAll reads connections to their end, but for some at the end of the list. The first are watched.
func readAll(conns []net.Conn, stuck int) *clients {
	c := &clients{}
	for i, conn := range conns[:len(conns)-stuck] {
		c.reading.Go(func() {
			counted := &countingReader{conn: conn, count: &c.received}
			if i >= feedWatchers {
				_, _ = io.Copy(io.Discard, counted) // ends with the connection
				return
			}
			lags := watch(counted)
			c.mu.Lock()
			defer c.mu.Unlock()
			c.took = append(c.took, lags...)
		})
	}
	return c
}

// end ends the connections and returns how late what was watched came, and how many bytes came in all.
func (c *clients) end(conns []net.Conn) (took []time.Duration, received int64) {
	for _, conn := range conns {
		_ = conn.Close()
	}
	c.reading.Wait()
	return c.took, c.received.Load()
}

// countingReader counts what is read, and hides what else a connection can do: copying from it would be done by the kernel
// alone.
type countingReader struct {
	conn  net.Conn
	count *atomic.Int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.conn.Read(p)
	r.count.Add(int64(n))
	return n, err
}

// openStream asks for the feed.
func openStream(b *testing.B, a *App) net.Conn {
	b.Helper()
	conn, err := net.Dial("tcp", a.Addr())
	require.NoError(b, err)
	_, err = fmt.Fprintf(conn, "GET /api/v1/changes HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n\r\n", a.Addr())
	require.NoError(b, err)
	return conn
}

// watch returns how old each transition was when it came.
func watch(conn io.Reader) (lags []time.Duration) {
	for lines := bufio.NewReader(conn); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return lags
		}
		_, rest, ok := bytes.Cut(line, []byte(`"at":"`))
		if end := bytes.IndexByte(rest, '"'); ok && end > 0 {
			var at domain.Instant
			if at.UnmarshalText(rest[:end]) == nil {
				lags = append(lags, domain.InstantOf(time.Now()).Sub(at))
			}
		}
	}
}

// pingAtRate lets n vehicles be heard for the first time, feedRate a second.
func pingAtRate(b *testing.B, a *App, first, n int) {
	b.Helper()
	tick := time.NewTicker(time.Second / feedRate)
	defer tick.Stop()
	for i := range n {
		<-tick.C
		_, err := a.commands.RecordHeartbeats.One(b.Context(), domain.Heartbeat{VIN: domain.VIN(benchVIN(first + i))}, "")
		require.NoError(b, err)
	}
}

// cpuDuring returns how much of the processor the process used while f ran.
func cpuDuring(b *testing.B, f func()) time.Duration {
	b.Helper()
	used := func() time.Duration {
		var u syscall.Rusage
		require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	f()
	return used() - before
}
