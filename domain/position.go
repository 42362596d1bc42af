package domain

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Position is a place in the whole log: opaque, comparable with ==, ordered by Compare, in the order of commits. It is
// never a clock. The zero Position lies before the first event.
//
// The two numbers are an engine's own business: EventStoreDB has pairs, SQLite counts and sets both to the same.
// Nothing follows from their distance.
type Position struct {
	Commit  uint64
	Prepare uint64
}

// Compare returns -1 where p lies before q, 1 where it lies after, else 0.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Commit, q.Commit), cmp.Compare(p.Prepare, q.Prepare))
}

// Before reports whether p lies before q.
func (p Position) Before(q Position) bool { return p.Compare(q) < 0 }

// IsZero reports whether p lies before the first event.
func (p Position) IsZero() bool { return p == Position{} }

// String returns p as text without spaces: "17", or "17-12" where the two numbers differ.
func (p Position) String() string {
	if p.Commit == p.Prepare {
		return strconv.FormatUint(p.Commit, 10)
	}
	return strconv.FormatUint(p.Commit, 10) + "-" + strconv.FormatUint(p.Prepare, 10)
}

// ParsePosition reads what String wrote.
func ParsePosition(text string) (Position, error) {
	left, right, pair := strings.Cut(text, "-")
	if !pair {
		right = left
	}
	commit, err1 := strconv.ParseUint(left, 10, 64)
	prepare, err2 := strconv.ParseUint(right, 10, 64)
	p := Position{commit, prepare}
	if err1 != nil || err2 != nil || p.String() != text {
		return Position{}, fmt.Errorf("%q is not a position", text)
	}
	return p, nil
}

// MarshalText returns what String returns.
func (p Position) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (p *Position) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePosition(string(text))
	return err
}
