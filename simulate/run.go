package simulate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"fleetbeat/simulate/fleet"
	"fleetbeat/simulate/target"
	"fleetbeat/simulate/truth"
)

// finishWithin is how long what is under way at the end of a run may take; what it cuts off has an unknown outcome.
const finishWithin = 3 * time.Second

// Run registers a fleet with the target and plays it until the duration is over or ctx ends, which is no error. With a
// truth file it checks the target then; what that found is in the report and is no error either. The error is what kept
// the fleet from being played or checked; where it was played, the report is there all the same.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := o.Check(); err != nil {
		return Report{}, err
	}
	plan, err := o.plan()
	if err != nil {
		return Report{}, err
	}
	address, err := target.ParseAddress(o.Target, o.Key)
	if err != nil {
		return Report{}, err
	}
	if o.Truth != "" {
		if err := truth.CanCreate(o.Truth); err != nil {
			return Report{}, err // before a fleet is registered that nobody wanted
		}
	}
	client := target.NewClient(address)
	defer client.Close()
	header, err := prepare(ctx, client, plan, &o)
	if err != nil {
		return Report{}, err
	}
	report, err := play(ctx, plan, &o, address, client, header)
	if err != nil || o.Truth == "" {
		return report, err
	}
	fmt.Fprintln(o.Progress, "checking what the target told against the truth …")
	checking, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkWithin)
	defer cancel()
	findings, err := truth.Check(checking, o.Truth, client)
	if err != nil {
		return report, fmt.Errorf("check the target: %w", err)
	}
	report.Check = &findings
	return report, nil
}

// checkWithin is how long a check at the end of a run may take.
const checkWithin = 10 * time.Minute

// Check compares a truth file that a run wrote with what its target tells. The error means that it could not be compared.
func Check(ctx context.Context, url, key, path string) (truth.Findings, error) {
	address, err := target.ParseAddress(url, key)
	if err != nil {
		return truth.Findings{}, err
	}
	client := target.NewClient(address)
	defer client.Close()
	return truth.Check(ctx, path, client)
}

// prepare makes the fleet known and returns what is written at the head of the truth file.
func prepare(ctx context.Context, client *target.Client, plan *fleet.Plan, o *Options) (h truth.Header, err error) {
	settings, err := client.Settings(ctx)
	if err == nil {
		err = o.complete(plan, settings)
	}
	if err != nil {
		return h, err
	}
	f := plan.Fleet
	fmt.Fprintf(o.Progress, "registering %d vehicles of %d customers with %s …\n", f.Vehicles(), f.Customers(), o.Target)
	position, fresh, err := registerFleet(ctx, client, f)
	if err != nil {
		return h, err
	}
	if err := visible(ctx, client, f.VIN(f.Vehicles()-1), position); err != nil {
		return h, fmt.Errorf("wait for the fleet to be visible: %w", err)
	}
	if o.Truth != "" {
		if err := oneTimeout(ctx, client, plan); err != nil {
			return h, err
		}
	}
	head, err := client.Head(ctx)
	if err != nil {
		return h, err
	}
	return truth.Header{
		Target: o.Target, Seed: o.Seed, Vehicles: f.Vehicles(), Customers: f.Customers(),
		IntervalMs: plan.Interval.Milliseconds(), TimeoutMs: plan.Timeout.Milliseconds(), ToleranceMs: o.Tolerance.Milliseconds(), ProofMs: o.Proof.Milliseconds(),
		From: head.Position, Newest: head.Newest, Fresh: fresh,
	}, nil
}

// oneTimeout returns an error where a customer of the fleet has another timeout than the settings say: the target may have
// known the customer before. A check would find something wrong with every silence of its vehicles.
func oneTimeout(ctx context.Context, client *target.Client, plan *fleet.Plan) error {
	first := 0
	for customer := range plan.Fleet.Customers() {
		v, err := client.Vehicle(ctx, plan.Fleet.VIN(first), "")
		if err != nil {
			return err
		}
		if timeout := time.Duration(v.TimeoutSeconds) * time.Second; timeout != plan.Timeout {
			name, _ := fleet.Customer(customer)
			return fmt.Errorf("vehicle %q of %q may be silent for %s, and a truth is judged by the %s of the settings: take away what is set for them, or play without a truth file",
				v.VIN, name, timeout, plan.Timeout)
		}
		first += plan.Fleet.SizeOf(customer)
	}
	return nil
}

