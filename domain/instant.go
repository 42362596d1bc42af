package domain

import (
	"fmt"
	"time"
)

// Instant is a moment in milliseconds since 1970-01-01 UTC. The zero Instant means "none": it is left out of JSON.
//
// It stands in place of time.Time wherever a moment is stored or compared: two equal moments are ==, there is no
// location and no monotonic part to get wrong, and nothing is lost between memory, the log and an answer.
type Instant int64

// instantLayout is RFC 3339 in UTC with exactly three decimals, as every answer and every event writes it.
const instantLayout = "2006-01-02T15:04:05.000Z"

// InstantOf returns the millisecond that t lies in; the zero time.Time gives the zero Instant.
func InstantOf(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixMilli())
}

// Time returns the moment in UTC; the zero Instant gives the zero time.Time.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(i)).UTC()
}

// IsZero reports whether i means "none".
func (i Instant) IsZero() bool { return i == 0 }

// Add returns the moment d later, d cut to whole milliseconds.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Milliseconds()) }

// Sub returns the time from j to i.
func (i Instant) Sub(j Instant) time.Duration { return time.Duration(i-j) * time.Millisecond }

// String returns i as RFC 3339 in UTC with milliseconds, or "none".
func (i Instant) String() string {
	if i == 0 {
		return "none"
	}
	return i.Time().Format(instantLayout)
}

// AppendText appends i as RFC 3339 in UTC with milliseconds.
func (i Instant) AppendText(b []byte) ([]byte, error) {
	return time.UnixMilli(int64(i)).UTC().AppendFormat(b, instantLayout), nil
}

// MarshalText returns i as RFC 3339 in UTC with milliseconds.
func (i Instant) MarshalText() ([]byte, error) {
	return i.AppendText(make([]byte, 0, len(instantLayout)))
}

// UnmarshalText reads RFC 3339 with any offset and any number of decimals; what is finer than a millisecond is cut off.
// A moment that in UTC lies outside the years 0 to 9999 is refused: it could be written and never be read again.
func (i *Instant) UnmarshalText(text []byte) error {
	if ms, ok := parseUTC(text); ok {
		*i = ms
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, string(text))
	if year := t.UTC().Year(); err != nil || year < 0 || year > 9999 {
		return fmt.Errorf("%q is not a time like 2026-01-31T12:00:00.000Z", text)
	}
	*i = InstantOf(t)
	return nil
}

// parseUTC reads the one form that Fleetbeat itself writes, in two thirds of the time of time.Parse: the log is full of it.
// Anything else, right or wrong, is left to time.Parse.
func parseUTC(s []byte) (Instant, bool) {
	if len(s) != len(instantLayout) || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' ||
		s[19] != '.' || s[23] != 'Z' {
		return 0, false
	}
	year, ok1 := digits(s[0:4])
	month, ok2 := digits(s[5:7])
	day, ok3 := digits(s[8:10])
	hour, ok4 := digits(s[11:13])
	minute, ok5 := digits(s[14:16])
	second, ok6 := digits(s[17:19])
	ms, ok7 := digits(s[20:23])
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && ok7) || year < 2 || // the year 1 begins with the zero time.Time
		month < 1 || month > 12 || day < 1 || day > 28 || hour > 23 || minute > 59 || second > 59 {
		return 0, false // days 29 to 31 need a calendar: time.Parse has one
	}
	return Instant(time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC).Unix()*1000 + int64(ms)), true
}

func digits(s []byte) (n int, ok bool) {
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
