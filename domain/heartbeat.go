package domain

import (
	"math"
	"time"
	"unicode"
	"unicode/utf8"
)

// Heartbeat is one message from a vehicle, as it lies in the log.
type Heartbeat struct {
	VIN        VIN       `json:"vin"`
	ID         string    `json:"id"`
	ReceivedAt Instant   `json:"receivedAt"` // stamped by ingest: the only time that decides about status
	SentAt     Instant   `json:"sentAt,omitzero"`
	Location   *Location `json:"location,omitzero"`
	Readings   Readings  `json:"readings,omitempty"`
}

// Location is where a vehicle is, in degrees (WGS 84).
type Location struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// LocationAt is a location and the moment it was true.
type LocationAt struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
	At  Instant `json:"at"`
}

// Readings are named numbers: speed, fuel, engine_temperature, …
type Readings map[string]float64

// The limits of what a heartbeat may carry.
const (
	MaxReadings          = 64
	MaxReadingNameLength = 64
	MaxHeartbeatIDLength = 64
)

// sentAtTolerance is how far a device's clock may be ahead of receipt and still be believed.
const sentAtTolerance = 5 * time.Minute

// MeasuredAt returns the moment that location and readings belong to: the device's own time, unless it is absent or more
// than 5 minutes ahead of receipt, where the receipt time stands in. Of several the newest wins.
func (h Heartbeat) MeasuredAt() Instant {
	if h.SentAt.IsZero() || h.SentAt > h.ReceivedAt.Add(sentAtTolerance) {
		return h.ReceivedAt
	}
	return h.SentAt
}

// Check returns the Invalid error naming the first field that is wrong, or nil. It does not look at ReceivedAt.
func (h Heartbeat) Check() error {
	if err := CheckHeartbeatID(h.ID); err != nil {
		return err
	}
	if h.Location != nil {
		if err := h.Location.check(); err != nil {
			return err
		}
	}
	return h.Readings.check()
}

// CheckHeartbeatID returns the Invalid error of an id that is not 1–64 printable characters, or nil. An empty id is no
// error: it means that the device gave none.
func CheckHeartbeatID(id string) error {
	if n := utf8.RuneCountInString(id); n > MaxHeartbeatIDLength {
		return InvalidField("id", "has %d characters, at most %d are allowed", n, MaxHeartbeatIDLength)
	}
	for _, c := range id {
		if !unicode.IsPrint(c) || c == utf8.RuneError {
			return InvalidField("id", "must consist of printable characters")
		}
	}
	return nil
}

func (l Location) check() error {
	if !(math.Abs(l.Lat) <= 90) { // written so that NaN is refused
		return InvalidField("location.lat", "must be from -90 to 90 degrees")
	}
	if !(math.Abs(l.Lon) <= 180) {
		return InvalidField("location.lon", "must be from -180 to 180 degrees")
	}
	return nil
}

func (r Readings) check() error {
	if len(r) > MaxReadings {
		return InvalidField("readings", "has %d readings, at most %d are allowed", len(r), MaxReadings)
	}
	for name, value := range r {
		if !readingName(name) {
			return InvalidField("readings", "%q is not a name of a–z, 0–9 and _ that begins with a letter, at most %d long", name, MaxReadingNameLength)
		}
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return InvalidField("readings."+name, "must be a finite number")
		}
	}
	return nil
}

func readingName(name string) bool {
	if name == "" || len(name) > MaxReadingNameLength || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	for _, c := range name {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_') {
			return false
		}
	}
	return true
}