// visible waits until everything through a position shows: views that fold a new fleet take a while.
func visible(ctx context.Context, client *target.Client, vin, position string) error {
	for attempt := 0; ; attempt++ {
		_, err := client.Vehicle(ctx, vin, position)
		var status *target.StatusError
		if !errors.As(err, &status) || status.Status != http.StatusServiceUnavailable || attempt >= visibleTries {
			return err
		}
		select {
		case <-time.After(max(status.RetryAfter, 100*time.Millisecond)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// visibleTries is how often a target may say that it is not ready: some minutes.
const visibleTries = 100

// play plays a plan.
func play(ctx context.Context, plan *fleet.Plan, o *Options, address target.Address, client *target.Client, h truth.Header) (Report, error) {
	e := newEngine(plan, o.connections(plan.Interval))
	fmt.Fprintf(o.Progress, "playing: a heartbeat every %s from each vehicle, %.0f/s, over %d connections; timeout %s\n",
		plan.Interval, float64(o.Vehicles)/plan.Interval.Seconds(), cap(e.pings), plan.Timeout)
	e.start, e.rate = time.Now(), o.Rate
	e.run = strconv.FormatInt(e.start.UnixMilli(), 36)
	if o.Truth != "" {
		h.Start, h.Run = e.start, e.run
		var err error
		if e.truth, err = truth.Create(o.Truth, h); err != nil {
			return Report{}, err
		}
		introduce(e.truth, plan)
	}
	err := e.play(ctx, o, address, client, h.From)
	took := time.Since(e.start)
	return e.report(o.Target, took), errors.Join(err, e.truth.Close())
}

// introduce writes down what is known of a fleet before it moves.
func introduce(w *truth.Writer, plan *fleet.Plan) {
	for v := range plan.Fleet.Vehicles() {
		if clock := plan.Clock(v); clock != fleet.ClockRight {
			w.Write(&truth.Record{Kind: truth.KindClock, VIN: plan.Fleet.VIN(v), Clock: clock})
		}
	}
}

// play runs all that takes part, and returns when the last answer has come.
func (e *engine) play(ctx context.Context, o *Options, address target.Address, client *target.Client, from string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.Duration > 0 {
		ctx, cancel = context.WithTimeout(ctx, o.Duration)
		defer cancel()
	}
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(finishWithin, cut) })()
	var sends, watches senders
	sends.start(cap(e.pings), func() { (&pinger{engine: e, conn: target.NewConnection(address)}).work(sending) })
	sends.start(gateways, func() { (&uploader{engine: e, conn: target.NewConnection(address)}).work(sending) })
	sends.start(probers, func() {
		(&prober{pinger: pinger{engine: e, conn: target.NewConnection(address)}, client: client}).work(sending)
	})
	watching, stop := context.WithCancel(sending)
	var feedErr error
	watches.Go(func() { feedErr = e.follow(watching, client, from) })
	told := &progress{engine: e, out: o.Progress, live: o.Live}
	watches.Go(func() { told.tell(ctx) })
	watches.Go(func() { e.massOutages(ctx) })
	e.dispatch(ctx)
	end := time.Since(e.start)
	sends.Wait()
	stop()
	watches.Wait()
	e.truth.Write(&truth.Record{Kind: truth.KindEnd, To: max(1, milliseconds(end))})
	if feedErr != nil {
		return fmt.Errorf("follow the feed of changes: %w", feedErr)
	}
	return nil
}

// massOutages writes down each mass outage when it begins.
func (e *engine) massOutages(ctx context.Context) {
	if e.plan.MassOutageEvery == 0 {
		return
	}
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for number := 0; ; number++ {
		w, customer := e.plan.MassOutage(number)
		if !rest(ctx, timer, w.From-time.Since(e.start)) {
			return
		}
		name, _ := fleet.Customer(customer)
		e.truth.Write(&truth.Record{Kind: truth.KindMassOutage, Customer: name, Lines: e.plan.Fleet.SizeOf(customer), From: milliseconds(w.From), To: milliseconds(w.To)})
	}
}
