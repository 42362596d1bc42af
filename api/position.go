package api

import (
	"strings"

	"fleetbeat/domain"
)

// positions writes and reads places of one log. Outside, a position carries the beginning of its log's id: a client that
// kept one from before the data were replaced is told so and does not wait for a place that never comes.
type positions struct {
	prefix string // eight characters and a dot
}

// logIDLength is how much of a log's id a position carries.
const logIDLength = 8

func newPositions(logID string) positions {
	return positions{prefix: logID[:min(logIDLength, len(logID))] + "."}
}

// text writes a position for a client.
func (p positions) text(at domain.Position) string { return p.prefix + at.String() }

// parse reads what text wrote; the empty text is the zero Position, which waits for nothing. The error is Malformed and
// names the field.
func (p positions) parse(field, text string) (domain.Position, error) {
	if text == "" {
		return domain.Position{}, nil
	}
	log, place, ok := strings.Cut(text, ".")
	at, err := domain.ParsePosition(place)
	switch {
	case !ok || err != nil || len(log) != len(p.prefix)-1:
		return at, malformedField(field, "is not a position that this API gave")
	case log+"." != p.prefix:
		return at, malformedField(field, "is a position of another log")
	}
	return at, nil
}

// malformedField is the error of a parameter that cannot be read at all (400, not 422).
func malformedField(field, message string) error {
	return &domain.Error{Kind: domain.Malformed, Message: message,
		Fields: []domain.Problem{{Field: field, Message: message}}}
}
