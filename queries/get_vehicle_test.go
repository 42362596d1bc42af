package queries_test

import (
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func getVehicle(t *testing.T, f fleet, known queries.Latest) queries.VehicleDetail {
	t.Helper()
	h := queries.GetVehicleHandler{Fleet: f, Latest: latest{known: map[domain.VIN]queries.Latest{abc: known}}, Now: twoSecondsLate}
	detail, err := h.Handle(t.Context(), queries.GetVehicle{VIN: abc})
	require.NoError(t, err)
	return detail
}

func TestGetVehicleGivesTheReason(t *testing.T) {
	t.Parallel()
	set := func(n int64) *int64 { return &n }
	own := func(r queries.FleetRow, customer, vehicle domain.Overrides) queries.FleetRow {
		r.CustomerOverrides, r.VehicleOverrides = customer, vehicle
		return r
	}
	tests := []struct {
		name  string
		row   queries.FleetRow
		last  domain.Instant
		spans domain.Spans
		rule  domain.Rule
		text  string
	}{
		{
			name: "never heard", row: row(abc, domain.NeverSeen, 0, 0), rule: domain.NeverHeard,
			text: "never heard since it was registered 2026-05-30 12:00:00 UTC; expected every 60 s + 30 s grace, set for all vehicles",
		},
		{
			name: "within its interval", row: row(abc, domain.Connected, ago(time.Hour), ago(time.Hour)), last: ago(12 * time.Second),
			rule: domain.WithinInterval,
			text: "heard 12 s ago; expected every 60 s + 30 s grace, set for all vehicles; last heard 11:59:48 UTC",
		},
		{
			name: "overdue, with an interval of its own",
			row: own(row(abc, domain.Connected, ago(time.Hour), ago(time.Hour)), domain.Overrides{IntervalSeconds: set(5)},
				domain.Overrides{IntervalSeconds: set(10)}),
			last: ago(20 * time.Second), rule: domain.Overdue,
			text: "overdue, silent for 20 s; expected every 10 s, set for this vehicle, + 30 s grace, set for all vehicles; last heard 11:59:40 UTC",
		},
		{
			name: "silent, by its customer's timeout",
			row: own(row(abc, domain.Disconnected, ago(3*time.Minute), ago(4*time.Minute)),
				domain.Overrides{IntervalSeconds: set(60), GraceSeconds: set(30)}, domain.Overrides{}),
			last: ago(4 * time.Minute), rule: domain.Silent,
			text: "silent for 4 min; expected every 60 s + 30 s grace, set for Johans Bulk AB; last heard 11:56:00 UTC",
		},
		{
			name: "silent for days, with long timeouts",
			row: own(row(abc, domain.Disconnected, ago(60*time.Hour), ago(72*time.Hour)), domain.Overrides{},
				domain.Overrides{IntervalSeconds: set(7200), GraceSeconds: set(300)}),
			last: ago(72 * time.Hour), rule: domain.Silent,
			text: "silent for 3 days; expected every 2 h + 5 min grace, set for this vehicle; last heard 2026-05-29 12:00:00 UTC",
		},
		{
			name: "silent while we could not hear it",
			row:  row(abc, domain.Connected, ago(24*time.Hour), ago(24*time.Hour)), last: ago(5 * time.Hour),
			spans: domain.Spans{{From: ago(5 * time.Hour), To: ago(10 * time.Second)}}, rule: domain.Unobserved,
			text: "silent for 5 h, but heartbeats could not be received all of that time, so it counts as connected until 12:01:20 UTC; " +
				"expected every 60 s + 30 s grace, set for all vehicles; last heard 07:00:00 UTC",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			detail := getVehicle(t, fleet{rows: []queries.FleetRow{test.row}, spans: test.spans}, queries.Latest{LastHeartbeat: test.last})
			assert.Equal(t, test.rule, detail.Reason.Rule)
			assert.Equal(t, test.text, detail.Reason.Text)
			assert.Equal(t, test.row.Since, detail.Reason.DecidedAt)
			assert.Equal(t, detail.Reason.IntervalSeconds+detail.Reason.GraceSeconds, detail.TimeoutSeconds)
		})
	}
}

