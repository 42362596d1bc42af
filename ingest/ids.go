package ingest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"fleetbeat/domain"
)

// identify returns the id under which h is stored, and whether it could come a second time: the device's own; or, where
// the device says when it sent h, one that follows from the VIN, that time and the content, the same on every node and
// after every restart, so that a repeated upload is known again; or else a new one.
func identify(h *domain.Heartbeat) (id string, repeatable bool) {
	switch {
	case h.ID != "":
		return h.ID, true
	case !h.SentAt.IsZero():
		return contentID(h), true
	}
	return newID(), false
}

// newID returns 16 characters that nobody has seen: 96 random bits.
func newID() string {
	var b [12]byte
	binary.LittleEndian.PutUint64(b[:], rand.Uint64())
	binary.LittleEndian.PutUint32(b[8:], rand.Uint32())
	var text [16]byte
	base64.RawURLEncoding.Encode(text[:], b[:])
	return string(text[:]) // the one allocation; EncodeToString makes two
}

// contentID returns 22 characters that follow from what h says. What is hashed must never change: a device that sends
// again after an upgrade of ours would be counted as another heartbeat.
func contentID(h *domain.Heartbeat) string {
	b := make([]byte, 0, 256)
	b = append(append(b, h.VIN...), 0)
	b = binary.LittleEndian.AppendUint64(b, uint64(h.SentAt))
	if l := h.Location; l != nil {
		b = append(b, 'l')
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(l.Lat))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(l.Lon))
	}
	for _, name := range slices.Sorted(maps.Keys(h.Readings)) {
		b = append(append(append(b, 'r'), name...), 0)
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(h.Readings[name]))
	}
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
