package queries_test

import (
	"fmt"
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func classic() queries.ClassicSearchHandler {
	of := func(r queries.FleetRow, id domain.CustomerID, name string) queries.FleetRow {
		r.Customer = queries.CustomerRef{ID: id, Name: name}
		return r
	}
	return queries.ClassicSearchHandler{
		Fleet: fleet{rows: []queries.FleetRow{
			of(row(ghi, domain.NeverSeen, 0, 0), "c1", "Johans Bulk AB"),
			of(row(def, domain.Disconnected, ago(time.Hour), ago(2*time.Hour)), "c2", "Haralds Värdetransporter AB"),
			of(row(abc, domain.Connected, ago(time.Hour), ago(time.Hour)), "c1", "Johans Bulk AB"),
		}},
		Latest:    latest{known: map[domain.VIN]queries.Latest{abc: {LastHeartbeat: ago(time.Second)}}},
		Relations: relations{customers: demoCustomers()},
	}
}

func TestClassicSearchFinds(t *testing.T) {
	t.Parallel()
	name := func(s string) *string { return &s }
	online := func(b bool) *bool { return &b }
	tests := []struct {
		name string
		q    queries.ClassicSearch
		want []domain.VIN
	}{
		{"nothing where neither part is given", queries.ClassicSearch{}, nil},
		{"the vehicles of customers with the text in their name", queries.ClassicSearch{CustomerName: name("johan")}, []domain.VIN{ghi, abc}},
		{"those of several customers, in order of VIN", queries.ClassicSearch{CustomerName: name(" AB")}, []domain.VIN{ghi, def, abc}},
		{"nothing for a name that nobody has", queries.ClassicSearch{CustomerName: name("%")}, nil},
		{"all for the empty name", queries.ClassicSearch{CustomerName: name("")}, []domain.VIN{ghi, def, abc}},
		{"the connected", queries.ClassicSearch{Online: online(true)}, []domain.VIN{abc}},
		{"those not connected: disconnected or never seen", queries.ClassicSearch{Online: online(false)}, []domain.VIN{ghi, def}},
		{"what both parts mean", queries.ClassicSearch{CustomerName: name("johan"), Online: online(false)}, []domain.VIN{ghi}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := classic().Handle(t.Context(), test.q)
			require.NoError(t, err)
			require.NotNil(t, got, "an empty array, never null")
			var vins []domain.VIN
			for _, v := range got {
				vins = append(vins, v.ID)
			}
			assert.Equal(t, test.want, vins)
		})
	}
}

func TestClassicSearchShowsTheOriginalShape(t *testing.T) {
	t.Parallel()
	yes := true
	got, err := classic().Handle(t.Context(), queries.ClassicSearch{Online: &yes})
	require.NoError(t, err)
	assert.Equal(t, []queries.ClassicVehicle{{
		ID: abc, RegNo: "ABC123", HeartbeatTS: ago(time.Second), Online: true,
		Customer: queries.ClassicCustomer{ID: "c1", Name: "Johans Bulk AB", Address: "Balkvägen 12"},
	}}, got)
}

func TestClassicSearchReadsEveryListPage(t *testing.T) {
	t.Parallel()
	h := classic()
	var rows []queries.FleetRow
	var customers []domain.Customer
	for i := range 250 {
		id := domain.CustomerID(fmt.Sprintf("c%03d", i))
		r := row(domain.VIN(fmt.Sprintf("YS2R4X200053%05d", i)), domain.NeverSeen, 0, 0)
		r.Customer.ID = id
		rows = append(rows, r)
		customers = append(customers, domain.Customer{ID: id, Name: fmt.Sprintf("Åkeri %03d", i)})
	}
	h.Fleet, h.Relations = fleet{rows: rows}, relations{customers: customers}
	text, no := "åkeri", false
	for name, q := range map[string]queries.ClassicSearch{"by name": {CustomerName: &text}, "by status": {Online: &no}} {
		got, err := h.Handle(t.Context(), q)
		require.NoError(t, err, name)
		require.Len(t, got, 250, name)
		assert.Equal(t, rows[249].VIN, got[249].ID, name)
	}
}

func TestClassicSearchStopsAtItsLimit(t *testing.T) {
	t.Parallel()
	h := classic()
	rows := make([]queries.FleetRow, queries.MaxClassicResults+1)
	for i := range rows {
		rows[i] = row(domain.VIN(fmt.Sprintf("YS2R4X20005%06d", i)), domain.NeverSeen, 0, 0)
	}
	h.Fleet = fleet{rows: rows}
	no := false
	got, err := h.Handle(t.Context(), queries.ClassicSearch{Online: &no})
	require.NoError(t, err)
	assert.Len(t, got, queries.MaxClassicResults)
}

func TestClassicSearchPassesOnWhatBreaks(t *testing.T) {
	t.Parallel()
	text := "johan"
	for name, breakIt := range map[string]func(*queries.ClassicSearchHandler){
		"a view without a moment":     func(h *queries.ClassicSearchHandler) { h.Latest = latest{view: view{err: errBroken}} },
		"a fleet view that is gone":   func(h *queries.ClassicSearchHandler) { h.Fleet = fleet{readErr: errBroken} },
		"a latest view that is gone":  func(h *queries.ClassicSearchHandler) { h.Latest = latest{err: errBroken} },
		"a relations view that fails": func(h *queries.ClassicSearchHandler) { h.Relations = relations{readErr: errBroken} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := classic()
			breakIt(&h)
			_, err := h.Handle(t.Context(), queries.ClassicSearch{CustomerName: &text})
			require.ErrorIs(t, err, errBroken)
		})
	}
}
