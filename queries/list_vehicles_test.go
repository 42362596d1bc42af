package queries_test

import (
	"strings"
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func listOf(f fleet, l latest) queries.ListVehiclesHandler {
	return queries.ListVehiclesHandler{Fleet: f, Latest: l, Now: twoSecondsLate}
}

func TestListVehiclesJoinsFleetAndLatest(t *testing.T) {
	t.Parallel()
	here := &domain.LocationAt{Lat: 59.3, Lon: 18.1, At: ago(time.Second)}
	there := &domain.LocationAt{Lat: 55.6, Lon: 13.0, At: ago(time.Hour)}
	at := func(r queries.FleetRow, l *domain.LocationAt) queries.FleetRow { r.Location = l; return r }
	restart := domain.Spans{{From: ago(50 * time.Minute), To: ago(40 * time.Minute)}}
	tests := []struct {
		name     string
		row      queries.FleetRow
		known    queries.Latest
		spans    domain.Spans
		last     domain.Instant
		deadline domain.Instant
		location *domain.LocationAt
	}{
		{
			name:  "a connected vehicle shows the last heartbeat and location of the latest view, and the deadline that follows",
			row:   at(row(abc, domain.Connected, ago(time.Hour), ago(time.Hour)), there),
			known: queries.Latest{LastHeartbeat: ago(time.Second), Location: here},
			last:  ago(time.Second), deadline: ago(time.Second).Add(90 * time.Second), location: here,
		},
		{
			name: "a connected vehicle that the latest view does not know yet shows its transition's",
			row:  at(row(abc, domain.Connected, ago(time.Minute), ago(time.Minute)), there),
			last: ago(time.Minute), deadline: ago(time.Minute).Add(90 * time.Second), location: there,
		},
		{
			name:  "a latest view that lies behind takes nothing back",
			row:   row(abc, domain.Connected, ago(time.Second), ago(time.Second)),
			known: queries.Latest{LastHeartbeat: ago(time.Hour)},
			last:  ago(time.Second), deadline: ago(time.Second).Add(90 * time.Second),
		},
		{
			name:  "a disconnected vehicle keeps the heartbeat of its transition though the latest view is ahead",
			row:   at(row(abc, domain.Disconnected, ago(58*time.Minute), ago(time.Hour)), there),
			known: queries.Latest{LastHeartbeat: ago(time.Second), Location: here},
			last:  ago(time.Hour), deadline: ago(time.Hour).Add(90 * time.Second), location: there,
		},
		{
			name:  "a disconnected vehicle without a location shows no newer one than its last heartbeat",
			row:   row(abc, domain.Disconnected, ago(58*time.Minute), ago(time.Hour)),
			known: queries.Latest{LastHeartbeat: ago(time.Second), Location: here},
			last:  ago(time.Hour), deadline: ago(time.Hour).Add(90 * time.Second),
		},
		{
			name:  "a disconnected vehicle without a location takes the one of the heartbeat it shows",
			row:   row(abc, domain.Disconnected, ago(58*time.Minute), ago(time.Hour)),
			known: queries.Latest{LastHeartbeat: ago(time.Hour), Location: there},
			last:  ago(time.Hour), deadline: ago(time.Hour).Add(90 * time.Second), location: there,
		},
		{
			name:  "a span that began after a disconnection does not move its deadline",
			row:   row(abc, domain.Disconnected, ago(58*time.Minute), ago(time.Hour)),
			spans: restart,
			last:  ago(time.Hour), deadline: ago(time.Hour).Add(90 * time.Second),
		},
		{
			name:  "a span after the last heartbeat of a connected vehicle moves its deadline",
			row:   row(abc, domain.Connected, ago(2*time.Hour), ago(51*time.Minute)),
			known: queries.Latest{LastHeartbeat: ago(51 * time.Minute)},
			spans: restart,
			last:  ago(51 * time.Minute), deadline: ago(40 * time.Minute).Add(90 * time.Second),
		},
		{
			name:  "a vehicle never seen shows nothing that its status does not know of yet",
			row:   row(abc, domain.NeverSeen, 0, 0),
			known: queries.Latest{LastHeartbeat: ago(time.Second), Location: here},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := listOf(fleet{rows: []queries.FleetRow{test.row}, spans: test.spans},
				latest{known: map[domain.VIN]queries.Latest{abc: test.known}})
			list, err := h.Handle(t.Context(), queries.ListVehicles{})
			require.NoError(t, err)
			require.Len(t, list.Items, 1)
			got := list.Items[0]
			assert.Equal(t, test.last, got.LastHeartbeat)
			assert.Equal(t, test.deadline, got.Deadline)
			assert.Equal(t, test.location, got.Location)
			assert.Equal(t, test.row.Since, got.Since)
		})
	}
}

