package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

func TestLogPrintsTimesInMilliseconds(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 6, 1, 14, 0, 0, 0, time.FixedZone("", 2*3600))
	for want, at := range map[string]time.Time{
		"2026-06-01T12:00:00.000Z": noon,
		"2026-06-01T12:00:00.500Z": noon.Add(500 * time.Millisecond),
		"2026-06-01T12:00:00.123Z": noon.Add(123_456 * time.Microsecond),
	} {
		r := eventstore.Recorded{
			Event:  eventstore.Event{Type: "CustomerRegistered", Data: []byte(`{}`)},
			Stream: "customer-1", Position: domain.Position{Commit: 7, Prepare: 7}, Time: at,
		}
		var out bytes.Buffer
		require.NoError(t, logCmd{JSON: true}.print(r, &out))
		var got struct{ Time string }
		require.NoError(t, json.Unmarshal(out.Bytes(), &got), out.String())
		assert.Equal(t, want, got.Time, "as JSON")
		out.Reset()
		require.NoError(t, logCmd{}.print(r, &out))
		assert.Contains(t, out.String(), want, "as text")
	}
}
