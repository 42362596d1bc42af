package simulate

import (
	"errors"
	"fmt"
	"io"
	"time"

	"fleetbeat/simulate/fleet"
	"fleetbeat/simulate/target"
)

// Options say what is played, against what, and what is told of it.
type Options struct {
	Target string // URL
	Key    string // API key; empty for none

	Vehicles  int
	Customers int // 0: one for each 200 vehicles, at most 500
	Seed      uint64
	// Interval is the time between two heartbeats of a vehicle; 0: what the target's settings say.
	Interval time.Duration
	Duration time.Duration // 0: until ctx ends

	// Shares of the vehicles, from 0 to 1: see [fleet.Plan].
	Outages         float64
	Holes           float64
	BadClocks       float64
	Duplicates      float64
	MassOutageEvery time.Duration

	Connections int // for single heartbeats; 0: 64, more for what a large fleet sends
	Rate        int // of single heartbeats a second at most; 0: no limit
	// Truth is the file that tells what was played; empty for none. With it, the target is checked at the end.
	Truth     string
	Tolerance time.Duration // of the check: see [truth.Header]
	Proof     time.Duration // too

	Progress io.Writer // is told how it goes
	Live     bool      // Progress is a terminal: one line is written over and over
}

const (
	customersEach = 200
	customersMost = 500
	mostSenders   = 4096
)

// plan returns the plan, without the times that only the target knows.
func (o *Options) plan() (*fleet.Plan, error) {
	customers := o.Customers
	if customers == 0 {
		customers = max(1, min(o.Vehicles/customersEach, customersMost))
	}
	f, err := fleet.New(o.Seed, o.Vehicles, customers)
	if err != nil {
		return nil, err
	}
	return &fleet.Plan{
		Fleet: f, Seed: o.Seed, Interval: o.Interval, Outages: o.Outages, Holes: o.Holes, BadClocks: o.BadClocks,
		Duplicates: o.Duplicates, MassOutageEvery: o.MassOutageEvery,
	}, nil
}

// complete gives a plan the target's times, and checks it.
func (o *Options) complete(p *fleet.Plan, s target.Settings) error {
	if p.Timeout = s.Timeout(); p.Interval == 0 {
		p.Interval = s.Interval()
	}
	return p.Check()
}

// Check returns what cannot be played, before anything is asked of the target.
func (o *Options) Check() error {
	plan, err := o.plan()
	if err == nil {
		_, err = target.ParseAddress(o.Target, o.Key)
	}
	if err != nil {
		return err
	}
	if plan.Timeout = time.Second; plan.Interval == 0 {
		plan.Interval = time.Second // the target's are right
	}
	if err := plan.Check(); err != nil {
		return err
	}
	switch {
	case o.Connections < 0 || o.Connections > mostSenders:
		return fmt.Errorf("from 1 to %d connections are possible, not %d", mostSenders, o.Connections)
	case o.Rate < 0:
		return errors.New("the rate must not be negative")
	case o.Duration < 0:
		return errors.New("the duration must not be negative")
	case o.Tolerance < 0:
		return errors.New("the tolerance must not be negative")
	case o.Proof < 0:
		return errors.New("the time of a proof must not be negative")
	}
	return nil
}

// connections returns how many connections send single heartbeats: enough that answers of 100 ms do not hold them up.
func (o *Options) connections(interval time.Duration) int {
	if o.Connections > 0 {
		return o.Connections
	}
	return min(max(64, int(float64(o.Vehicles)/interval.Seconds()/10)), 1024)
}
