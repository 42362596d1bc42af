package simulate

import (
	"bytes"
	"context"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/gzip"

	"fleetbeat/simulate/target"
	"fleetbeat/simulate/truth"
)

const (
	// gatherFor is how long a gateway waits for other vehicles before it uploads what it has.
	gatherFor     = 500 * time.Millisecond
	gatherLines   = 2000
	uploadTries   = 5
	uploadWithin  = 30 * time.Second
	gateways      = 2
	uploadContent = "application/x-ndjson"
)

// uploader is a gateway: it uploads what vehicles have kept in coverage holes, many vehicles' in one.
type uploader struct {
	*engine
	conn *target.Connection
	text []byte
	body bytes.Buffer
	zip  *gzip.Writer
	from []truth.Uploaded
	line int // lines gathered
}

// work uploads what is handed out until there is nothing more.
func (u *uploader) work(ctx context.Context) {
	defer u.conn.Close()
	u.zip = gzip.NewWriter(&u.body)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		j, ok := <-u.uploads
		if !ok {
			return
		}
		u.text, u.from, u.line = u.text[:0], u.from[:0], 0
		u.gather(j)
		timer.Reset(gatherFor)
		for full := false; !full && ok; {
			select {
			case j, ok = <-u.uploads:
				if ok {
					u.gather(j)
				}
				full = u.line >= gatherLines
			case <-timer.C:
				full = true
			}
		}
		u.upload(ctx)
	}
}

// gather adds a vehicle's part.
func (u *uploader) gather(j job) {
	vin := u.plan.Fleet.VIN(j.vehicle)
	for _, beat := range u.plan.Lines(j.vehicle, j.step) {
		u.text = append(u.appendHeartbeat(u.text, vin, j.vehicle, beat), '\n')
		u.line++
	}
	u.from = append(u.from, truth.Uploaded{VIN: vin, First: j.step.First, Last: j.step.Beat})
}

// upload sends what was gathered until it is taken or hopeless. Sending it again is safe: the ids are the same.
func (u *uploader) upload(ctx context.Context) {
	u.body.Reset()
	u.zip.Reset(&u.body)
	_, _ = u.zip.Write(u.text) // into memory, which takes everything
	_ = u.zip.Close()
	for attempt := range uploadTries {
		again, after := u.try(ctx, attempt > 0)
		if !again {
			return
		}
		select {
		case <-time.After(backoff(attempt, after)):
		case <-ctx.Done():
			return
		}
	}
}

// try sends an upload once and reports whether, and after which time, it should be tried again.
func (u *uploader) try(ctx context.Context, repeated bool) (again bool, after time.Duration) {
	sent := time.Since(u.start)
	answer, err := u.conn.Post(ctx, target.Request{Path: "/heartbeats", ContentType: uploadContent, Encoding: "gzip", Body: u.body.Bytes()}, uploadWithin)
	answered := time.Since(u.start)
	v := verdictOf(answer.Status, err)
	var taken struct {
		Accepted      int64  `json:"accepted"`
		Duplicates    int64  `json:"duplicates"`
		RejectedCount int64  `json:"rejectedCount"`
		Broken        string `json:"broken"`
	}
	if v.outcome == truth.Accepted {
		if err := json.Unmarshal(answer.Body, &taken); err != nil {
			v = verdict{truth.Unknown, "unreadable answer", false}
		} else if taken.RejectedCount > 0 || taken.Broken != "" {
			v = verdict{truth.Unknown, "rejected lines", false} // those of one vehicle perhaps, and nobody sorts out whose
		}
		u.stats.uploads.Add(1)
		u.stats.lines.Add(taken.Accepted + taken.Duplicates)
		u.stats.rejected.Add(taken.RejectedCount)
	}
	u.truth.Write(&truth.Record{
		Kind: truth.KindUpload, Again: repeated, Sent: milliseconds(sent), Answered: answeredBy(answered), Outcome: v.outcome, Error: v.kind,
		Lines: u.line, Vehicles: u.from,
	})
	if v.kind != "" {
		u.stats.failed("upload: " + v.kind)
	}
	return v.again, answer.RetryAfter
}
