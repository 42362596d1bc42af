package bench

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
)

// fleet is what a server finds in its log when it starts.
type fleet struct {
	vehicles int
	timeout  time.Duration // of all: it is the interval, grace is 0
	brief    time.Duration // the timeout of every briefEvery-th vehicle, where it is not 0
	pinged   bool          // whether they have pinged: of ten one long ago, eight of late, one never
}

// briefEvery-th vehicles are brief: they connect with each ping and disconnect after it.
const briefEvery = 10

// customersOf is how many customers own a fleet: each some 500 vehicles.
func customersOf(vehicles int) int { return max(5, vehicles/500) }

func vinOf(i int) domain.VIN { return domain.VIN(fmt.Sprintf("YS2R4X%011d", i)) }

func customerOf(i, customers int) domain.CustomerID {
	return domain.CustomerID(fmt.Sprintf("customer%06d", i%customers))
}

func plateOf(i int) string {
	return fmt.Sprintf("%c%c%c %03d", 'A'+i/1000%26, 'A'+i/26000%26, 'A'+i/676_000%26, i%1000)
}

// places and trades make names that people could have.
const (
	places = "Malmö Göteborg Växjö Kiruna Visby Örebro Luleå Kalmar"
	trades = "Åkeri Transport Logistik Frakt Bud Buss Taxi Schakt"
)

func nameOf(customer int) string {
	p, t := strings.Fields(places), strings.Fields(trades)
	return fmt.Sprintf("%s %s %d AB", p[customer%len(p)], t[customer/len(p)%len(t)], customer)
}

// logWriter writes a log as a server would have left it.
type logWriter struct {
	store *sqlite.Store
	ids   atomic.Uint64
}

func (w *logWriter) append(ctx context.Context, stream string, expected eventstore.Revision, events ...domain.Event) (eventstore.Revision, error) {
	encoded := make([]eventstore.Event, len(events))
	for i, e := range events {
		var id uuid.UUID
		binary.BigEndian.PutUint64(id[8:], w.ids.Add(1))
		var err error
		if encoded[i], err = eventstore.Encode(id, e, eventstore.Metadata{By: "bench"}); err != nil {
			return expected, err
		}
	}
	appended, err := w.store.Append(ctx, stream, expected, encoded...)
	return appended.Revision, err
}

// atOnce is how many streams are written at the same time: appends that wait together share a transaction.
const atOnce = 1024

// write writes the log of a fleet that was registered before now.
func (f fleet) write(ctx context.Context, path string, now time.Time) (err error) {
	store, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer func() {
		if closed := store.Close(); err == nil {
			err = closed
		}
	}()
	w := &logWriter{store: store}
	registered := domain.InstantOf(now.Add(-24 * time.Hour))
	if err := w.begin(ctx, f.timeout, registered); err != nil {
		return err
	}
	if err := f.register(ctx, w, registered); err != nil {
		return fmt.Errorf("register %d vehicles: %w", f.vehicles, err)
	}
	if !f.pinged {
		return nil
	}
	if err := f.ping(ctx, w, domain.InstantOf(now)); err != nil {
		return fmt.Errorf("write the heartbeats of %d vehicles: %w", f.vehicles, err)
	}
	return nil
}

// begin writes what every log begins with.
func (w *logWriter) begin(ctx context.Context, timeout time.Duration, at domain.Instant) error {
	created := &domain.LogCreated{ID: strings.ToLower(rand.Text()), At: at}
	if _, err := w.append(ctx, domain.LogStream, eventstore.NoStream, created); err != nil {
		return err
	}
	settings := &domain.SettingsChanged{Settings: domain.Settings{IntervalSeconds: int64(timeout / time.Second)}, At: at}
	_, err := w.append(ctx, domain.SettingsStream, eventstore.NoStream, settings)
	return err
}

// register writes customers and vehicles, each into a stream of its own, as commands do.
func (f fleet) register(ctx context.Context, w *logWriter, at domain.Instant) error {
	customers := customersOf(f.vehicles)
	brief := int64(f.brief / time.Second)
	var none int64
	each := func(n int, write func(ctx context.Context, i int) error) error {
		group, ctx := errgroup.WithContext(ctx)
		var next atomic.Int64
		for range min(atOnce, n) {
			group.Go(func() error {
				for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
					if err := write(ctx, int(i)); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return group.Wait()
	}
	err := each(customers, func(ctx context.Context, i int) error {
		id := customerOf(i, customers)
		c := &domain.CustomerRegistered{Customer: domain.Customer{ID: id, Name: nameOf(i), Address: "Hamngatan 1"}, At: at}
		_, err := w.append(ctx, domain.CustomerStream(id), eventstore.NoStream, c)
		return err
	})
	if err != nil {
		return err
	}
	return each(f.vehicles, func(ctx context.Context, i int) error {
		v := domain.Vehicle{VIN: vinOf(i), RegistrationNumber: plateOf(i), CustomerID: customerOf(i, customers)}
		if brief > 0 && i%briefEvery == 0 {
			v.IntervalSeconds, v.GraceSeconds = &brief, &none
		}
		_, err := w.append(ctx, domain.VehicleStream(v.VIN), eventstore.NoStream, &domain.VehicleRegistered{Vehicle: v, At: at})
		return err
	})
}

// heartbeatsAtOnce is how many bare heartbeats fit into one batch.
const heartbeatsAtOnce = 5000

// ping writes the heartbeats of a fleet, so that of ten vehicles one is disconnected, one was never seen, and the rest are
// connected when now has come.
func (f fleet) ping(ctx context.Context, w *logWriter, now domain.Instant) error {
	long, late := now.Add(-3*f.timeout), now.Add(-f.timeout/10)
	stream := domain.IngestStream("local")
	at, err := w.append(ctx, stream, eventstore.NoStream, &domain.IngestOpened{At: long})
	if err != nil {
		return err
	}
	for _, group := range []struct {
		at    domain.Instant
		until domain.Instant
		in    func(i int) bool
	}{
		{long, long + 1, func(i int) bool { return i%10 == 3 }},
		{late, late + 1, func(i int) bool { return i%10 != 3 && i%10 != 7 }},
	} {
		batch := &domain.HeartbeatsRecorded{Until: group.until}
		for i := range f.vehicles {
			if group.in(i) {
				batch.Heartbeats = append(batch.Heartbeats, domain.Heartbeat{VIN: vinOf(i), ID: "written", ReceivedAt: group.at})
			}
			if len(batch.Heartbeats) < heartbeatsAtOnce && i+1 < f.vehicles {
				continue
			}
			if at, err = w.append(ctx, stream, at, batch); err != nil {
				return err
			}
			batch.Heartbeats = batch.Heartbeats[:0]
		}
	}
	return nil
}
