package simulate

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"fleetbeat/simulate/truth"
)

// Report is what came of a run. Durations are in milliseconds.
type Report struct {
	Target    string  `json:"target"`
	Run       string  `json:"run"`
	Seed      uint64  `json:"seed"`
	Vehicles  int     `json:"vehicles"`
	Customers int     `json:"customers"`
	Seconds   float64 `json:"seconds"`

	Pings        int64            `json:"pings"` // acknowledged
	PingsASecond float64          `json:"pingsPerSecond"`
	Late         int64            `json:"late"` // sent more than 250 ms after they were planned
	Duplicates   int64            `json:"duplicates"`
	Retries      int64            `json:"retries"`
	Dropped      int64            `json:"dropped"` // given up, as the next was due
	Uploads      int64            `json:"uploads"`
	Uploaded     int64            `json:"uploadedHeartbeats"`
	Rejected     int64            `json:"rejectedLines"`
	Errors       map[string]int64 `json:"errors"` // by kind

	Answered          Quantiles `json:"sentToAnswer"`
	FromPlan          Quantiles `json:"plannedToAnswer"` // a stall counts for all who had to wait
	PingVisible       Quantiles `json:"answerToVisible"` // a sample, by GET
	ConnectVisible    Quantiles `json:"receiptToFeed"`   // vehicles that were connected
	DisconnectVisible Quantiles `json:"deadlineToFeed"`  // vehicles that were disconnected

	Check *truth.Findings `json:"check,omitzero"` // absent without a truth file
}

// Quantiles are those of a duration, in milliseconds, too large by at most a thirtieth.
type Quantiles struct {
	Count int64   `json:"count"`
	P50   float64 `json:"p50Ms"`
	P99   float64 `json:"p99Ms"`
	Max   float64 `json:"maxMs"`
}

func quantilesOf(h *histogram) Quantiles {
	c := h.read()
	in := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return Quantiles{c.total, in(c.quantile(.5)), in(c.quantile(.99)), in(c.max)}
}

// String returns the quantiles for people.
func (q Quantiles) String() string {
	if q.Count == 0 {
		return "none"
	}
	return fmt.Sprintf("p50 %s · p99 %s · max %s  (%d)", short(q.P50), short(q.P99), short(q.Max), q.Count)
}

func short(ms float64) string {
	switch {
	case ms >= 10_000:
		return fmt.Sprintf("%.1f s", ms/1000)
	case ms >= 100:
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.1f ms", ms)
}

// report returns what came of a run by now.
func (e *engine) report(target string, took time.Duration) Report {
	s, f := e.stats, e.plan.Fleet
	errs, _ := s.failures()
	return Report{
		Target: target, Run: e.run, Seed: e.plan.Seed, Vehicles: f.Vehicles(), Customers: f.Customers(), Seconds: took.Seconds(),
		Pings: s.pings.Load(), PingsASecond: float64(s.pings.Load()) / took.Seconds(), Late: s.late.Load(), Duplicates: s.duplicates.Load(),
		Retries: s.retries.Load(), Dropped: s.dropped.Load(), Uploads: s.uploads.Load(), Uploaded: s.lines.Load(), Rejected: s.rejected.Load(), Errors: errs,
		Answered: quantilesOf(&s.answered), FromPlan: quantilesOf(&s.fromPlan), PingVisible: quantilesOf(&s.seen),
		ConnectVisible: quantilesOf(&s.connects), DisconnectVisible: quantilesOf(&s.disconnect),
	}
}

// Write writes the report for people.
func (r *Report) Write(w io.Writer) error {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-22s "+format+"\n", append([]any{name}, args...)...)
	}
	line("fleet", "%d vehicles of %d customers, seed %d, %.0f s against %s", r.Vehicles, r.Customers, r.Seed, r.Seconds, r.Target)
	line("pings", "%d acknowledged, %.0f/s; %d late, %d duplicates, %d retries, %d given up", r.Pings, r.PingsASecond, r.Late, r.Duplicates, r.Retries, r.Dropped)
	line("uploads", "%d with %d heartbeats; %d lines rejected", r.Uploads, r.Uploaded, r.Rejected)
	line("errors", "%s", errorsText(r.Errors))
	line("sent → 202", "%s", r.Answered)
	line("planned → 202", "%s", r.FromPlan)
	line("202 → visible (GET)", "%s", r.PingVisible)
	line("ping → visible (feed)", "%s", r.ConnectVisible)
	line("deadline → visible", "%s", r.DisconnectVisible)
	if r.Check != nil {
		b.WriteString(r.Check.String())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func errorsText(byKind map[string]int64) string {
	if len(byKind) == 0 {
		return "none"
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		parts = append(parts, fmt.Sprintf("%d × %s", byKind[kind], kind))
	}
	return strings.Join(parts, ", ")
}
