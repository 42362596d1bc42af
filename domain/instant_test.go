package domain_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// at returns the moment that text names.
func at(text string) domain.Instant {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return domain.InstantOf(t)
}

func TestInstantJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ promise, given, written string }{
		{"three decimals stay", "2026-01-31T12:00:00.123Z", "2026-01-31T12:00:00.123Z"},
		{"none becomes three", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"},
		{"one becomes three", "2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500Z"},
		{"nine become three, cut and not rounded", "2026-01-31T12:00:00.123999999Z", "2026-01-31T12:00:00.123Z"},
		{"an offset becomes UTC", "2026-01-31T12:00:00.000+05:30", "2026-01-31T06:30:00.000Z"},
		{"an offset may change the year", "2025-12-31T23:30:00-01:00", "2026-01-01T00:30:00.000Z"},
		{"an offset of zero is UTC", "2026-01-31T12:00:00+00:00", "2026-01-31T12:00:00.000Z"},
		{"the 29th of February of a leap year", "2024-02-29T00:00:00.000Z", "2024-02-29T00:00:00.000Z"},
		{"the 31st", "2026-12-31T23:59:59.999Z", "2026-12-31T23:59:59.999Z"},
		{"before 1970", "1969-07-20T20:17:40.000Z", "1969-07-20T20:17:40.000Z"},
		{"just before 1970, cut to the millisecond it lies in", "1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"},
		{"the year 0", "0000-01-01T00:00:00.000Z", "0000-01-01T00:00:00.000Z"},
		{"the year 9999", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			var i domain.Instant
			require.NoError(t, json.Unmarshal([]byte(`"`+c.given+`"`), &i))
			raw, err := json.Marshal(i)
			require.NoError(t, err)
			assert.Equal(t, `"`+c.written+`"`, string(raw))
			assert.Equal(t, c.written, i.String())
		})
	}
}

func TestInstantRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "now", "none", "0", "1700000000000", "2026-01-31", "12:00:00", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z",
		"2026-01-31T12:00:00.000", "2026-01-31T12:00Z", "2026-01-31T12:00:00.000Zx", " 2026-01-31T12:00:00.000Z",
		"2026-13-01T00:00:00.000Z", "2026-00-01T00:00:00.000Z", "2026-01-00T00:00:00.000Z", "2026-01-32T00:00:00.000Z",
		"2026-02-29T00:00:00.000Z", "2026-04-31T00:00:00.000Z", "2026-01-01T24:00:00.000Z", "2026-01-01T00:60:00.000Z",
		"2026-01-01T00:00:60.000Z", "2026-01-01T00:00:00.0x0Z", "2026-01-01T00:00:00.-10Z", "+026-01-01T00:00:00.000Z",
		"20x6-01-01T00:00:00.000Z", "２０26-01-01T00:00:00Z", "2026-01-01T00:00:00.000+99:00", "2026-01-01T00:00:00.000\xff",
	} {
		t.Run("garbage: "+text, func(t *testing.T) {
			t.Parallel()
			i := domain.Instant(7)
			err := i.UnmarshalText([]byte(text))
			require.ErrorContains(t, err, "is not a time like 2026-01-31T12:00:00.000Z")
			assert.Equal(t, domain.Instant(7), i, "a refused text leaves what was there")
		})
	}
	// In the log such a moment would have a year of five digits or a sign: written, and never read again by anybody.
	for _, text := range []string{"9999-12-31T23:59:59.999-00:01", "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00+00:01"} {
		t.Run("what lies outside the years 0 to 9999 in UTC: "+text, func(t *testing.T) {
			t.Parallel()
			var i domain.Instant
			require.Error(t, i.UnmarshalText([]byte(text)))
		})
	}
}

func TestInstantZero(t *testing.T) {
	t.Parallel()
	t.Run("is the zero time, both ways", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, domain.Instant(0), domain.InstantOf(time.Time{}))
		assert.True(t, domain.Instant(0).Time().IsZero())
	})
	t.Run("says none", func(t *testing.T) {
		t.Parallel()
		assert.True(t, domain.Instant(0).IsZero())
		assert.Equal(t, "none", domain.Instant(0).String())
		assert.False(t, domain.Instant(-1).IsZero())
	})
	t.Run("is left out of JSON", func(t *testing.T) {
		t.Parallel()
		raw, err := json.Marshal(domain.IngestOpened{At: 1})
		require.NoError(t, err)
		assert.JSONEq(t, `{"at":"1970-01-01T00:00:00.001Z"}`, string(raw))
	})
	t.Run("is what the zero time reads as, however it is written", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z", "0001-01-01T01:00:00.000+01:00"} {
			i := domain.Instant(7)
			require.NoError(t, i.UnmarshalText([]byte(text)))
			assert.True(t, i.IsZero(), text)
		}
	})
}

