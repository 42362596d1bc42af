package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	fastjson "github.com/go-json-experiment/json"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/eventstore/messaging"
)

const (
	uploadRounds = 7
	uploadLines  = 100_000 // of a round
)

// BenchmarkUpload is one upload over HTTP, durable, on a real SQLite log, in turns with its floor: decoding the same lines
// and nothing else, into one struct that is used again. An op is some rounds of both. The target is a ratio of at least
// 0.4, the median over the rounds. "log" has nobody who reads the log but the registry: what an upload itself costs.
// "whole" has liveness and the views, which fold the same heartbeats on the same processors at the same time. The cpu-ns
// are processor time a line, that of the readers too: they say more where the machine has other work.
func BenchmarkUpload(b *testing.B) {
	for _, c := range []struct {
		name, coding string
		start        func(*testing.B) *App
	}{
		{"log/plain", "", startLogBench}, {"log/gzip", "gzip", startLogBench}, {"log/zstd", "zstd", startLogBench},
		{"whole/plain", "", startBench}, {"whole/gzip", "gzip", startBench}, {"whole/zstd", "zstd", startBench},
	} {
		b.Run(c.name, func(b *testing.B) {
			a, coding := c.start(b), c.coding
			importFleet(b, a, pingVehicles, 0)
			var floors, uploads, ratios, floorWork, work []float64
			next := 0
			for b.Loop() {
				for range uploadRounds {
					lines := uploadText(next)
					next += uploadLines
					body := compressed(b, coding, lines)
					before := cpuTime(b)
					floor := decodeOnly(b, lines)
					decoded := cpuTime(b)
					rate := uploadOnce(b, a, coding, body)
					untilFolded(b, a)
					floorWork = append(floorWork, float64(decoded-before)/uploadLines)
					work = append(work, float64(cpuTime(b)-decoded)/uploadLines)
					floors, uploads, ratios = append(floors, floor), append(uploads, rate), append(ratios, rate/floor)
				}
			}
			b.ReportMetric(median(uploads), "lines/s")
			b.ReportMetric(median(floors), "floor-lines/s")
			b.ReportMetric(median(ratios), "ratio")
			b.ReportMetric(median(work), "cpu-ns/line")
			b.ReportMetric(median(floorWork), "floor-cpu-ns/line")
		})
	}
}

// startLogBench starts what takes and stores heartbeats, and nothing that reads them.
func startLogBench(b *testing.B) *App {
	b.Helper()
	a := &App{log: slog.New(slog.DiscardHandler), failed: make(chan error, 1), health: newHealth(), registry: commands.NewRegistry(), views: &views{}, node: localNode}
	a.options = Options{Listen: "127.0.0.1:0", Data: b.TempDir(), Interval: time.Minute, Grace: 30 * time.Second, HeartbeatsMaxAge: time.Hour}
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), StopTimeout)
		defer cancel()
		require.NoError(b, a.Stop(ctx))
	})
	require.NoError(b, a.openLog(b.Context()))
	var err error
	a.router, err = messaging.NewRouter(a.log, messaging.RouterConfig{CloseTimeout: StopTimeout})
	require.NoError(b, err)
	require.NoError(b, a.addReader(reader{"registry", commands.RegistryEvents(), fromStart, a.registry.Fold}))
	ended := make(chan error, 1)
	go func() { ended <- a.router.Run(context.WithoutCancel(b.Context())) }()
	a.running.push("readers of the log", func(context.Context) error { return errors.Join(a.router.Close(), <-ended) })
	require.NoError(b, a.listen(b.Context()))
	a.metrics = newMetrics()
	require.NoError(b, a.startClock(b.Context()))
	require.NoError(b, a.openIngest(b.Context()))
	deps := api.Deps{LogID: a.logID, Log: a.log, Commands: api.Commands{RecordMany: a.commands.RecordHeartbeats}}
	a.server = api.NewServer(api.New(deps, api.Options{}), a.log)
	a.Start()
	until(b, "ready", func() bool { return a.ingest.Ready() == nil && a.registry.Ready() })
	return a
}

// untilFolded waits until the views have seen what is in the log.
func untilFolded(b *testing.B, a *App) {
	head, err := a.store.Head(b.Context())
	require.NoError(b, err)
	for _, v := range a.views.all {
		until(b, "folded", func() bool { return !v.folding().State().Position.Before(head) })
	}
}

// uploadText returns lines with everything that a vehicle may say, their ids counted from first.
func uploadText(first int) []byte {
	var text bytes.Buffer
	for i := range uploadLines {
		fmt.Fprintf(&text, `{"vin":"%s","id":"%012d",%s`+"\n", benchVIN(i%pingVehicles), first+i, fullBody[len(`{"id":"000000000000",`):])
	}
	return text.Bytes()
}

func compressed(b *testing.B, coding string, text []byte) []byte {
	var out bytes.Buffer
	switch coding {
	case "gzip":
		w := gzip.NewWriter(&out)
		_, err := w.Write(text)
		require.NoError(b, err)
		require.NoError(b, w.Close())
	case "zstd":
		w, err := zstd.NewWriter(&out)
		require.NoError(b, err)
		_, err = w.Write(text)
		require.NoError(b, err)
		require.NoError(b, w.Close())
	default:
		return text
	}
	return out.Bytes()
}

// decodeOnly decodes lines and returns how many it did in a second.
func decodeOnly(b *testing.B, text []byte) float64 {
	began := time.Now()
	readings := map[string]float64{}
	for line := range bytes.Lines(text) {
		clear(readings)
		into := api.HeartbeatLine{NewHeartbeat: api.NewHeartbeat{Readings: readings}}
		if err := fastjson.Unmarshal(line, &into, fastjson.RejectUnknownMembers(true)); err != nil {
			b.Fatal(err)
		}
	}
	return uploadLines / time.Since(began).Seconds()
}

// uploadOnce uploads lines, all of them good, and returns how many were durable in a second.
func uploadOnce(b *testing.B, a *App, coding string, body []byte) float64 {
	began := time.Now()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "http://"+a.Addr()+"/heartbeats", bytes.NewReader(body))
	require.NoError(b, err)
	r.Header.Set("Content-Type", "application/x-ndjson")
	if coding != "" {
		r.Header.Set("Content-Encoding", coding)
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(b, err)
	var recorded api.HeartbeatsRecorded
	require.NoError(b, json.NewDecoder(response.Body).Decode(&recorded))
	require.NoError(b, response.Body.Close())
	require.Equal(b, int64(uploadLines), recorded.Accepted, "%+v", recorded)
	return uploadLines / time.Since(began).Seconds()
}
