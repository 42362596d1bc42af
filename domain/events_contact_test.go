package domain_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// requireJSON asserts how an event lies in the log.
func requireJSON(t *testing.T, want string, e domain.Event) {
	t.Helper()
	raw, err := json.Marshal(e)
	require.NoError(t, err)
	assert.JSONEq(t, want, string(raw))
}

func TestContactEventsAsJSON(t *testing.T) {
	t.Parallel()
	noon := at("2026-01-31T12:00:00.000Z")
	for _, c := range []struct {
		promise string
		event   domain.Event
		want    string
	}{
		{"an empty batch says that time has passed and nothing else", domain.HeartbeatsRecorded{Until: noon}, `{"until":"2026-01-31T12:00:00.000Z"}`},
		{"a bare heartbeat has no empty fields", domain.HeartbeatsRecorded{Until: noon, Heartbeats: []domain.Heartbeat{{VIN: "V", ID: "i", ReceivedAt: noon}}},
			`{"until":"2026-01-31T12:00:00.000Z","heartbeats":[{"vin":"V","id":"i","receivedAt":"2026-01-31T12:00:00.000Z"}]}`},
		{"a node that was not deaf says no deafFrom", domain.IngestOpened{At: noon}, `{"at":"2026-01-31T12:00:00.000Z"}`},
		{"a span lies flat in its event", domain.ObservationInterrupted{Span: domain.Span{From: noon, To: noon + 1}, Why: "restart"},
			`{"from":"2026-01-31T12:00:00.000Z","to":"2026-01-31T12:00:00.001Z","why":"restart","cause":{"stream":"","revision":0,"index":0}}`},
		{"a transition lies flat in its event and needs no location", domain.VehicleDisconnected{Transition: domain.Transition{At: noon, ProvedAt: noon, LastHeartbeat: noon}},
			`{"vin":"","life":0,"customerId":"","at":"2026-01-31T12:00:00.000Z","provedAt":"2026-01-31T12:00:00.000Z",
			  "lastHeartbeat":"2026-01-31T12:00:00.000Z","cause":{"stream":"","revision":0,"index":0}}`},
		{"a position is text, for a number would lose digits in JavaScript", domain.FleetEvaluated{AsOf: noon, Through: domain.Position{Commit: 1<<63 + 1, Prepare: 2}, Newest: noon},
			`{"asOf":"2026-01-31T12:00:00.000Z","through":"9223372036854775809-2","newest":"2026-01-31T12:00:00.000Z"}`},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			requireJSON(t, c.want, c.event)
		})
	}
}
