package app

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fleetbeat/commands"
	"fleetbeat/domain"
)

const (
	briefEvery   = 10 // every tenth vehicle is brief
	briefTimeout = 5 * time.Second
	visibleFor   = 20 * time.Second // how long is measured
	senders      = 32
)

var visibleFleet = flag.Int("visible.fleet", 20_000, "vehicles of BenchmarkVisible; the target is for 100,000")

func isBrief(i, every int) bool { return every > 0 && i%every == 0 }

// BenchmarkVisible lets a fleet ping once a minute over HTTP and prints how long a new connection and a passed deadline
// take to be visible, by the app's own metrics, and how long it takes from the sending of a ping to an answer with
// after= that shows it. Every tenth vehicle has a timeout of 5 s: it connects with each ping and is disconnected 5 s
// later; the others stay connected. An op is the whole of it.
//
//	go test ./app -run '^$' -bench Visible -visible.fleet 100000
func BenchmarkVisible(b *testing.B) {
	fleet := *visibleFleet
	a := startBench(b)
	importFleet(b, a, fleet, briefEvery)
	began := time.Now()
	allPing(b, a, fleet)
	until(b, "all have been connected", func() bool { return gather(b, a, "ping_visible").count() >= float64(fleet) })
	atOnce := time.Since(began)
	brief := float64((fleet + briefEvery - 1) / briefEvery)
	until(b, "brief ones are disconnected", func() bool { return gather(b, a, "deadline_visible").count() >= brief })
	for b.Loop() {
		b.ReportMetric(atOnce.Seconds(), "all-at-once-s")
		connected, disconnected := gather(b, a, "ping_visible"), gather(b, a, "deadline_visible")
		var probing sync.WaitGroup
		var seen []time.Duration
		stop := make(chan struct{})
		probing.Go(func() { seen = probe(b, a, fleet, stop) })
		answered := pingOnceAMinute(b, a, fleet)
		close(stop)
		probing.Wait()
		report := func(name string, p50, p99 float64) {
			b.ReportMetric(1000*p50, name+"-p50-ms")
			b.ReportMetric(1000*p99, name+"-p99-ms")
		}
		connected, disconnected = gather(b, a, "ping_visible").minus(connected), gather(b, a, "deadline_visible").minus(disconnected)
		report("ping-visible", connected.quantile(.5), connected.quantile(.99))
		report("deadline-visible", disconnected.quantile(.5), disconnected.quantile(.99))
		report("ping-answer", quantile(answered, .5), quantile(answered, .99))
		report("ping-after", quantile(seen, .5), quantile(seen, .99))
		b.ReportMetric(float64(len(answered))/visibleFor.Seconds(), "pings/s")
		b.ReportMetric(connected.count()/visibleFor.Seconds(), "connected/s")
		b.ReportMetric(disconnected.count()/visibleFor.Seconds(), "disconnected/s")
	}
}

// allPing sends a heartbeat of every vehicle at once.
func allPing(b *testing.B, a *App, fleet int) {
	b.Helper()
	heartbeats := make([]domain.Heartbeat, fleet)
	for i := range heartbeats {
		heartbeats[i].VIN = domain.VIN(benchVIN(i))
	}
	result, err := a.commands.RecordHeartbeats.Handle(b.Context(), commands.RecordHeartbeats{Heartbeats: heartbeats})
	require.NoError(b, err)
	require.Equal(b, fleet, result.Accepted)
}