func TestGetVehicleSaysWhereTheTimeoutComesFrom(t *testing.T) {
	t.Parallel()
	five := int64(5)
	r := row(abc, domain.NeverSeen, 0, 0)
	r.CustomerOverrides.IntervalSeconds, r.VehicleOverrides.GraceSeconds = &five, &five
	got := getVehicle(t, fleet{rows: []queries.FleetRow{r}}, queries.Latest{}).Reason
	assert.Equal(t, domain.FromCustomer, got.IntervalFrom)
	assert.Equal(t, domain.FromVehicle, got.GraceFrom)
	assert.Equal(t, []int64{5, 5}, []int64{got.IntervalSeconds, got.GraceSeconds})
}

func TestGetVehicleShowsWhatTheLatestViewKnows(t *testing.T) {
	t.Parallel()
	readings := map[string]queries.ReadingAt{"speed": {Value: 61.5, At: ago(time.Second)}}
	known := queries.Latest{FirstHeartbeat: ago(40 * time.Hour), LastHeartbeat: ago(time.Second), Readings: readings}
	t.Run("of a connected vehicle", func(t *testing.T) {
		t.Parallel()
		detail := getVehicle(t, fleet{rows: []queries.FleetRow{row(abc, domain.Connected, ago(time.Hour), ago(time.Hour))}}, known)
		assert.Equal(t, readings, detail.Readings)
		assert.Equal(t, ago(40*time.Hour), detail.FirstHeartbeat)
		assert.Equal(t, ago(48*time.Hour), detail.RegisteredAt)
		assert.Equal(t, queries.Freshness{AsOf: noon(), LagMs: 2000}, detail.Freshness)
	})
	t.Run("but nothing newer than the heartbeat of a disconnection", func(t *testing.T) {
		t.Parallel()
		detail := getVehicle(t, fleet{rows: []queries.FleetRow{row(abc, domain.Disconnected, ago(time.Hour), ago(2*time.Hour))}}, known)
		assert.Empty(t, detail.Readings)
		assert.Equal(t, ago(40*time.Hour), detail.FirstHeartbeat)
	})
	t.Run("and nothing at all of a vehicle that counts as never seen", func(t *testing.T) {
		t.Parallel()
		detail := getVehicle(t, fleet{rows: []queries.FleetRow{row(abc, domain.NeverSeen, 0, 0)}}, known)
		assert.Empty(t, detail.Readings)
		assert.Zero(t, detail.FirstHeartbeat)
		assert.Zero(t, detail.LastHeartbeat)
	})
}

func TestGetVehicleFailsClearly(t *testing.T) {
	t.Parallel()
	t.Run("for an unknown VIN", func(t *testing.T) {
		t.Parallel()
		h := queries.GetVehicleHandler{Fleet: fleet{}, Latest: latest{}, Now: noon}
		_, err := h.Handle(t.Context(), queries.GetVehicle{VIN: abc})
		requireKind(t, err, domain.NotFound, "")
	})
	rows := []queries.FleetRow{row(abc, domain.Connected, ago(time.Hour), ago(time.Hour))}
	for name, h := range map[string]queries.GetVehicleHandler{
		"where the fleet view cannot say its moment": {Fleet: fleet{view: view{err: errBroken}}, Latest: latest{}, Now: noon},
		"where the fleet view cannot be read":        {Fleet: fleet{readErr: errBroken}, Latest: latest{}, Now: noon},
		"where the latest view cannot be read":       {Fleet: fleet{rows: rows}, Latest: latest{err: errBroken}, Now: noon},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := h.Handle(t.Context(), queries.GetVehicle{VIN: abc})
			require.ErrorIs(t, err, errBroken)
		})
	}
}
