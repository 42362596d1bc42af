package truth

import (
	"time"

	"fleetbeat/simulate/fleet"
)

// Header is the first line of a file. Moments in the lines that follow are milliseconds after Start.
type Header struct {
	Kind      string    `json:"kind"` // run
	Version   int       `json:"version"`
	Target    string    `json:"target"`
	Run       string    `json:"run"` // in the ids of all heartbeats
	Start     time.Time `json:"start"`
	Seed      uint64    `json:"seed"`
	Vehicles  int       `json:"vehicles"`
	Customers int       `json:"customers"`

	IntervalMs int64 `json:"intervalMs"` // between two heartbeats of a vehicle
	TimeoutMs  int64 `json:"timeoutMs"`  // by the target's settings
	// ToleranceMs is how far a moment of the target may lie outside those of the file: clocks of two machines differ.
	ToleranceMs int64 `json:"toleranceMs"`
	// ProofMs is how much later than a deadline the target may find out that it passed: all its nodes must have said that they
	// heard nothing, and a silence that ends before is no transition.
	ProofMs int64 `json:"proofMs,omitzero"`

	From   string `json:"from"`   // the position of the feed of changes at the start
	Newest string `json:"newest"` // the newest transition at the start; empty where there was none
	Fresh  bool   `json:"fresh"`  // no vehicle of the fleet was known before
}

// Version is the version of the file's form.
const Version = 1

// Kinds of lines.
const (
	KindRun        = "run"
	KindClock      = "clock"       // how a vehicle's clock goes that is not right
	KindMassOutage = "mass_outage" // From and To of all vehicles of a customer
	KindSilence    = "silence"     // From one contact of a vehicle To the next, as planned, and why
	KindPing       = "ping"
	KindUpload     = "upload"
	KindEnd        = "end"
)

// Record is any other line; which fields it has depends on its kind.
type Record struct {
	Kind     string `json:"kind"`
	VIN      string `json:"vin,omitzero"`
	Beat     int32  `json:"beat,omitzero"` // the number of the heartbeat, from 0
	Again    bool   `json:"again,omitzero"`
	Planned  int64  `json:"planned,omitzero"`
	Sent     int64  `json:"sent,omitzero"`
	Answered int64  `json:"answered,omitzero"` // or given up
	// Outcome says whether the target has it. Error says what went wrong: a status, or a kind of error.
	Outcome Outcome `json:"outcome,omitzero"`
	Error   string  `json:"error,omitzero"`

	Lines    int        `json:"lines,omitzero"` // of an upload
	Vehicles []Uploaded `json:"vehicles,omitempty"`

	Clock    fleet.ClockKind `json:"clock,omitzero"`
	Customer string          `json:"customer,omitzero"`
	Why      fleet.Why       `json:"why,omitzero"`
	From     int64           `json:"from,omitzero"`
	To       int64           `json:"to,omitzero"`
	// Disconnects and Connects are when a silence should be found out and end, as planned; late pings move them.
	Disconnects int64 `json:"disconnects,omitzero"`
	Connects    int64 `json:"connects,omitzero"`
}

// Uploaded is one vehicle's part of an upload: its heartbeats from First to Last.
type Uploaded struct {
	VIN   string `json:"vin"`
	First int32  `json:"first"`
	Last  int32  `json:"last"`
}

// Outcome says whether a target has what was sent.
type Outcome string

// The outcomes.
const (
	Accepted Outcome = "accepted" // it has
	Refused  Outcome = "refused"  // it has not
	Unknown  Outcome = "unknown"  // nobody knows
)
