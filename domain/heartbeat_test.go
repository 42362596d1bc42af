package domain_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestCheckHeartbeatID(t *testing.T) {
	t.Parallel()
	for promise, id := range map[string]string{
		"takes none":                   "",
		"takes one character":          "1",
		"takes 64 characters":          strings.Repeat("x", 64),
		"counts characters, not bytes": strings.Repeat("é", 64),
		"takes spaces and marks":       "trip 7 / beat #12",
		"takes a UUID":                 "0198c5a2-7e1b-7cc3-98a6-2f1c3b1f0a11",
	} {
		t.Run(promise, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, domain.Heartbeat{ID: id}.Check())
		})
	}
	for promise, id := range map[string]string{
		"refuses 65 characters":            strings.Repeat("x", 65),
		"refuses 65 characters of 2 bytes": strings.Repeat("é", 65),
		"refuses a line break":             "a\nb",
		"refuses NUL":                      "\x00",
		"refuses a no-break space":         "a\u00a0b",
		"refuses what cannot be seen":      "a\u200bb",
		"refuses what turns text around":   "a\u202eb",
		"refuses invalid UTF-8":            "a\xffb",
		"refuses a replacement character":  "a\ufffdb",
	} {
		t.Run(promise, func(t *testing.T) {
			t.Parallel()
			requireInvalid(t, domain.CheckHeartbeatID(id), "id")
			requireInvalid(t, domain.Heartbeat{ID: id}.Check(), "id")
		})
	}
}

func TestHeartbeatLocation(t *testing.T) {
	t.Parallel()
	past := func(limit float64) float64 { return math.Nextafter(limit, 2*limit) }
	for _, c := range []struct {
		promise  string
		lat, lon float64
		field    string
	}{
		{"takes the origin", 0, 0, ""},
		{"takes Stockholm", 59.3293, 18.0686, ""},
		{"takes the north-east corner", 90, 180, ""},
		{"takes the south-west corner", -90, -180, ""},
		{"takes negative zero", math.Copysign(0, -1), math.Copysign(0, -1), ""},
		{"refuses a latitude past the north pole", past(90), 0, "location.lat"},
		{"refuses a latitude past the south pole", past(-90), 0, "location.lat"},
		{"refuses a longitude too far east", 0, past(180), "location.lon"},
		{"refuses a longitude too far west", 0, past(-180), "location.lon"},
		{"refuses a latitude that is no number", math.NaN(), 0, "location.lat"},
		{"refuses a longitude that is no number", 0, math.NaN(), "location.lon"},
		{"refuses an infinite latitude", math.Inf(1), 0, "location.lat"},
		{"refuses an infinite longitude", 0, math.Inf(-1), "location.lon"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			err := domain.Heartbeat{Location: &domain.Location{Lat: c.lat, Lon: c.lon}}.Check()
			if c.field == "" {
				require.NoError(t, err)
				return
			}
			requireInvalid(t, err, c.field)
		})
	}
}

func manyReadings(n int) domain.Readings {
	readings := domain.Readings{}
	for i := range n {
		readings[fmt.Sprintf("reading_%d", i)] = float64(i)
	}
	return readings
}

func TestHeartbeatReadings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		promise  string
		readings domain.Readings
		field    string
	}{
		{"takes none", nil, ""},
		{"takes 64", manyReadings(64), ""},
		{"takes digits and _ after the first letter", domain.Readings{"tyre_2_pressure": -2.5, "x": 0}, ""},
		{"takes a name of 64", domain.Readings{strings.Repeat("a", 64): 1}, ""},
		{"takes the greatest number", domain.Readings{"odometer": math.MaxFloat64}, ""},
		{"refuses 65", manyReadings(65), "readings"},
		{"refuses a name of 65", domain.Readings{strings.Repeat("a", 65): 1}, "readings"},
		{"refuses an empty name", domain.Readings{"": 1}, "readings"},
		{"refuses upper case", domain.Readings{"Speed": 1}, "readings"},
		{"refuses upper case inside", domain.Readings{"engineTemperature": 1}, "readings"},
		{"refuses a digit in front", domain.Readings{"2speed": 1}, "readings"},
		{"refuses _ in front", domain.Readings{"_speed": 1}, "readings"},
		{"refuses a dot", domain.Readings{"engine.temperature": 1}, "readings"},
		{"refuses a space", domain.Readings{"fuel level": 1}, "readings"},
		{"refuses other letters", domain.Readings{"kühlwasser": 1}, "readings"},
		{"refuses invalid UTF-8", domain.Readings{"a\xff": 1}, "readings"},
		{"refuses what is no number", domain.Readings{"speed": math.NaN()}, "readings.speed"},
		{"refuses infinity", domain.Readings{"speed": math.Inf(1)}, "readings.speed"},
		{"refuses minus infinity", domain.Readings{"speed": math.Inf(-1)}, "readings.speed"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			err := domain.Heartbeat{Readings: c.readings}.Check()
			if c.field == "" {
				require.NoError(t, err)
				return
			}
			requireInvalid(t, err, c.field)
		})
	}
	t.Run("names the first field that is wrong", func(t *testing.T) {
		t.Parallel()
		h := domain.Heartbeat{ID: "\n", Location: &domain.Location{Lat: 91}, Readings: domain.Readings{"": 1}}
		requireInvalid(t, h.Check(), "id")
		h.ID = ""
		requireInvalid(t, h.Check(), "location.lat")
		h.Location = nil
		requireInvalid(t, h.Check(), "readings")
	})
}

func TestMeasuredAt(t *testing.T) {
	t.Parallel()
	received := at("2026-01-31T12:00:00.000Z")
	for _, c := range []struct {
		promise    string
		sent, want domain.Instant
	}{
		{"is the receipt time where the device gives none", 0, received},
		{"is the device's time", received.Add(-3 * time.Second), received.Add(-3 * time.Second)},
		{"is the device's time however old, as from a buffer", received.Add(-72 * time.Hour), received.Add(-72 * time.Hour)},
		{"is the device's time up to exactly 5 minutes ahead", received.Add(5 * time.Minute), received.Add(5 * time.Minute)},
		{"is the receipt time a millisecond beyond that", received.Add(5*time.Minute + time.Millisecond), received},
		{"is the receipt time for a clock years ahead", received.Add(90_000 * time.Hour), received},
		{"is the device's time before 1970", -1, -1},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, domain.Heartbeat{ReceivedAt: received, SentAt: c.sent}.MeasuredAt())
		})
	}
}
