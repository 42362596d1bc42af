package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/queries"
)

// Handler answers one command or one question. It may be called by many goroutines at once. Errors that are a
// [domain.Error] reach the caller; of all others the caller reads a neutral sentence.
type Handler[Q, A any] interface {
	Handle(ctx context.Context, q Q) (A, error)
}

// HeartbeatRecorder makes one heartbeat durable: a *commands.RecordHeartbeatsHandler. It checks the heartbeat, its VIN
// too. With a customer, vehicles of others are unknown.
type HeartbeatRecorder interface {
	One(ctx context.Context, heartbeat domain.Heartbeat, customer domain.CustomerID) (commands.Verdict, error)
}

// Commands are the handlers of what may be asked for.
type Commands struct {
	RecordHeartbeats HeartbeatRecorder
	// RecordMany records the lines of an upload, some at a time. It keeps nothing of what it was given.
	RecordMany          Handler[commands.RecordHeartbeats, commands.RecordResult]
	RegisterCustomer    Handler[commands.RegisterCustomer, commands.CustomerResult]
	ChangeCustomer      Handler[commands.ChangeCustomer, commands.CustomerResult]
	RegisterVehicle     Handler[commands.RegisterVehicle, commands.VehicleResult]
	ChangeVehicle       Handler[commands.ChangeVehicle, commands.VehicleResult]
	DecommissionVehicle Handler[commands.DecommissionVehicle, commands.DecommissionResult]
	ChangeSettings      Handler[commands.ChangeSettings, commands.SettingsResult]
	ImportFleet         Handler[commands.ImportFleet, commands.ImportResult]
	CreateKey           Handler[commands.CreateKey, commands.KeyResult]
	RevokeKey           Handler[commands.RevokeKey, commands.KeyResult]
}

// Queries are the handlers of questions.
type Queries struct {
	ListVehicles  Handler[queries.ListVehicles, queries.VehicleList]
	GetVehicle    Handler[queries.GetVehicle, queries.VehicleDetail]
	GetTimeline   Handler[queries.GetTimeline, queries.Timeline]
	ListCustomers Handler[queries.ListCustomers, queries.CustomerList]
	GetCustomer   Handler[queries.GetCustomer, queries.CustomerDetail]
	GetSummary    Handler[queries.GetSummary, queries.Summary]
	GetHistory    Handler[queries.GetHistory, queries.History]
	GetSettings   Handler[queries.GetSettings, domain.Settings]
	ClassicSearch Handler[queries.ClassicSearch, []queries.ClassicVehicle]
	ListChanges   Handler[queries.ListChanges, queries.TransitionList]

	ExportVehicles  VehicleExporter
	ExportCustomers CustomerExporter
	LookupVehicles  Handler[queries.LookupVehicles, queries.VehicleLookup]
}

// Unready is a part that is not ready, by the name that operators know it by, and why, in plain words: both are shown.
type Unready struct {
	Part string
	Why  string
}

// Dashboard serves pages and what they load. Everybody may have them: what they show they ask the API for.
type Dashboard interface {
	http.Handler
	// Patterns returns what is routed to it, as patterns of a [http.ServeMux].
	Patterns() []string
	// NotFound answers 404, to people who typed an address of nothing, with a page.
	NotFound(w http.ResponseWriter, r *http.Request)
}

// Deps are what the API calls. Commands, Queries, Keys, Feed, LogID and Log are needed, the rest may be nil.
type Deps struct {
	Commands Commands
	Queries  Queries
	// Keys knows who is let in. Without it nobody is.
	Keys *commands.Keyring
	// Feed is followed by those who want to hear of changes as they happen.
	Feed *Feed
	// LogID is the id of the log that positions belong to.
	LogID string
	// Ready returns the parts that are not ready; none means ready.
	Ready func(ctx context.Context) []Unready
	// Warnings returns what will keep parts from being ready unless somebody does something about it.
	Warnings func(ctx context.Context) []Unready
	// Metrics answers GET /metrics.
	Metrics http.Handler
	// Dashboard takes the place of the small page at /: a *web.Dashboard.
	Dashboard Dashboard
	// Observe is told of every request when it is answered: its operation ("unknown" where there is no such route), the
	// status and the time from the end of its headers to the end of its answer.
	Observe func(operation string, status int, took time.Duration)
	Log     *slog.Logger
}

// Options say what the API says of itself, and to whom.
type Options struct {
	Version string // of Fleetbeat, for /healthz; may be empty
	// LoopbackOnly refuses requests whose Host is not this machine's own name for itself, as long as there are no keys: what
	// listens on loopback without keys would otherwise be open to any page whose name is made to lead there.
	LoopbackOnly bool
	// KeyRate is how many requests a second one key may make; 0: any number. An upload counts as one.
	KeyRate float64
}
