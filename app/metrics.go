package app

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/ingest"
)

// visible are the buckets of lags that the promise of one second is about, in seconds.
var visible = []float64{.01, .025, .05, .1, .2, .3, .5, .75, 1, 2, 5, 15, 60}

// quick are the buckets of what should take milliseconds, in seconds.
var quick = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// metrics are what /metrics shows. The router, ingest, the views and the API tell it; gauges are asked when scraped.
type metrics struct {
	registry *prometheus.Registry

	requests      *prometheus.CounterVec
	requestTime   *prometheus.HistogramVec
	batchSize     prometheus.Histogram
	batchBytes    prometheus.Histogram
	appendTime    prometheus.Histogram
	appendRetries prometheus.Counter
	deafSeconds   *prometheus.CounterVec
	pages         *prometheus.CounterVec
	pageTime      *prometheus.HistogramVec
	readerErrors  *prometheus.CounterVec
	pingVisible   prometheus.Histogram
	lineVisible   prometheus.Histogram
}

func newMetrics() *metrics {
	m := &metrics{
		registry:      prometheus.NewRegistry(),
		requests:      counter("http_requests_total", "Requests answered", "operation", "status"),
		requestTime:   histogram("http_request_seconds", "Time from the end of a request's headers to the end of its answer", quick, "operation"),
		appendRetries: prometheus.NewCounter(prometheus.CounterOpts{Name: "fleetbeat_ingest_append_retries_total", Help: "Appends of batches that failed and were repeated"}),
		deafSeconds:   counter("ingest_deaf_seconds_total", "Time in which this node could not hear, by reason", "why"),
		pages:         counter("reader_pages_total", "Pages of the log handled", "reader"),
		pageTime:      histogram("reader_page_seconds", "Time to handle a page", quick, "reader"),
		readerErrors:  counter("reader_errors_total", "Failed tries to handle a page; each is tried again", "reader"),
		batchSize:     single("ingest_batch_heartbeats", "Heartbeats in a batch", prometheus.ExponentialBuckets(1, 4, 9)),
		batchBytes:    single("ingest_batch_bytes", "Payload of a batch", prometheus.ExponentialBuckets(64, 4, 9)),
		appendTime:    single("ingest_append_seconds", "Time until a batch is durable", quick),
		pingVisible:   single("ping_visible_seconds", "Time from the receipt of a heartbeat to where answers show it", visible),
		lineVisible:   single("deadline_visible_seconds", "Time from a deadline to where answers show the disconnection", visible),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.requests, m.requestTime, m.batchSize, m.batchBytes, m.appendTime, m.appendRetries, m.deafSeconds, m.pages, m.pageTime,
		m.readerErrors, m.pingVisible, m.lineVisible)
	return m
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fleetbeat_" + name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "fleetbeat_" + name, Help: help, Buckets: buckets}, labels)
}

func single(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Name: "fleetbeat_" + name, Help: help, Buckets: buckets})
}

// lag returns how many seconds ago a moment was; 0 for none.
func (a *App) lag(at domain.Instant) float64 {
	if at.IsZero() {
		return 0
	}
	return max(0, domain.InstantOf(time.Now()).Sub(at).Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// request counts an answered request.
func (m *metrics) request(operation string, status int, took time.Duration) {
	m.requests.WithLabelValues(operation, strconv.Itoa(status)).Inc()
	m.requestTime.WithLabelValues(operation).Observe(took.Seconds())
}

func (m *metrics) ingest() ingest.Observer {
	return ingest.Observer{
		Stored: func(heartbeats, bytes int, took time.Duration) {
			m.batchSize.Observe(float64(heartbeats))
			m.batchBytes.Observe(float64(bytes))
			m.appendTime.Observe(took.Seconds())
		},
		Retried: func(error) { m.appendRetries.Inc() },
		Deaf:    func(why string, length time.Duration) { m.deafSeconds.WithLabelValues(why).Add(length.Seconds()) },
	}
}

// OnSuccess counts a page handled.
func (m *metrics) OnSuccess(name string, _ eventstore.Delivery, took time.Duration) {
	m.pages.WithLabelValues(name).Inc()
	m.pageTime.WithLabelValues(name).Observe(took.Seconds())
}

// OnError counts a failed try.
func (m *metrics) OnError(name string, _ error) { m.readerErrors.WithLabelValues(name).Inc() }
