package app

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
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

// BenchmarkFeed lets clients follow the feed over TCP while a hundred vehicles a second connect, and prints how long each
// transition takes from the receipt of its ping to its readers, and what the whole process needs of the processor: the
// clients too, which do no more than read. An op is the whole of it.
//
//	go test ./app -run '^$' -bench Feed -benchtime 1x
func BenchmarkFeed(b *testing.B) {
	a := startBench(b)
	total := int(feedFor/time.Second) * feedRate
	importFleet(b, a, total*2, 0)
	var received atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	for b.Loop() {
		idle := cpuDuring(b, func() { pingAtRate(b, a, 0, total) })
		var readers sync.WaitGroup
		var conns []net.Conn
		ready := make(chan struct{}, *feedFollowers)
		for i := range *feedFollowers {
			conn := openStream(b, a)
			conns = append(conns, conn)
			readers.Go(func() {
				if i >= feedWatchers {
					ready <- struct{}{}
					n, _ := io.Copy(io.Discard, justReader{conn}) // ends with the connection
					received.Add(n)
					return
				}
				lags := watch(conn, ready)
				mu.Lock()
				took = append(took, lags...)
				mu.Unlock()
			})
		}
		for range *feedFollowers {
			<-ready
		}
		until(b, "all follow", func() bool { return a.feedStats().Readers == int64(*feedFollowers) })
		busy := cpuDuring(b, func() {
			pingAtRate(b, a, total, total)
			<-time.After(time.Second)
		})
		require.Zero(b, a.feedStats().CutOff)
		for _, conn := range conns {
			_ = conn.Close()
		}
		readers.Wait()
		require.GreaterOrEqual(b, len(took), total*min(feedWatchers, *feedFollowers))
		b.ReportMetric(1000*quantile(took, .5), "visible-p50-ms")
		b.ReportMetric(1000*quantile(took, .99), "visible-p99-ms")
		b.ReportMetric(1000*quantile(took, 1), "visible-max-ms")
		b.ReportMetric(idle, "cores-without-readers")
		b.ReportMetric(busy, "cores-with-readers")
		b.ReportMetric(float64(received.Load())/1e6/feedFor.Seconds(), "MB/s")
	}
}

// justReader hides what else a connection can do: copying from it would be done by the kernel alone.
type justReader struct{ io.Reader }

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
func watch(conn io.Reader, ready chan<- struct{}) (lags []time.Duration) {
	ready <- struct{}{}
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

// cpuDuring returns how many cores the process kept busy while f ran.
func cpuDuring(b *testing.B, f func()) float64 {
	b.Helper()
	used := func() time.Duration {
		var u syscall.Rusage
		require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before, began := used(), time.Now()
	f()
	return float64(used()-before) / float64(time.Since(began))
}
