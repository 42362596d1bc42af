package commands

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/ingest"
)

// The people and things of the scenarios. now is the time of every command, before of everything given.
const (
	before domain.Instant = 1_000
	now    domain.Instant = 2_000

	volvo  domain.VIN = "YV2R40A00FA000001" // check digit wrong
	scania domain.VIN = "YS2R4X20005399401" // check digit wrong
	honda  domain.VIN = "1HGCM82633A004352" // check digit right
)

var errUnknown = errors.Join(eventstore.ErrUnknownOutcome, errors.New("the line went dead"))

func settings(interval, grace int64) *domain.SettingsChanged {
	return &domain.SettingsChanged{Settings: domain.Settings{IntervalSeconds: interval, GraceSeconds: grace}, At: before}
}

func customer(name string) *domain.CustomerRegistered {
	return &domain.CustomerRegistered{Customer: domain.Customer{ID: customerIDFor(name), Name: name}, At: before}
}

func vehicle(vin domain.VIN, plate, owner string) *domain.VehicleRegistered {
	return &domain.VehicleRegistered{Vehicle: domain.Vehicle{VIN: vin, RegistrationNumber: plate, CustomerID: customerIDFor(owner)}, At: before}
}

func decommissioned(vin domain.VIN) *domain.VehicleDecommissioned {
	return &domain.VehicleDecommissioned{VIN: vin, At: before}
}

func seconds64(n int64) *int64 { return &n }

// streamOf returns the stream that an event belongs to.
func streamOf(event domain.Event) string {
	switch e := event.(type) {
	case *domain.LogCreated:
		return domain.LogStream
	case *domain.SettingsChanged:
		return domain.SettingsStream
	case *domain.KeyCreated, *domain.KeyRevoked:
		return domain.KeysStream
	case *domain.CustomerRegistered:
		return domain.CustomerStream(e.ID)
	case *domain.CustomerChanged:
		return domain.CustomerStream(e.ID)
	case *domain.VehicleRegistered:
		return domain.VehicleStream(e.VIN)
	case *domain.VehicleChanged:
		return domain.VehicleStream(e.VIN)
	case *domain.VehicleTransferred:
		return domain.VehicleStream(e.VIN)
	case *domain.VehicleDecommissioned:
		return domain.VehicleStream(e.VIN)
	case *domain.ImportRows:
		return domain.ImportStream(e.ID)
	case *domain.ImportAccepted:
		return domain.ImportStream(e.ID)
	}
	panic("no stream for " + event.EventType())
}

// scenario is a log with what was given, and a node that works on it.
type scenario struct {
	t     *testing.T
	store *memStore
	given int // events
	*node
}

// node is one process: a registry fed from the log, and the handlers.
type node struct {
	*Handlers
	registry *Registry
	keyring  *Keyring
	recorder *recorder
}

// given begins a scenario with settings of 60 s and 30 s and what else has happened.
func given(t *testing.T, events ...domain.Event) *scenario { return givenOn(t, nil, events...) }

// givenOn begins a scenario on a node with other options.
func givenOn(t *testing.T, tune func(*Options), events ...domain.Event) *scenario {
	t.Helper()
	s := &scenario{t: t, store: newMemStore()}
	s.happened(append([]domain.Event{settings(60, 30)}, events...)...)
	s.given = len(s.store.log)
	s.node = newNode(t, s.store, tune)
	return s
}

// happened appends events of somebody else.
func (s *scenario) happened(events ...domain.Event) {
	s.t.Helper()
	for _, e := range events {
		happen(s.t, s.store, e)
	}
}

func happen(t *testing.T, store eventstore.Store, e domain.Event) {
	t.Helper()
	at, err := load(t.Context(), store, streamOf(e), func(domain.Event, uuid.UUID) {})
	require.NoError(t, err)
	encoded, err := eventstore.Encode(uuid.New(), e, eventstore.Metadata{By: "somebody else"})
	require.NoError(t, err)
	_, err = store.Append(t.Context(), streamOf(e), at.revision, encoded)
	require.NoError(t, err)
}

