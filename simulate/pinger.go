package simulate

import (
	"bytes"
	"context"
	"time"

	"fleetbeat/simulate/fleet"
	"fleetbeat/simulate/target"
	"fleetbeat/simulate/truth"
)

// answerWithin is how long a device waits for an answer. It is longer than a target takes to say that it cannot.
const answerWithin = 10 * time.Second

// pinger sends single heartbeats, one at a time.
type pinger struct {
	*engine
	conn *target.Connection
	body []byte
}

// work sends what is handed out until there is nothing more.
func (p *pinger) work(ctx context.Context) {
	defer p.conn.Close()
	for j := range p.pings {
		p.send(ctx, j)
	}
}

// send sends a heartbeat and counts what came of it. It returns when its 202 came, after the start, or false.
func (p *pinger) send(ctx context.Context, j job) (answered time.Duration, ok bool) {
	vin := p.plan.Fleet.VIN(j.vehicle)
	p.body = p.appendHeartbeat(p.body[:0], "", j.vehicle, j.step.Beat)
	sent := time.Since(p.start)
	if sent > j.step.At+lateAfter && j.attempt == 0 {
		p.stats.late.Add(1)
	}
	answer, err := p.conn.Post(ctx, target.Request{Path: "/heartbeat/" + vin, ContentType: "application/json", Body: p.body}, answerWithin)
	answered = time.Since(p.start)
	v := verdictOf(answer.Status, err)
	p.truth.Write(&truth.Record{
		Kind: truth.KindPing, VIN: vin, Beat: j.step.Beat, Again: j.step.Kind == fleet.Repeat || j.attempt > 0,
		Planned: milliseconds(j.step.At), Sent: milliseconds(sent), Answered: answeredBy(answered), Outcome: v.outcome, Error: v.kind,
	})
	if v.outcome == truth.Accepted {
		p.stats.pings.Add(1)
		p.stats.answered.add(answered - sent)
		p.stats.fromPlan.add(answered - j.step.At)
		if bytes.Contains(answer.Body, []byte(`"duplicate":true`)) {
			p.stats.duplicates.Add(1)
		}
		return answered, true
	}
	p.stats.failed(v.kind)
	if v.again {
		p.retry(j, backoff(j.attempt, answer.RetryAfter))
	}
	return 0, false
}
