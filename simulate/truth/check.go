package truth

import (
	"context"
	"fmt"
	"time"

	"fleetbeat/simulate/target"
)

// Findings are what a check found.
type Findings struct {
	Vehicles      int           `json:"vehicles"`
	Contacts      int           `json:"contacts"`
	Connected     int           `json:"connected"` // transitions that were judged
	Disconnected  int           `json:"disconnected"`
	UnobservedMs  int64         `json:"unobservedMs"` // the sum of all unobserved spans
	Count         int           `json:"unexplained"`
	Unexplained   []Unexplained `json:"unexplainedFirst,omitempty"` // the first of them
	ToleranceMs   int64         `json:"toleranceMs"`
	LastMomentUTC time.Time     `json:"until"`
}

// Unexplained is a transition that the truth does not explain, or one that is missing.
type Unexplained struct {
	VIN  string    `json:"vin"`
	At   time.Time `json:"at"`
	What string    `json:"what"`
}

// shown is how many are told one by one.
const shown = 50

// settleWithin is how long a target may take to tell what became true before the end of a run.
const settleWithin = time.Minute

// Check compares what a file says with what the target tells. An error means that it could not be compared; whether all
// was explained is in the findings.
func Check(ctx context.Context, path string, client *target.Client) (Findings, error) {
	h, err := readFile(path)
	if err != nil {
		return Findings{}, err
	}
	settings, err := client.Settings(ctx)
	if err != nil {
		return Findings{}, err
	}
	if now := settings.Timeout().Milliseconds(); now != h.TimeoutMs {
		return Findings{}, fmt.Errorf("the target's timeout is %s and was %s in the run: nobody knows from when on", ms(now), ms(h.TimeoutMs))
	}
	head, err := settled(ctx, client, h.Start.Add(ms(h.end)))
	if err != nil {
		return Findings{}, err
	}
	spans, err := h.unobserved(ctx, client)
	if err != nil {
		return Findings{}, err
	}
	told, err := h.told(ctx, client, head)
	if err != nil {
		return Findings{}, err
	}
	return h.judge(spans, told), nil
}

// settled waits until the feed of changes has everything up to a moment.
func settled(ctx context.Context, client *target.Client, moment time.Time) (head target.Head, err error) {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	for {
		if head, err = client.Head(ctx); err != nil {
			return head, err
		}
		if !head.AsOf.Before(moment) {
			return head, nil
		}
		select {
		case <-ctx.Done():
			return head, fmt.Errorf("the target's feed knows nothing after %s, and the run ended at %s", head.AsOf.Format(time.RFC3339Nano), moment.Format(time.RFC3339Nano))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// unobserved asks for the spans that may have moved a deadline of the run.
func (h *history) unobserved(ctx context.Context, client *target.Client) (spans []span, err error) {
	from, to := h.Start.Add(-observedSilences*ms(h.TimeoutMs)), h.Start.Add(ms(h.end))
	found, err := client.Unobserved(ctx, h.fleet.VIN(0), from, to)
	if err != nil {
		return nil, fmt.Errorf("ask for unobserved spans: %w", err)
	}
	for _, s := range found {
		spans = append(spans, span{h.since(s.From), h.since(s.To)})
	}
	return spans, nil
}

// told reads what the feed told of the fleet since the start of the run, by vehicle.
func (h *history) told(ctx context.Context, client *target.Client, head target.Head) ([][]transition, error) {
	told := make([][]transition, h.Vehicles)
	if head.Newest == h.Newest {
		return told, nil // nothing happened, and the feed would be waited for in vain
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	err := client.Follow(ctx, h.From, func(t target.Transition) bool {
		if vehicle, ok := h.fleet.IndexOf(t.VIN); ok {
			told[vehicle] = append(told[vehicle], transition{h.since(t.At), h.since(t.LastHeartbeat), t.Status == "connected"})
		}
		return t.Position != head.Newest
	})
	if err == nil && ctx.Err() != nil {
		err = fmt.Errorf("the feed did not come to its end: %w", ctx.Err())
	}
	return told, err
}

func (h *history) since(t time.Time) int64 { return t.UnixMilli() - h.Start.UnixMilli() }

// judge judges every vehicle.
func (h *history) judge(spans []span, told [][]transition) Findings {
	f := Findings{Vehicles: h.Vehicles, ToleranceMs: h.ToleranceMs, LastMomentUTC: h.Start.Add(ms(h.end)).UTC()}
	for _, s := range spans {
		f.UnobservedMs += s.to - s.from
	}
	for vehicle, contacts := range h.contacts {
		f.Contacts += len(contacts)
		j := &judge{
			timeout: h.TimeoutMs, tolerance: h.ToleranceMs, proof: h.ProofMs, spans: spans, end: h.end, fresh: h.Fresh, start: h.Start,
			find: func(at int64, what string) {
				f.Count++
				if len(f.Unexplained) < shown {
					f.Unexplained = append(f.Unexplained, Unexplained{h.fleet.VIN(vehicle), h.Start.Add(ms(at)).UTC(), what})
				}
			},
		}
		j.vehicle(contacts, told[vehicle])
		for _, t := range told[vehicle] {
			switch {
			case t.at > h.end:
			case t.connected:
				f.Connected++
			default:
				f.Disconnected++
			}
		}
	}
	return f
}