// newNode starts a node on store and waits until it knows everybody.
func newNode(t *testing.T, store eventstore.Store, tune func(*Options)) *node {
	t.Helper()
	n := &node{registry: NewRegistry(), keyring: NewKeyring(), recorder: &recorder{}}
	o := Options{
		Store: store, Registry: n.registry, Keyring: n.keyring, Recorder: n.recorder, Now: func() domain.Instant { return now }, HeartbeatsMaxAge: 14 * 24 * time.Hour,
	}
	if tune != nil {
		tune(&o)
	}
	n.Handlers = New(o)
	t.Cleanup(n.Close)
	feed(t, store, n.registry)
	require.NoError(t, n.keyring.Load(t.Context(), store))
	return n
}

// feed folds the log into a registry for as long as the test runs, and waits until it has caught up.
func feed(t testing.TB, store eventstore.Store, registry *Registry) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	subscription, err := store.Subscribe(ctx, domain.Position{}, RegistryEvents()...)
	require.NoError(t, err)
	var fed sync.WaitGroup
	fed.Go(func() {
		for {
			d, err := subscription.Next(ctx)
			if err != nil {
				return
			}
			if err := registry.Fold(ctx, d); ctx.Err() != nil || !assert.NoError(t, err) {
				return
			}
		}
	})
	t.Cleanup(func() {
		cancel()
		fed.Wait()
		assert.NoError(t, subscription.Close())
	})
	require.NoError(t, registry.WaitReady(t.Context()))
}

// then checks that exactly these events were appended since what was given, and returns them as they lie in the log.
func (s *scenario) then(events ...domain.Event) []eventstore.Recorded {
	s.t.Helper()
	recorded := s.store.since(s.given)
	var got []domain.Event
	for _, r := range recorded {
		e, err := eventstore.Decode(r)
		require.NoError(s.t, err)
		got = append(got, e)
	}
	assert.Equal(s.t, events, got)
	return recorded
}

// thenNothing checks that nothing was appended.
func (s *scenario) thenNothing() {
	s.t.Helper()
	assert.Empty(s.t, s.store.since(s.given))
}

// lastPosition is that of the newest event.
func (s *scenario) lastPosition() domain.Position {
	head, err := s.store.Head(s.t.Context())
	require.NoError(s.t, err)
	return head
}

// refused checks that err is of a kind, fit for a caller, and names exactly these fields.
func refused(t *testing.T, err error, kind domain.Kind, fields ...string) *domain.Error {
	t.Helper()
	var e *domain.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, kind, e.Kind, "%v", err)
	var named []string
	for _, f := range e.Fields {
		named = append(named, f.Field)
		assert.NotEmpty(t, f.Message)
	}
	assert.Equal(t, fields, named)
	assert.NotEmpty(t, e.Message)
	assert.NotContains(t, strings.ToLower(e.Message), "eventstore")
	return e
}

// recorder stands in for ingest.
type recorder struct {
	mu    sync.Mutex
	calls [][]domain.Heartbeat
	err   error
	seen  map[string]bool
}

func (r *recorder) Record(_ context.Context, heartbeats []domain.Heartbeat) (ingest.Recorded, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return ingest.Recorded{}, r.err
	}
	if r.seen == nil {
		r.seen = map[string]bool{}
	}
	r.calls = append(r.calls, append([]domain.Heartbeat(nil), heartbeats...))
	place := uint64(100 + len(r.calls))
	answer := ingest.Recorded{Position: domain.Position{Commit: place, Prepare: place}}
	for _, hb := range heartbeats {
		id := hb.ID
		if id == "" {
			id = "given-to-" + string(hb.VIN)
		}
		answer.Receipts = append(answer.Receipts, ingest.Receipt{ID: id, Duplicate: r.seen[id]})
		r.seen[id] = true
	}
	return answer, nil
}

func (r *recorder) recorded() (all []domain.Heartbeat) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, call := range r.calls {
		all = append(all, call...)
	}
	return all
}
