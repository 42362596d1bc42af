package liveness

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// start is the moment from which written logs count their seconds.
const start domain.Instant = 1_767_225_600_000 // 2026-01-01

func sec(s float64) domain.Instant { return start + domain.Instant(s*1000) }

func vin(n int) domain.VIN { return domain.VIN(fmt.Sprintf("TESTVEHCLE%07d", n)) }

func seconds(n int64) *int64 { return &n }

// written is a log being written by hand. Its defaults are an interval of 10 s without grace and vehicles 1 to 3 of one
// customer.
type written struct {
	t   *testing.T
	log *memLog
}

func write(t *testing.T) written {
	w := written{t, newMemLog()}
	w.log.put(t, domain.SettingsStream, domain.SettingsChanged{Settings: domain.Settings{IntervalSeconds: 10}})
	w.log.put(t, "customer-a", domain.CustomerRegistered{Customer: domain.Customer{ID: "a", Name: "A"}})
	for n := range 3 {
		w.register(n+1, nil)
	}
	return w
}

func (w written) register(n int, interval *int64) {
	w.log.put(w.t, domain.VehicleStream(vin(n)), domain.VehicleRegistered{Vehicle: domain.Vehicle{
		VIN: vin(n), RegistrationNumber: "R", CustomerID: "a", Overrides: domain.Overrides{IntervalSeconds: interval}}})
}

func (w written) settings(interval int64) {
	w.log.put(w.t, domain.SettingsStream, domain.SettingsChanged{Settings: domain.Settings{IntervalSeconds: interval}})
}

func (w written) open(node string, at float64) {
	w.log.put(w.t, domain.IngestStream(node), domain.IngestOpened{At: sec(at)})
}

func (w written) deaf(node string, from, at float64, why string) {
	w.log.put(w.t, domain.IngestStream(node), domain.IngestOpened{At: sec(at), DeafFrom: sec(from), Why: why})
}

func (w written) close(node string, at float64) {
	w.log.put(w.t, domain.IngestStream(node), domain.IngestClosed{At: sec(at)})
}

// heard is a heartbeat of a vehicle, received at a moment.
type heard struct {
	n  int
	at float64
}

func (w written) batch(node string, until float64, hs ...heard) {
	b := domain.HeartbeatsRecorded{Until: sec(until)}
	for _, h := range hs {
		b.Heartbeats = append(b.Heartbeats, domain.Heartbeat{VIN: vin(h.n), ID: "x", ReceivedAt: sec(h.at)})
	}
	w.log.put(w.t, domain.IngestStream(node), b)
}

// told describes what liveness wrote to a log in memory.
func told(t testing.TB, log *memLog) []string {
	t.Helper()
	return describe(log.events(t, domain.ConnectionsStream))
}

// describe prints transitions and spans, a line each: "1 connected 3.0", "unobserved 3.0-5.0 restart".
func describe(events []domain.Event) (lines []string) {
	for _, e := range events {
		switch e := e.(type) {
		case *domain.VehicleConnected:
			lines = append(lines, fmt.Sprintf("%d connected %.1f", number(e.VIN), e.At.Sub(start).Seconds()))
		case *domain.VehicleDisconnected:
			lines = append(lines, fmt.Sprintf("%d disconnected %.1f", number(e.VIN), e.At.Sub(start).Seconds()))
		case *domain.ObservationInterrupted:
			lines = append(lines, fmt.Sprintf("unobserved %.1f-%.1f %s", e.From.Sub(start).Seconds(), e.To.Sub(start).Seconds(), e.Why))
		}
	}
	return lines
}

func number(v domain.VIN) (n int) {
	_, _ = fmt.Sscanf(string(v), "TESTVEHCLE%d", &n)
	return n
}

func newLiveness(log *memLog, snapshots Snapshots) *Liveness {
	return New(Options{Store: log, Snapshots: snapshots, LogID: "log", Logger: slog.New(slog.DiscardHandler), Exclusive: true})
}

// rule is a written log and the transitions it must give.
type rule struct {
	name string
	log  func(w written)
	want []string
}

