package commands

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// Options are what the handlers work with. Store, Registry, Recorder and Now must be there, and Keyring for keys.
type Options struct {
	Store    eventstore.Store
	Registry *Registry
	Keyring  *Keyring
	Recorder Recorder // an *ingest.Ingest
	// Now is the clock that stamps events of the registry.
	Now func() domain.Instant
	// HeartbeatsMaxAge is how long heartbeats are kept: no timeout may be longer than half of it. 0 keeps for ever.
	HeartbeatsMaxAge time.Duration
	// RegisterUnknown registers a VIN that nobody knows when it pings, instead of refusing the heartbeat.
	RegisterUnknown bool
	// LookupsPerSecond is how many VINs that the registry does not know are looked up in the log, in all; 0 means 200.
	LookupsPerSecond int
	// Log is told of imports that go on after their caller has gone; nil means nobody is.
	Log *slog.Logger
}

// Handlers are the handlers of all commands. Each retries lost races by itself.
type Handlers struct {
	RegisterCustomer    Handler[RegisterCustomer, CustomerResult]
	ChangeCustomer      Handler[ChangeCustomer, CustomerResult]
	RegisterVehicle     Handler[RegisterVehicle, VehicleResult]
	ChangeVehicle       Handler[ChangeVehicle, VehicleResult]
	TransferVehicle     Handler[TransferVehicle, VehicleResult]
	DecommissionVehicle Handler[DecommissionVehicle, DecommissionResult]
	ChangeSettings      Handler[ChangeSettings, SettingsResult]
	CreateKey           Handler[CreateKey, KeyResult]
	EnsureKey           Handler[EnsureKey, KeyResult]
	RevokeKey           Handler[RevokeKey, KeyResult]
	ImportFleet         *ImportFleetHandler
	RecordHeartbeats    *RecordHeartbeatsHandler
}

// New returns the handlers. Close them when done: imports may be under way.
func New(o Options) *Handlers {
	w := &writer{
		store: o.Store, registry: o.Registry, keyring: o.Keyring, now: o.Now, most: o.HeartbeatsMaxAge / 2, locks: &locks{}, log: o.Log,
	}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	register := retried(w.registerVehicle)
	return &Handlers{
		RegisterCustomer:    retried(w.registerCustomer),
		ChangeCustomer:      retried(w.changeCustomer),
		RegisterVehicle:     register,
		ChangeVehicle:       retried(w.changeVehicle),
		TransferVehicle:     retried(w.transferVehicle),
		DecommissionVehicle: retried(w.decommissionVehicle),
		ChangeSettings:      retried(w.changeSettings),
		CreateKey:           retried(w.createKey),
		EnsureKey:           retried(w.ensureKey),
		RevokeKey:           retried(w.revokeKey),
		ImportFleet:         newImportFleetHandler(w),
		RecordHeartbeats:    newRecordHeartbeatsHandler(w, o, register),
	}
}

// Close stops imports that are under way and waits for them to stop: the next start resumes them. Closing twice is
// harmless.
func (h *Handlers) Close() { h.ImportFleet.close() }

// writer is what the handlers share.
type writer struct {
	store    eventstore.Store
	registry *Registry
	keyring  *Keyring
	now      func() domain.Instant
	most     time.Duration // of a timeout; 0: no limit
	locks    *locks
	log      *slog.Logger
}

// limits are what a timeout is checked against.
type limits struct {
	settings domain.Settings
	most     time.Duration
}

func (w *writer) limits() limits { return limits{w.registry.Settings(), w.most} }

// check returns the Invalid error of overrides that are out of their limits, or together too long, or nil.
func (l limits) check(customer, vehicle, changed domain.Overrides) error {
	if err := checkOverrides(changed); err != nil {
		return err
	}
	return checkTimeout(domain.Resolve(l.settings, customer, vehicle), l.most)
}

// begin takes the names and numbers that a command wants for itself, once the registry knows which are taken.
func (w *writer) begin(ctx context.Context, keys ...string) (giveBack func(), err error) {
	if !w.registry.Ready() {
		return nil, &domain.Error{
			Kind: domain.Unavailable, Message: "the server is still reading who is registered; please try again", RetryAfter: retryAfterSeconds,
		}
	}
	return w.locks.take(ctx, keys...)
}

// nameLocks returns the lock of a customer's name, none for a name that is known to be taken: whoever has it need not be
// waited for, and an import holds its new names for as long as it runs.
func (w *writer) nameLocks(name string) []string {
	if _, known := w.registry.CustomerNamed(name); known {
		return nil
	}
	return []string{nameLock(name)}
}

// The locks of streams: those who change one thing on this node take turns, instead of losing the race for its revision.
func vehicleLock(vin domain.VIN) string        { return domain.VehicleStream(vin) }
func customerLock(id domain.CustomerID) string { return domain.CustomerStream(id) }

func nameLock(name string) string    { return "name:" + compareKey(name) }
func plateLock(number string) string { return "plate:" + compareKey(number) }

// settleWithin is how long a command waits for its own change to be folded. Usually it takes milliseconds.
const settleWithin = 2 * time.Second

// settle waits until this node's registry knows what was appended at position, so that the next command here sees it.
// A registry that is slow does not make the command fail: its change is stored.
func (w *writer) settle(ctx context.Context, position domain.Position) {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	_ = w.registry.Wait(ctx, position) // the error says only that the time is over
}

// customer returns a customer by id, from the log where the registry does not know it (yet).
func (w *writer) customer(ctx context.Context, id domain.CustomerID) (domain.Customer, bool, error) {
	if c, ok := w.registry.Customer(id); ok {
		return c, true, nil
	}
	if id == "" || len(domain.CustomerStream(id)) > maxStreamName {
		return domain.Customer{}, false, nil
	}
	s, err := loadCustomer(ctx, w.store, id)
	return s.customer, s.known, err
}

// maxStreamName is how long a stream's name may be: a longer one would be a fault of ours, not the caller's.
const maxStreamName = 255

// customerNamed returns the customer of a name. Where there is none, known is false and the customer is the one to
// register: name and id. A customer whom only the log knows yet is found by the id that is made from the name.
func (w *writer) customerNamed(ctx context.Context, name, seed string) (c domain.Customer, known bool, err error) {
	if c, ok := w.registry.CustomerNamed(name); ok {
		return c, true, nil
	}
	id := customerIDFor(name)
	s, err := loadCustomer(ctx, w.store, id)
	switch {
	case err != nil:
		return domain.Customer{}, false, err
	case s.known && compareKey(s.customer.Name) == compareKey(name):
		return s.customer, true, nil
	case s.known:
		id = otherCustomerID(name, seed)
	}
	return domain.Customer{ID: id, Name: name}, false, nil
}

func taken(field, format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	return &domain.Error{Kind: domain.Taken, Message: message, Fields: []domain.Problem{{Field: field, Message: message}}}
}