// pingOnceAMinute sends, for visibleFor, each vehicle's ping at its own time of the minute, and returns how long each
// took from that time to its answer, so that a ping that had to wait for its turn counts as slow.
func pingOnceAMinute(b *testing.B, a *App, fleet int) (took []time.Duration) {
	b.Helper()
	apart := time.Minute / time.Duration(fleet)
	due := make(chan int, fleet)
	start := time.Now()
	var mu sync.Mutex
	var sending sync.WaitGroup
	for _, c := range connect(b, a.Addr(), senders) {
		sending.Go(func() {
			for i := range due {
				if _, err := c.do(pingRequest(i, fullBody)); err != nil {
					b.Error(err)
					return
				}
				mu.Lock()
				took = append(took, time.Since(start.Add(time.Duration(i)*apart)))
				mu.Unlock()
			}
		})
	}
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for next := 0; time.Since(start) < visibleFor; <-tick.C {
		for ; time.Duration(next)*apart <= time.Since(start); next++ {
			due <- next
		}
	}
	close(due)
	sending.Wait()
	return took
}

// probe pings disconnected vehicles whose own time does not come, and asks for each with after= what it is. It returns
// the times from sending a ping to the answer that shows it.
func probe(b *testing.B, a *App, fleet int, stop <-chan struct{}) (took []time.Duration) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for i := (fleet - 1) / briefEvery * briefEvery; i > fleet/2; i -= briefEvery {
		select {
		case <-stop:
			return took
		case <-tick.C:
		}
		var recorded struct{ Position string }
		var vehicle struct{ Status domain.Status }
		start := time.Now()
		ask(b, http.MethodPost, fmt.Sprintf("http://%s/heartbeat/%s", a.Addr(), benchVIN(i)), &recorded)
		ask(b, http.MethodGet, fmt.Sprintf("http://%s/api/v1/vehicles/%s?after=%s", a.Addr(), benchVIN(i), recorded.Position), &vehicle)
		took = append(took, time.Since(start))
		if vehicle.Status != domain.Connected {
			b.Errorf("after its ping %s is %q", benchVIN(i), vehicle.Status)
		}
	}
	return took
}

// ask sends a request and decodes the answer. It fails the benchmark and leaves the answer zero where there is none.
func ask(b *testing.B, method, url string, into any) {
	request, err := http.NewRequestWithContext(b.Context(), method, url, http.NoBody)
	if err != nil {
		b.Error(err)
		return
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Error(err)
		return
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil || response.StatusCode/100 != 2 {
		b.Errorf("%s %s: %s %s %v", method, url, response.Status, body, err)
	}
}

// buckets are a histogram: how many observations were at most so many seconds.
type buckets struct {
	bounds []float64
	counts []float64 // cumulative; the last bound is +Inf
}

func gather(b *testing.B, a *App, name string) (h buckets) {
	b.Helper()
	families, err := a.metrics.registry.Gather()
	require.NoError(b, err)
	for _, family := range families {
		if family.GetName() != "fleetbeat_"+name+"_seconds" {
			continue
		}
		histogram := family.GetMetric()[0].GetHistogram()
		for _, bucket := range histogram.GetBucket() {
			h.bounds = append(h.bounds, bucket.GetUpperBound())
			h.counts = append(h.counts, float64(bucket.GetCumulativeCount()))
		}
		h.bounds = append(h.bounds, math.Inf(1))
		h.counts = append(h.counts, float64(histogram.GetSampleCount()))
	}
	require.NotEmpty(b, h.bounds, name)
	return h
}

func (h buckets) minus(before buckets) buckets {
	for i := range h.counts {
		h.counts[i] -= before.counts[i]
	}
	return h
}

func (h buckets) count() float64 { return h.counts[len(h.counts)-1] }

// quantile interpolates within the bucket, as Prometheus does.
func (h buckets) quantile(q float64) float64 {
	rank := q * h.count()
	i := slices.IndexFunc(h.counts, func(c float64) bool { return c >= rank })
	low, under := 0.0, 0.0
	if i > 0 {
		low, under = h.bounds[i-1], h.counts[i-1]
	}
	if math.IsInf(h.bounds[i], 1) || h.counts[i] == under {
		return low
	}
	return low + (h.bounds[i]-low)*(rank-under)/(h.counts[i]-under)
}

// quantile returns a quantile in seconds.
func quantile(all []time.Duration, q float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[int(q*float64(len(all)-1))].Seconds()
}
