package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"fleetbeat/domain"
)

// gauging adds a number of this moment, asked when it is scraped.
type gauging func(name, help string, labels prometheus.Labels, value func() float64)

// gauges are the numbers of this moment: those of this process's roles.
func (a *App) gauges() (gauges []prometheus.Collector) {
	gauge := func(name, help string, labels prometheus.Labels, value func() float64) {
		gauges = append(gauges, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "fleetbeat_" + name, Help: help, ConstLabels: labels}, value))
	}
	if a.liveness != nil {
		a.livenessGauges(gauge)
	}
	if a.options.Roles.Has(RoleAPI) {
		gauge("ingest_queue_heartbeats", "Heartbeats that wait for their batch", nil, func() float64 {
			if a.ingest == nil {
				return 0
			}
			return float64(a.ingest.Stats().Heartbeats)
		})
		gauge("feed_readers", "Clients that follow the feed of changes", nil, func() float64 { return float64(a.feedStats().Readers) })
		gauges = append(gauges, prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "fleetbeat_feed_readers_cut_off_total", Help: "Clients that followed the feed of changes and were too slow",
		}, func() float64 { return float64(a.feedStats().CutOff) }))
	}
	if a.disk != nil {
		a.disk.gauges(gauge)
	}
	for _, v := range a.views.all {
		label := prometheus.Labels{"view": v.name}
		gauge("view_lag_seconds", "How long ago the moment is that a view shows", label, func() float64 { return a.lag(v.folding().State().AsOf) })
		gauge("view_owner", "1 where this process folds a view, 0 where it stands by or only reads it", label, func() float64 { return one(v.owned()) })
	}
	return gauges
}

// livenessGauges are the numbers of who decides.
func (a *App) livenessGauges(gauge gauging) {
	for _, s := range []domain.Status{domain.Connected, domain.Disconnected, domain.NeverSeen} {
		gauge("vehicles", "Vehicles by status", prometheus.Labels{"status": string(s)},
			func() float64 { return float64(a.liveness.Status().Vehicles[s]) })
	}
	gauge("watermark_lag_seconds", "How long ago the moment is up to which everything is known", nil,
		func() float64 { return a.lag(a.liveness.Status().Watermark) })
	gauge("liveness_unwritten", "Transitions and spans decided and not yet in the log", nil,
		func() float64 { return float64(a.liveness.Status().Unwritten) })
	gauge("liveness_owner", "1 where this process writes what it decides, 0 where it stands by", nil,
		func() float64 { return one(a.liveness.Status().Owner) })
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
