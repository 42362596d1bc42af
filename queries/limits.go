package queries

import "fleetbeat/domain"

// The limits of what one question may ask for.
const (
	DefaultLimit = 50   // rows of a list page
	MaxLimit     = 200  // rows of a list page
	MaxValues    = 1000 // values of one part of a filter
	MaxText      = 200  // characters to search for
)

// pageSize returns how many rows a list page holds: the default where n is 0, else n, or the Invalid error.
func pageSize(n int) (int, error) {
	switch {
	case n == 0:
		return DefaultLimit, nil
	case n < 0 || n > MaxLimit:
		return 0, domain.InvalidField("limit", "must be from 1 to %d", MaxLimit)
	}
	return n, nil
}

// checkText returns the Invalid error of a text that is too long to search for, or nil.
func checkText(field, text string) error {
	if n := len([]rune(text)); n > MaxText {
		return domain.InvalidField(field, "has %d characters, at most %d are allowed", n, MaxText)
	}
	return nil
}

// checkValues returns the Invalid error of a part of a filter with too many values, or nil.
func checkValues(field string, n int) error {
	if n > MaxValues {
		return domain.InvalidField(field, "has %d values, at most %d are allowed", n, MaxValues)
	}
	return nil
}