func TestInstantArithmetic(t *testing.T) {
	t.Parallel()
	i := at("2026-01-31T12:00:00.000Z")
	t.Run("Add cuts to whole milliseconds and Sub undoes it", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, i+1500, i.Add(1500*time.Millisecond))
		assert.Equal(t, i+1, i.Add(1999*time.Microsecond))
		assert.Equal(t, i-1000, i.Add(-time.Second))
		assert.Equal(t, 90*time.Second, i.Add(90*time.Second).Sub(i))
		assert.Equal(t, -90*time.Second, i.Sub(i.Add(90*time.Second)))
	})
	t.Run("InstantOf takes the millisecond that the time lies in, on both sides of 1970", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, domain.Instant(1), domain.InstantOf(time.Unix(0, 1_999_999)))
		assert.Equal(t, domain.Instant(-1), domain.InstantOf(time.Unix(0, -1)))
	})
	t.Run("one moment in two places is one Instant", func(t *testing.T) {
		t.Parallel()
		there := i.Time().In(time.FixedZone("", 5*3600))
		assert.Equal(t, i, domain.InstantOf(there))
		assert.Equal(t, time.UTC, i.Time().Location())
	})
}

// Every text that time.Parse takes and that stays within the years 0 to 9999 must mean what time.Parse says, by the fast
// path as by the slow one, and be written so that it reads the same.
func TestInstantEqualsTimeParse(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 1))
	layouts := []string{"2006-01-02T15:04:05.000Z07:00", time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05.0Z07:00"}
	first, last := at("0000-01-02T00:00:00Z"), at("9999-12-30T23:59:59.999Z")
	for range 100_000 {
		moment := time.UnixMilli(int64(first) + r.Int64N(int64(last-first))).UTC().Add(time.Duration(r.IntN(1_000_000)))
		if r.IntN(2) == 0 {
			moment = moment.In(time.FixedZone("", (r.IntN(24*60)-12*60)*60))
		}
		text := moment.Format(layouts[r.IntN(len(layouts))])
		want, err := time.Parse(time.RFC3339Nano, text)
		require.NoError(t, err)

		var got domain.Instant
		require.NoError(t, got.UnmarshalText([]byte(text)), text)
		require.Equal(t, want.UnixMilli(), int64(got), text)
		written, err := got.MarshalText()
		require.NoError(t, err)
		var again domain.Instant
		require.NoError(t, again.UnmarshalText(written))
		require.Equal(t, got, again, text)
	}
}

func FuzzInstant(f *testing.F) {
	for _, seed := range []string{"2026-01-31T12:00:00.000Z", "2024-02-29T23:59:59.999Z", "0001-01-01T00:00:00.000Z",
		"9999-12-31T23:59:59-23:59", "2026-01-31T12:00:00,5+05:30", "2026-01-31T1:00:00Z", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got domain.Instant
		err := got.UnmarshalText([]byte(text))
		want, wantErr := time.Parse(time.RFC3339Nano, text)
		if year := want.UTC().Year(); wantErr != nil || year < 0 || year > 9999 {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.Equal(t, domain.InstantOf(want), got)
		written, err := got.MarshalText()
		require.NoError(t, err)
		require.Len(t, written, len("2006-01-02T15:04:05.000Z"))
		var again domain.Instant
		require.NoError(t, again.UnmarshalText(written))
		require.Equal(t, got, again)
	})
}

func BenchmarkInstantUnmarshalText(b *testing.B) {
	for name, text := range map[string]string{
		"as Fleetbeat writes it": "2026-01-28T12:34:56.789Z",
		"on the 31st":            "2026-01-31T12:34:56.789Z",
		"as others write it":     "2026-01-28T12:34:56.789123+02:00",
	} {
		b.Run(name, func(b *testing.B) {
			raw := []byte(text)
			b.ReportAllocs()
			for b.Loop() {
				var i domain.Instant
				if err := i.UnmarshalText(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
