package ingest

import (
	"fmt"
	"math"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"fleetbeat/domain"
)

// noTime stands where the receipt time will be: a batch is encoded before it is stamped, so that the lock that stamps
// only copies bytes.
const noTime = "0000-00-00T00:00:00.000Z"

// call is the heartbeats of one Record, encoded: everything that can be done before the lock is taken.
type call struct {
	bytes    []byte
	marks    []mark
	receipts []Receipt
	longest  int // bytes of one heartbeat
}

// mark is where one heartbeat lies in a call's bytes.
type mark struct {
	stamp int    // where its receipt time begins
	end   int    // where the next heartbeat begins
	key   uint64 // what it is known again by; 0 for an id that cannot come twice
}

// reset empties c for heartbeats to be encoded. The receipts are the caller's to keep: they are made anew.
func (c *call) reset(n int) {
	c.bytes, c.marks, c.receipts = c.bytes[:0], c.marks[:0], make([]Receipt, 0, n)
	c.longest = 0
}

// add encodes h as json.Marshal would, in the order of the struct's fields, with noTime for its receipt time. All of it
// up to the receipt time, closed by a brace, is the bare contact that a repeated heartbeat is stored as.
func (c *call) add(h *domain.Heartbeat, s *seen) error {
	id, repeatable := identify(h)
	var m mark
	if repeatable {
		m.key = s.key(h.VIN, id)
	}
	start := len(c.bytes)
	b, err := jsontext.AppendQuote(append(c.bytes, `{"vin":`...), h.VIN)
	if err == nil {
		b, err = jsontext.AppendQuote(append(b, `,"id":`...), id)
	}
	if err != nil {
		return fmt.Errorf("encode heartbeat %q of %q: %w", id, h.VIN, err)
	}
	b = append(b, `,"receivedAt":"`...)
	m.stamp = len(b)
	b = append(b, noTime+`"`...)
	if b, err = appendContent(b, h); err != nil {
		return fmt.Errorf("encode heartbeat %q of %q: %w", id, h.VIN, err)
	}
	c.bytes = append(b, '}')
	m.end = len(c.bytes)
	c.longest = max(c.longest, m.end-start)
	c.marks = append(c.marks, m)
	c.receipts = append(c.receipts, Receipt{ID: id})
	return nil
}

// appendContent appends what a heartbeat says beside "I am here".
func appendContent(b []byte, h *domain.Heartbeat) ([]byte, error) {
	if !h.SentAt.IsZero() {
		b, _ = h.SentAt.AppendText(append(b, `,"sentAt":"`...)) // never fails
		b = append(b, '"')
	}
	var err error
	if h.Location != nil {
		if b, err = appendNumber(append(b, `,"location":{"lat":`...), h.Location.Lat); err != nil {
			return nil, err
		}
		if b, err = appendNumber(append(b, `,"lon":`...), h.Location.Lon); err != nil {
			return nil, err
		}
		b = append(b, '}')
	}
	if len(h.Readings) == 0 {
		return b, nil
	}
	b = append(b, `,"readings":`...)
	open := byte('{')
	for name, value := range h.Readings {
		if b, err = jsontext.AppendQuote(append(b, open), name); err != nil {
			return nil, err
		}
		if b, err = appendNumber(append(b, ':'), value); err != nil {
			return nil, err
		}
		open = ','
	}
	return append(b, '}'), nil
}

// appendNumber appends a number as json.Marshal would. Those that JSON writes with an exponent, and those it cannot write
// at all, are left to it.
func appendNumber(b []byte, f float64) ([]byte, error) {
	if abs := math.Abs(f); f == 0 || abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(b, f, 'f', -1, 64), nil
	}
	text, err := json.Marshal(f)
	return append(b, text...), err
}
