package postgres

import (
	"fmt"
	"strconv"
	"strings"

	"fleetbeat/domain"
)

// writeSpans returns spans as text, "from:to from:to": whoever looks into the table can read it.
func writeSpans(spans domain.Spans) string {
	b := make([]byte, 0, 28*len(spans))
	for i, s := range spans {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(s.From), 10)
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(s.To), 10)
	}
	return string(b)
}

func readSpans(text string) (domain.Spans, error) {
	var spans domain.Spans
	for field := range strings.FieldsSeq(text) {
		left, right, _ := strings.Cut(field, ":")
		from, err1 := strconv.ParseInt(left, 10, 64)
		to, err2 := strconv.ParseInt(right, 10, 64)
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("%q is no span", field)
		}
		spans = append(spans, domain.Span{From: domain.Instant(from), To: domain.Instant(to)})
	}
	return spans, nil
}