func rules() []rule {
	return []rule{
		{"the first heartbeat connects at its receipt", func(w written) {
			w.open("n", 0)
			w.batch("n", 2, heard{1, 1})
		}, []string{"1 connected 1.0"}},
		{"a vehicle is disconnected at its deadline, when the watermark is past it and no earlier", func(w written) {
			w.open("n", 0)
			w.batch("n", 2, heard{1, 1}, heard{2, 1.5})
			w.batch("n", 11)
			w.batch("n", 11.1)
		}, []string{"1 connected 1.0", "2 connected 1.5", "1 disconnected 11.0"}},
		{"disconnections of one batch come in the order of their deadlines, then of VINs", func(w written) {
			w.open("n", 0)
			w.batch("n", 5, heard{3, 1}, heard{2, 2}, heard{1, 2})
			w.batch("n", 20)
		}, []string{"3 connected 1.0", "2 connected 2.0", "1 connected 2.0", "3 disconnected 11.0", "1 disconnected 12.0", "2 disconnected 12.0"}},
		{"a silence that ended before the watermark passed the deadline is no transition", func(w written) {
			w.open("n", 0)
			w.batch("n", 2, heard{1, 1})
			w.batch("n", 13, heard{1, 12})
		}, []string{"1 connected 1.0"}},
		{"heartbeats of vehicles that are not registered at their place in the log change nothing", func(w written) {
			w.open("n", 0)
			w.batch("n", 2, heard{9, 1})
			w.register(9, nil)
			w.batch("n", 3)
		}, nil},
		{"a heartbeat connects again at its receipt", func(w written) {
			w.open("n", 0)
			w.batch("n", 2, heard{1, 1})
			w.batch("n", 15)
			w.batch("n", 17, heard{1, 16})
		}, []string{"1 connected 1.0", "1 disconnected 11.0", "1 connected 16.0"}},
		{"the watermark is the least until of the open nodes", func(w written) {
			w.open("a", 0)
			w.open("b", 0)
			w.batch("a", 2, heard{1, 1})
			w.batch("a", 8)
			w.batch("b", 9)
			w.batch("a", 12)
			w.batch("b", 11)
			w.batch("b", 11.5)
		}, []string{"1 connected 1.0", "1 disconnected 11.0"}},
		{"a node 10 s behind the greatest is left out and its time is unobserved", func(w written) {
			w.open("a", 0)
			w.open("b", 0)
			w.batch("b", 3)
			w.batch("a", 5, heard{1, 1})
			w.batch("a", 12.9)
			w.batch("a", 13)
			w.batch("a", 23)
			w.batch("a", 23.1)
		}, []string{"1 connected 1.0", "unobserved 3.0-13.0 left_out", "1 disconnected 23.0"}},
		{"a restart is nobody's silence, however short", func(w written) {
			w.open("local", 0)
			w.batch("local", 2, heard{1, 1})
			w.open("local", 20)
			w.batch("local", 30)
			w.batch("local", 30.1)
		}, []string{"1 connected 1.0", "unobserved 2.0-20.0 restart", "1 disconnected 30.0"}},
		{"an orderly stop is unobserved from its moment on", func(w written) {
			w.open("local", 0)
			w.batch("local", 2, heard{1, 1})
			w.close("local", 3)
			w.open("local", 4)
			w.batch("local", 15)
		}, []string{"1 connected 1.0", "unobserved 3.0-4.0 restart", "1 disconnected 14.0"}},
		{"a deaf node's time is unobserved", func(w written) {
			w.open("n", 0)
			w.batch("n", 5, heard{1, 1})
			w.deaf("n", 5, 40, "suspended")
			w.batch("n", 49, heard{1, 48})
			w.batch("n", 59)
		}, []string{"1 connected 1.0", "unobserved 5.0-40.0 suspended", "1 disconnected 58.0"}},
		{"one deaf node of two makes its time unobserved for all", func(w written) {
			w.open("a", 0)
			w.open("b", 0)
			w.batch("a", 2, heard{1, 1})
			w.batch("b", 2)
			w.batch("a", 9)
			w.deaf("b", 2, 9, "overloaded")
			w.batch("a", 18)
			w.batch("b", 18)
			w.batch("a", 20)
			w.batch("b", 20)
		}, []string{"1 connected 1.0", "unobserved 2.0-9.0 overloaded", "1 disconnected 19.0"}},
		{"three timeouts of observed silence end a contact, however often we restart", func(w written) {
			w.open("local", 0)
			w.batch("local", 1, heard{1, 1})
			for i := range 6 {
				at := 1 + 8*float64(i)
				w.batch("local", at+7)
				w.open("local", at+8)
			}
		}, []string{"1 connected 1.0", "unobserved 8.0-9.0 restart", "unobserved 16.0-17.0 restart", "unobserved 24.0-25.0 restart",
			"unobserved 32.0-33.0 restart", "1 disconnected 35.0", "unobserved 40.0-41.0 restart", "unobserved 48.0-49.0 restart"}},
		{"a timeout shortened past the deadline disconnects at that watermark", func(w written) {
			w.open("n", 0)
			w.batch("n", 8, heard{1, 1})
			w.settings(3)
		}, []string{"1 connected 1.0", "1 disconnected 8.0"}},
		{"a timeout shortened to a deadline ahead disconnects at that deadline", func(w written) {
			w.open("n", 0)
			w.batch("n", 2, heard{1, 1})
			w.settings(3)
			w.batch("n", 5)
		}, []string{"1 connected 1.0", "1 disconnected 4.0"}},
		{"a timeout lengthened so that the deadline lies ahead again connects at that watermark", func(w written) {
			w.open("n", 0)
			w.batch("n", 15, heard{1, 1})
			w.settings(60)
			w.batch("n", 62)
		}, []string{"1 connected 1.0", "1 disconnected 11.0", "1 connected 15.0", "1 disconnected 61.0"}},
		{"a transition is never stamped before the vehicle's previous one", func(w written) {
			w.open("a", 0)
			w.batch("a", 8, heard{1, 1})
			w.settings(3) // disconnected at 8
			w.open("b", 7)
			w.batch("b", 9, heard{1, 7.5})
		}, []string{"1 connected 1.0", "1 disconnected 8.0", "1 connected 8.0"}},
		{"a stamp older than the watermark at its node's opening counts as that watermark", func(w written) {
			w.open("a", 0)
			w.batch("a", 8, heard{1, 1})
			w.open("b", 5)
			w.batch("b", 9, heard{2, 6})
			w.batch("a", 18.5)
			w.batch("b", 17)
			w.batch("b", 18.1)
		}, []string{"1 connected 1.0", "2 connected 8.0", "1 disconnected 11.0", "2 disconnected 18.0"}},
		{"a batch of a node whose opening has expired opens it", func(w written) {
			w.batch("n", 2, heard{1, 1})
			w.batch("n", 12)
		}, []string{"1 connected 1.0", "1 disconnected 11.0"}},
		{"decommissioning is no transition and registering again is a new life", func(w written) {
			w.open("n", 0)
			w.batch("n", 2, heard{1, 1})
			w.log.put(w.t, domain.VehicleStream(vin(1)), domain.VehicleDecommissioned{VIN: vin(1)})
			w.batch("n", 20)
			w.register(1, nil)
			w.batch("n", 23, heard{1, 22})
		}, []string{"1 connected 1.0", "1 connected 22.0"}},
		{"a vehicle's own interval wins over the customer's and the customer's over that for all", func(w written) {
			w.log.put(w.t, "customer-a", domain.CustomerChanged{Customer: domain.Customer{ID: "a", Name: "A", Overrides: domain.Overrides{IntervalSeconds: seconds(5)}}})
			w.register(8, seconds(2))
			w.open("n", 0)
			w.batch("n", 1, heard{1, 0.5}, heard{8, 0.5})
			w.batch("n", 9)
		}, []string{"1 connected 0.5", "8 connected 0.5", "8 disconnected 2.5", "1 disconnected 5.5"}},
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, test := range rules() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := write(t)
			test.log(w)
			before := len(w.log.all)
			r := &reader{log: w.log, l: newLiveness(w.log, &memSnapshots{}), size: 1000}
			require.NoError(t, r.read(context.Background()))
			assert.Equal(t, test.want, told(t, w.log))

			t.Run("whatever the pages, and again from the recorded ones", func(t *testing.T) {
				again := w.log.copy(before)
				r := &reader{log: again, l: newLiveness(again, &memSnapshots{}), size: 1}
				require.NoError(t, r.read(context.Background()))
				assert.Equal(t, test.want, told(t, again))
				r = &reader{log: again, l: newLiveness(again, &memSnapshots{}), size: 3}
				require.NoError(t, r.read(context.Background()))
				assert.Equal(t, test.want, told(t, again), "a start without a snapshot wrote something new")
			})
		})
	}
}

func TestEvaluations(t *testing.T) {
	t.Parallel()
	w := write(t)
	w.open("n", 0)
	r := &reader{log: w.log, l: newLiveness(w.log, &memSnapshots{}), size: 1000}
	for i := range 20 {
		w.batch("n", 1+float64(i)*0.05)
		require.NoError(t, r.read(context.Background()))
	}
	evaluations := w.log.events(t, domain.EvaluationsStream)
	assert.InDelta(t, 10, len(evaluations), 2, "one for every 100 ms the watermark moved")
	last := evaluations[len(evaluations)-1].(*domain.FleetEvaluated)
	assert.LessOrEqual(t, r.l.state.w.Sub(last.AsOf), evaluateEvery)
	assert.Equal(t, r.l.state.newest, r.l.state.w)
}
