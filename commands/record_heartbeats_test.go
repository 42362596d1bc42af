package commands

import (
	"context"
	"fmt"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/ingest"
)

func beat(vin domain.VIN) domain.Heartbeat { return domain.Heartbeat{VIN: vin} }

func beats(vins ...domain.VIN) (all []domain.Heartbeat) {
	for _, vin := range vins {
		all = append(all, beat(vin))
	}
	return all
}

func TestRecordHeartbeats(t *testing.T) {
	t.Parallel()
	world := []domain.Event{customer("Kalle"), customer("Anna"), vehicle(honda, "A1", "Kalle"), vehicle(volvo, "A2", "Anna")}
	place := func(n uint64) domain.Position { return domain.Position{Commit: n, Prepare: n} }

	t.Run("hands one heartbeat of a registered vehicle to the recorder", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		hb := domain.Heartbeat{VIN: "1hgcm82633a004352", ID: "h1", Location: &domain.Location{Lat: 59, Lon: 18}, Readings: domain.Readings{"speed": 3}}
		verdict, err := s.RecordHeartbeats.One(t.Context(), hb, "")
		require.NoError(t, err)
		assert.Equal(t, Verdict{ID: "h1", Position: place(101)}, verdict)
		hb.VIN = honda
		assert.Equal(t, []domain.Heartbeat{hb}, s.recorder.recorded())
		verdict, err = s.RecordHeartbeats.One(t.Context(), hb, "")
		require.NoError(t, err)
		assert.True(t, verdict.Duplicate)
		s.thenNothing()
	})

	t.Run("records what it may of many and says of each what became of it", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		bad := beat(honda)
		bad.Readings = domain.Readings{"Speed": 1}
		sent := []domain.Heartbeat{{VIN: honda, ID: "x"}, beat("nonsense"), beat(scania), {VIN: volvo, ID: "x"}, bad, beat("yv2r40a00fa000001")}
		result, err := s.RecordHeartbeats.Handle(t.Context(), RecordHeartbeats{Heartbeats: sent})
		require.NoError(t, err)
		assert.Equal(t, []int{2, 1, 3}, []int{result.Accepted, result.Duplicates, result.Rejected})
		assert.Equal(t, place(101), result.Position)
		require.Len(t, result.Verdicts, len(sent))
		assert.Equal(t, Verdict{ID: "x", Position: place(101)}, result.Verdicts[0])
		refused(t, result.Verdicts[1].Err, domain.Invalid, "vin")
		refused(t, result.Verdicts[2].Err, domain.NotFound)
		assert.Equal(t, Verdict{ID: "x", Position: place(101), Duplicate: true}, result.Verdicts[3])
		refused(t, result.Verdicts[4].Err, domain.Invalid, "readings")
		assert.Equal(t, "given-to-"+string(volvo), result.Verdicts[5].ID)
		assert.Equal(t, domain.VIN("yv2r40a00fa000001"), sent[5].VIN, "the caller's own are left as they were")
		assert.Len(t, s.recorder.recorded(), 3)
	})

	t.Run("hands large numbers over in parts", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		result, err := s.RecordHeartbeats.Handle(t.Context(), RecordHeartbeats{Heartbeats: makeMany(honda)})
		require.NoError(t, err)
		assert.Len(t, s.recorder.calls, 3)
		assert.Len(t, result.Verdicts, 2*recordAtOnce+500)
		assert.Equal(t, place(103), result.Position)
	})

	t.Run("says how far it came when the recorder fails", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		full := &failingRecorder{recorder: s.recorder, calls: 1, err: &domain.Error{Kind: domain.Overloaded, Message: "full", RetryAfter: 1}}
		s.RecordHeartbeats.recorder = full
		result, err := s.RecordHeartbeats.Handle(t.Context(), RecordHeartbeats{Heartbeats: makeMany(honda)})
		assert.Equal(t, 1, refused(t, err, domain.Overloaded).RetryAfter)
		assert.Len(t, result.Verdicts, recordAtOnce)
		assert.Equal(t, recordAtOnce, result.Accepted+result.Duplicates)
		_, err = s.RecordHeartbeats.One(t.Context(), beat(honda), "")
		refused(t, err, domain.Overloaded)
	})

	t.Run("of a caller that went away nothing is known", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		s.recorder.err = fmt.Errorf("record heartbeats: %w", context.Canceled)
		_, err := s.RecordHeartbeats.One(t.Context(), beat(honda), "")
		refused(t, err, domain.Unavailable)
	})

	t.Run("refuses a heartbeat that is wrong before anything else", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		_, err := s.RecordHeartbeats.One(t.Context(), beat("nonsense"), "")
		refused(t, err, domain.Invalid, "vin")
		_, err = s.RecordHeartbeats.One(t.Context(), domain.Heartbeat{VIN: honda, Location: &domain.Location{Lat: math.NaN()}}, "")
		refused(t, err, domain.Invalid, "location.lat")
		assert.Empty(t, s.recorder.recorded())
	})

	t.Run("nothing is nothing", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		result, err := s.RecordHeartbeats.Handle(t.Context(), RecordHeartbeats{})
		require.NoError(t, err)
		assert.Zero(t, result.Accepted+result.Rejected+result.Duplicates)
		assert.Empty(t, s.recorder.calls)
	})

	t.Run("another customer's vehicle is as unknown as one that does not exist", func(t *testing.T) {
		t.Parallel()
		s := givenOn(t, func(o *Options) { o.RegisterUnknown = true }, world...)
		kalle := customerIDFor("Kalle")
		result, err := s.RecordHeartbeats.Handle(t.Context(), RecordHeartbeats{Heartbeats: beats(honda, volvo, scania), CustomerID: kalle})
		require.NoError(t, err)
		assert.Nil(t, result.Verdicts[0].Err)
		refused(t, result.Verdicts[1].Err, domain.NotFound)
		refused(t, result.Verdicts[2].Err, domain.NotFound)
		_, err = s.RecordHeartbeats.One(t.Context(), beat(volvo), kalle)
		refused(t, err, domain.NotFound)
		s.thenNothing()
	})
}