func TestListVehiclesSaysHowFreshItIs(t *testing.T) {
	t.Parallel()
	h := listOf(fleet{}, latest{view: view{asOf: ago(time.Second)}})
	list, err := h.Handle(t.Context(), queries.ListVehicles{})
	require.NoError(t, err)
	assert.Equal(t, queries.Freshness{AsOf: ago(time.Second), LagMs: 3000}, list.Freshness, "of two views the older")
}

func TestListVehiclesFillsInWhatWasLeftOut(t *testing.T) {
	t.Parallel()
	var asked []queries.ListVehicles
	var askedAt domain.Instant
	_, err := listOf(fleet{asked: &asked, askedAt: &askedAt}, latest{}).Handle(t.Context(), queries.ListVehicles{})
	require.NoError(t, err)
	require.Len(t, asked, 1)
	assert.Equal(t, queries.SortStatus, asked[0].Sort)
	assert.Equal(t, queries.DefaultLimit, asked[0].Limit)
	assert.Equal(t, noon(), askedAt, "silentFor counts from the moment of the answer")
}

func TestListVehiclesRefusesWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, field string
		q           queries.ListVehicles
	}{
		{"a limit below 1", "limit", queries.ListVehicles{Limit: -1}},
		{"a limit above the most", "limit", queries.ListVehicles{Limit: queries.MaxLimit + 1}},
		{"an unknown order", "sort", queries.ListVehicles{Sort: "colour"}},
		{"a silence before its end", "silentFor", queries.ListVehicles{Filter: queries.Filter{SilentFor: -1}}},
		{"a text too long", "q", queries.ListVehicles{Filter: queries.Filter{Text: strings.Repeat("å", queries.MaxText+1)}}},
		{"too many customers", "customer", queries.ListVehicles{Filter: queries.Filter{Customers: make([]domain.CustomerID, queries.MaxValues+1)}}},
		{"too many VINs", "vin", queries.ListVehicles{Filter: queries.Filter{VINs: make([]domain.VIN, queries.MaxValues+1)}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := listOf(fleet{}, latest{}).Handle(t.Context(), test.q)
			requireKind(t, err, domain.Invalid, test.field)
		})
	}
	t.Run("but a text as long as allowed is fine, counted in characters", func(t *testing.T) {
		t.Parallel()
		q := queries.ListVehicles{Filter: queries.Filter{Text: strings.Repeat("å", queries.MaxText)}, Limit: queries.MaxLimit}
		_, err := listOf(fleet{}, latest{}).Handle(t.Context(), q)
		require.NoError(t, err)
	})
}

func TestListVehiclesPassesOnWhatBreaks(t *testing.T) {
	t.Parallel()
	rows := []queries.FleetRow{row(abc, domain.Connected, ago(time.Hour), ago(time.Hour))}
	for name, h := range map[string]queries.ListVehiclesHandler{
		"the fleet view cannot say its moment": listOf(fleet{view: view{err: errBroken}}, latest{}),
		"the fleet view cannot be read":        listOf(fleet{readErr: errBroken}, latest{}),
		"the latest view cannot be read":       listOf(fleet{rows: rows}, latest{err: errBroken}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := h.Handle(t.Context(), queries.ListVehicles{})
			require.ErrorIs(t, err, errBroken)
		})
	}
}
