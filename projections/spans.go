package projections

import (
	"encoding/binary"
	"errors"

	"fleetbeat/domain"
)

// PackSpans returns spans, in their order, as engines keep them beside a row: the distances between their ends, some eight bytes
// a span, because they are all read for every list page.
func PackSpans(spans domain.Spans) []byte {
	raw := make([]byte, 0, 8*len(spans))
	var last domain.Instant
	for _, span := range spans {
		raw = binary.AppendVarint(raw, int64(span.From-last))
		raw = binary.AppendVarint(raw, int64(span.To-span.From))
		last = span.To
	}
	return raw
}

var errSpans = errors.New("spans are cut short")

// UnpackSpans returns what [PackSpans] packed, nil for nothing. The error says that raw ends within a span.
func UnpackSpans(raw []byte) (domain.Spans, error) {
	var spans domain.Spans
	var last domain.Instant
	for len(raw) > 0 {
		from, n := binary.Varint(raw)
		if n <= 0 {
			return nil, errSpans
		}
		length, m := binary.Varint(raw[n:])
		if m <= 0 {
			return nil, errSpans
		}
		span := domain.Span{From: last + domain.Instant(from)}
		span.To = span.From + domain.Instant(length)
		spans = append(spans, span)
		raw, last = raw[n+m:], span.To
	}
	return spans, nil
}