// failingRecorder fails after some calls.
type failingRecorder struct {
	*recorder
	calls int
	err   error
}

func (r *failingRecorder) Record(ctx context.Context, heartbeats []domain.Heartbeat) (ingest.Recorded, error) {
	if r.calls--; r.calls < 0 {
		return ingest.Recorded{}, r.err
	}
	return r.recorder.Record(ctx, heartbeats)
}

func makeMany(vin domain.VIN) []domain.Heartbeat {
	all := make([]domain.Heartbeat, 2*recordAtOnce+500)
	for i := range all {
		all[i] = domain.Heartbeat{VIN: vin, ID: fmt.Sprint(i)}
	}
	return all
}

func TestUnknownVINs(t *testing.T) {
	t.Parallel()

	t.Run("are found when another node registered them and the registry lags", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		h := New(Options{Store: s.store, Registry: readyRegistry(t), Recorder: s.recorder, Now: func() domain.Instant { return now }})
		t.Cleanup(h.Close)
		s.happened(customer("Kalle"), vehicle(honda, "A1", "Kalle"))
		_, err := h.RecordHeartbeats.One(t.Context(), beat(honda), "")
		require.NoError(t, err)
		_, err = h.RecordHeartbeats.One(t.Context(), beat(honda), "somebody else")
		refused(t, err, domain.NotFound)
		_, err = h.RecordHeartbeats.One(t.Context(), beat(honda), customerIDFor("Kalle"))
		require.NoError(t, err)
	})

	t.Run("are looked up once a second, however often they ping", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s := given(t)
			stream := domain.VehicleStream(honda)
			for range 100 {
				_, err := s.RecordHeartbeats.One(t.Context(), beat(honda), "")
				refused(t, err, domain.NotFound)
			}
			assert.Equal(t, 1, s.store.readsOf(stream))
			wait(t, 1001*time.Millisecond)
			_, err := s.RecordHeartbeats.One(t.Context(), beat(honda), "")
			refused(t, err, domain.NotFound)
			assert.Equal(t, 2, s.store.readsOf(stream))
			s.happened(customer("Kalle"), vehicle(honda, "A1", "Kalle"))
			reads := s.store.readsOf(stream)
			synctest.Wait()
			_, err = s.RecordHeartbeats.One(t.Context(), beat(honda), "")
			require.NoError(t, err)
			assert.Equal(t, reads, s.store.readsOf(stream), "the registry knows it")
			assert.Empty(t, s.store.since(s.given+2))
		})
	})

	t.Run("are looked up once for all who ask at the same time", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s := given(t)
			reading := make(chan struct{})
			s.store.reading = func(string) error { <-reading; return nil }
			var all sync.WaitGroup
			for range 50 {
				all.Go(func() {
					_, err := s.RecordHeartbeats.One(t.Context(), beat(honda), "")
					assert.Error(t, err)
				})
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := s.RecordHeartbeats.One(ctx, beat(honda), "")
			refused(t, err, domain.Unavailable)
			close(reading)
			all.Wait()
			assert.Equal(t, 1, s.store.readsOf(domain.VehicleStream(honda)))
		})
	})

	t.Run("are refused early when too many are looked up", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s := given(t, customer("Kalle"), vehicle(honda, "A1", "Kalle"))
			all := beats(honda)
			for i := range lookupBurst + 300 {
				all = append(all, beat(benchVIN(i)))
			}
			result, err := s.RecordHeartbeats.Handle(t.Context(), RecordHeartbeats{Heartbeats: all})
			require.NoError(t, err)
			kinds := map[domain.Kind]int{}
			for _, v := range result.Verdicts[1:] {
				kinds[v.Err.Kind]++
			}
			assert.Equal(t, map[domain.Kind]int{domain.NotFound: lookupBurst, domain.Overloaded: 300}, kinds)
			assert.Equal(t, 1, result.Accepted, "registered vehicles are heard")

			_, err = s.RecordHeartbeats.One(t.Context(), beat(scania), "")
			assert.Equal(t, 1, refused(t, err, domain.Overloaded).RetryAfter)
			wait(t, 100*time.Millisecond)
			found := 0
			for i := range 100 {
				if _, err := s.RecordHeartbeats.One(t.Context(), beat(benchVIN(5000+i)), ""); asDomain(err).Kind == domain.NotFound {
					found++
				}
			}
			assert.Equal(t, 20, found, "200 a second")
		})
	})

	t.Run("are not remembered without bound", func(t *testing.T) {
		t.Parallel()
		l := newLookups(newMemStore(), 10*maxRemembered)
		for i := range maxRemembered + 1 {
			_, err := l.find(t.Context(), benchVIN(i))
			require.NoError(t, err)
		}
		assert.LessOrEqual(t, len(l.remembered), maxRemembered)
	})

	t.Run("cannot be told while the log cannot be read", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		s.store.reading = func(string) error { return eventstore.ErrUnavailable }
		_, err := s.RecordHeartbeats.One(t.Context(), beat(honda), "")
		refused(t, err, domain.Unavailable)
		s.store.reading = nil
		_, err = s.RecordHeartbeats.One(t.Context(), beat(honda), "")
		refused(t, err, domain.NotFound)
	})
}

// wait lets the time of a synctest bubble pass.
func wait(t *testing.T, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	<-ctx.Done()
}

func BenchmarkRecordOne(b *testing.B) {
	r := NewRegistry()
	fill(r, 1000)
	h := New(Options{Store: newMemStore(), Registry: r, Recorder: nullRecorder{}, Now: func() domain.Instant { return now }})
	defer h.Close()
	hb := domain.Heartbeat{VIN: benchVIN(7), ID: "x", Location: &domain.Location{Lat: 1, Lon: 2}, Readings: domain.Readings{"speed": 1, "fuel": 2}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.RecordHeartbeats.One(b.Context(), hb, ""); err != nil {
			b.Fatal(err)
		}
	}
}

type nullRecorder struct{}

func (nullRecorder) Record(context.Context, []domain.Heartbeat) (ingest.Recorded, error) {
	return ingest.Recorded{Receipts: make([]ingest.Receipt, 1)}, nil
}
