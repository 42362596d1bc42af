package projections_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

func TestPackSpans(t *testing.T) {
	t.Parallel()
	for _, spans := range []domain.Spans{
		nil,
		{{From: 0, To: 1}},
		{{From: -5, To: 3}, {From: 3, To: 4}, {From: 1_700_000_000_000, To: 1_700_000_060_000}},
		{{From: math.MinInt32, To: math.MaxInt32}, {From: math.MaxInt32 + 1, To: 1 << 52}},
	} {
		raw := projections.PackSpans(spans)
		got, err := projections.UnpackSpans(raw)
		require.NoError(t, err)
		assert.Equal(t, spans, got)
		if len(raw) > 0 {
			_, err = projections.UnpackSpans(raw[:len(raw)-1])
			require.Error(t, err, "cut short")
		}
		for n := range raw { // cut anywhere it is fewer spans or none, and never others
			got, err := projections.UnpackSpans(raw[:n])
			if err == nil {
				assert.Equal(t, spans[:len(got)], append(domain.Spans{}, got...))
			}
		}
	}
}
