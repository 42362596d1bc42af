package liveness

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// Snapshots keeps one blob under a key, with the place of the log it stands for. Save replaces it whole or, whatever
// happens, not at all. Load returns nil where there is none.
type Snapshots interface {
	Load(ctx context.Context, key string) (blob []byte, err error)
	Save(ctx context.Context, key string, position domain.Position, blob []byte) error
}

// mark is an event by which a log is known again: one that was restored from a backup may have gone another way since.
type mark struct {
	Stream   string              `json:"stream"`
	Revision eventstore.Revision `json:"revision"`
	ID       uuid.UUID           `json:"id"`
}

// snapshotVersion changes with the format and with every change of the rules, so that an upgrade folds anew.
const snapshotVersion = 2

// errNoSnapshot is a blob that cannot be used: of another version, or damaged. The log is folded from the start then.
var errNoSnapshot = errors.New("no usable snapshot")

// header is all of a snapshot but its vehicles.
type header struct {
	Version     int                 `json:"version"`
	LogID       string              `json:"logId"`
	Position    domain.Position     `json:"position"`
	Connections eventstore.Revision `json:"connections"` // last revision that is in it
	Last        mark                `json:"last"`        // the last event folded
	Kept        mark                `json:"kept"`        // the last event folded of a stream that is kept for ever
	Settings    domain.Settings     `json:"settings"`
	Customers   []customerSnapshot  `json:"customers"`
	Nodes       []node              `json:"nodes"`
	Watermark   domain.Instant      `json:"watermark,omitempty"`
	Newest      domain.Instant      `json:"newest,omitempty"`
	Vacant      domain.Instant      `json:"vacant,omitempty"`
	Blind       domain.Instant      `json:"blind,omitempty"`
	Spans       domain.Spans        `json:"spans"`
	Vehicles    int                 `json:"vehicles"`
}

type customerSnapshot struct {
	ID domain.CustomerID `json:"id"`
	domain.Overrides
}

// vehicleSize is the number of bytes of a vehicle in a snapshot.
const vehicleSize = 17 + 1 + 4 + 5*8 + 3*4

// encode returns the state as one blob: CRC-32, length of the header, header as JSON, vehicles.
func (s *State) encode(h header) ([]byte, error) {
	h.Version, h.Settings, h.Nodes, h.Spans = snapshotVersion, s.settings, s.nodes, s.spans
	h.Watermark, h.Newest, h.Vacant, h.Blind, h.Vehicles = s.w, s.newest, s.vacant, s.blind, s.held
	for _, c := range s.customers {
		h.Customers = append(h.Customers, customerSnapshot{c.id, c.overrides})
	}
	head, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("encode snapshot: %w", err)
	}
	blob := make([]byte, 8, 8+len(head)+s.held*vehicleSize)
	binary.LittleEndian.PutUint32(blob[4:], uint32(len(head)))
	blob = append(blob, head...)
	s.each(func(_ uint32, v *vehicle) { blob = appendVehicle(blob, v) })
	binary.LittleEndian.PutUint32(blob, crc32.ChecksumIEEE(blob[4:]))
	return blob, nil
}

func appendVehicle(blob []byte, v *vehicle) []byte {
	le := binary.LittleEndian
	blob = append(append(blob, v.vin[:]...), byte(v.status))
	blob = le.AppendUint32(blob, v.customer)
	blob = le.AppendUint64(blob, uint64(v.last))
	blob = le.AppendUint64(blob, uint64(v.since))
	blob = le.AppendUint64(blob, math.Float64bits(v.lat))
	blob = le.AppendUint64(blob, math.Float64bits(v.lon))
	blob = le.AppendUint64(blob, uint64(v.locatedAt))
	blob = le.AppendUint32(blob, uint32(v.life))
	blob = le.AppendUint32(blob, uint32(v.interval))
	return le.AppendUint32(blob, uint32(v.grace))
}

// decodeState returns the state that encode made, not yet deciding, and the header. The error wraps errNoSnapshot.
func decodeState(blob []byte) (*State, header, error) {
	var h header
	if len(blob) < 8 || binary.LittleEndian.Uint32(blob) != crc32.ChecksumIEEE(blob[4:]) {
		return nil, h, fmt.Errorf("damaged: %w", errNoSnapshot)
	}
	size := int(binary.LittleEndian.Uint32(blob[4:]))
	body := blob[8:]
	if size > len(body) || json.Unmarshal(body[:size], &h) != nil || h.Version != snapshotVersion ||
		len(body)-size != h.Vehicles*vehicleSize {
		return nil, h, fmt.Errorf("of another version: %w", errNoSnapshot)
	}
	s := NewState()
	s.settings, s.nodes, s.spans = h.Settings, h.Nodes, h.Spans
	s.w, s.newest, s.vacant, s.blind = h.Watermark, h.Newest, h.Vacant, h.Blind
	for _, c := range h.Customers {
		s.table.customers[s.customer(c.ID)].overrides = c.Overrides
	}
	for rest := body[size:]; len(rest) > 0; rest = rest[vehicleSize:] {
		s.decodeVehicle(rest[:vehicleSize])
	}
	return s, h, nil
}

func (s *State) decodeVehicle(b []byte) {
	le := binary.LittleEndian
	v := s.at(s.add(vinKey(b)))
	b = b[len(v.vin):]
	v.status = status(b[0])
	v.customer = le.Uint32(b[1:])
	v.last, v.since = domain.Instant(le.Uint64(b[5:])), domain.Instant(le.Uint64(b[13:]))
	v.lat, v.lon = math.Float64frombits(le.Uint64(b[21:])), math.Float64frombits(le.Uint64(b[29:]))
	v.locatedAt = domain.Instant(le.Uint64(b[37:]))
	v.life, v.interval, v.grace = int32(le.Uint32(b[45:])), int32(le.Uint32(b[49:])), int32(le.Uint32(b[53:]))
	s.counts[v.status]++
}
