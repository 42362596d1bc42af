package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// One vehicle from its registration to its second life, each read after the write before it.
func TestRegistry(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	const car = firstOfKalles
	var kalles, johans customer
	s.ask(201, "POST", "/api/v1/customers", map[string]any{"name": "Kalles Grustransporter AB", "address": "Cementvägen 8"}, &kalles)
	s.ask(201, "POST", "/api/v1/customers", map[string]any{"name": "Johans Bulk AB", "intervalSeconds": 120}, &johans)
	var w written
	s.ask(201, "POST", "/api/v1/vehicles", map[string]any{"vin": car, "registrationNumber": "ABC123", "customerId": kalles.ID}, &w)
	v := s.getAfter(car, w.Position)
	assert.Equal(t, "never_seen", v.Status)
	assert.Equal(t, "never_heard", v.Reason.Rule)
	assert.Equal(t, kalles.ID, v.Customer.ID)
	assert.Equal(t, 90, v.TimeoutSeconds)
	requireTaken(t, s, kalles)

	s.ask(200, "PATCH", "/api/v1/vehicles/"+car, map[string]any{"registrationNumber": "XYZ 789", "intervalSeconds": 30}, &w)
	v = s.getAfter(car, w.Position)
	assert.Equal(t, "XYZ 789", v.RegistrationNumber)
	assert.Equal(t, []any{30, "vehicle", 60}, []any{v.Reason.IntervalSeconds, v.Reason.IntervalFrom, v.TimeoutSeconds})
	requireFoundByPlate(t, s, w.Position)
	s.ask(200, "PATCH", "/api/v1/vehicles/"+car, map[string]any{"intervalSeconds": nil}, &w)
	assert.Equal(t, "global", s.getAfter(car, w.Position).Reason.IntervalFrom, "null inherits again")
	first := s.getAfter(car, s.ping(car, nil).Position)
	assert.Equal(t, "connected", first.Status)

	s.ask(200, "PATCH", "/api/v1/vehicles/"+car, map[string]any{"customerId": johans.ID}, &w)
	requireOwners(t, s, w.Position, map[string]counts{kalles.ID: {}, johans.ID: {Connected: 1}})
	v = s.getAfter(car, w.Position)
	assert.Equal(t, []any{"Johans Bulk AB", "connected", first.Since}, []any{v.Customer.Name, v.Status, v.Since}, "a transfer is no transition")
	assert.Equal(t, []any{120, "customer"}, []any{v.Reason.IntervalSeconds, v.Reason.IntervalFrom}, "and brings the owner's timeout")

	s.ask(200, "PATCH", "/api/v1/customers/"+johans.ID, map[string]any{"name": "Johans Åkeri AB"}, &w)
	var found list[vehicle]
	s.ask(200, "GET", "/api/v1/vehicles?q=%C3%A5KERI&after="+w.Position, nil, &found)
	assert.Equal(t, 1, found.Total, "the new name is found, in any case")
	s.ask(200, "PATCH", "/api/v1/settings", map[string]any{"graceSeconds": 45}, &w)
	var set struct{ IntervalSeconds, GraceSeconds int }
	s.ask(200, "GET", "/api/v1/settings?after="+w.Position, nil, &set)
	assert.Equal(t, 45, set.GraceSeconds)
	assert.Equal(t, 165, s.getAfter(car, w.Position).TimeoutSeconds)

	requireSecondLife(t, s, kalles)
}

// requireFoundByPlate requires that the vehicle XYZ 789 is found however its plate is typed.
func requireFoundByPlate(t *testing.T, s *server, after string) {
	t.Helper()
	for typed, want := range map[string]int{"xyz789": 1, "xyz-789": 1, "YZ+7": 1, "z%2D7": 1, "xyz780": 0, "--": 0} {
		var found list[vehicle]
		s.ask(200, "GET", "/api/v1/vehicles?q="+typed+"&after="+after, nil, &found)
		assert.Equal(t, want, found.Total, typed)
	}
}

// requireTaken requires that what somebody has is refused to anybody else, naming the field.
func requireTaken(t *testing.T, s *server, owner customer) {
	t.Helper()
	assert.Contains(t, s.problem(409, "POST", "/api/v1/customers", map[string]any{"name": "KALLES GRUSTRANSPORTER ab"}), `"name"`)
	assert.Contains(t, s.problem(409, "POST", "/api/v1/vehicles",
		map[string]any{"vin": firstOfKalles, "registrationNumber": "DEF456", "customerId": owner.ID}), `"vin"`)
	assert.Contains(t, s.problem(409, "POST", "/api/v1/vehicles",
		map[string]any{"vin": vin(1), "registrationNumber": "abc 123", "customerId": owner.ID}), `"registrationNumber"`)
	assert.Contains(t, s.problem(422, "POST", "/api/v1/vehicles",
		map[string]any{"vin": vin(1), "registrationNumber": "DEF456", "customerId": "nobody"}), "customerId")
	s.problem(404, "GET", "/api/v1/vehicles/"+vin(1), nil)
	s.problem(404, "PATCH", "/api/v1/vehicles/"+vin(1), map[string]any{"registrationNumber": "DEF456"})
	s.problem(404, "DELETE", "/api/v1/vehicles/"+vin(1), nil)
	s.problem(404, "GET", "/api/v1/customers/nobody", nil)
}

// requireOwners requires the counts of customers, in every answer that has them.
func requireOwners(t *testing.T, s *server, after string, want map[string]counts) {
	t.Helper()
	var customers list[customer]
	s.ask(200, "GET", "/api/v1/customers?after="+after, nil, &customers)
	got, all := map[string]counts{}, counts{}
	for _, c := range customers.Items {
		got[c.ID] = c.Counts
	}
	assert.Equal(t, want, got)
	for id, each := range want {
		var one customer
		s.ask(200, "GET", "/api/v1/customers/"+id+"?after="+after, nil, &one)
		assert.Equal(t, each, one.Counts)
		var its list[vehicle]
		s.ask(200, "GET", "/api/v1/vehicles?customer="+id+"&after="+after, nil, &its)
		assert.Equal(t, each, its.Counts)
		assert.Equal(t, each.Connected+each.Disconnected+each.NeverSeen, its.Total)
		all.Connected, all.Disconnected, all.NeverSeen = all.Connected+each.Connected, all.Disconnected+each.Disconnected, all.NeverSeen+each.NeverSeen
	}
	var summary struct{ Counts counts }
	s.ask(200, "GET", "/api/v1/summary?after="+after, nil, &summary)
	assert.Equal(t, all, summary.Counts)
	requireHistoryAndFacets(t, s, want, all, after)
}

// requireHistoryAndFacets requires that the present quarter of an hour and the facets of a list have the numbers of customers.
func requireHistoryAndFacets(t *testing.T, s *server, want map[string]counts, all counts, after string) {
	t.Helper()
	now := func(of string) counts {
		var history struct{ Quarters []struct{ Counts counts } }
		s.ask(200, "GET", "/api/v1/summary/history?after="+after+of, nil, &history)
		require.NotEmpty(t, history.Quarters)
		return history.Quarters[len(history.Quarters)-1].Counts
	}
	assert.Equal(t, all, now(""))
	var listed struct {
		Facets struct {
			Customers []struct {
				ID                  string
				Total, Disconnected int
			}
			SilentFor []struct{ Count int }
		}
	}
	s.ask(200, "GET", "/api/v1/vehicles?facets=true&after="+after, nil, &listed)
	disconnected := 0
	for _, step := range listed.Facets.SilentFor {
		disconnected += step.Count
	}
	assert.Equal(t, all.Disconnected, disconnected)
	for _, c := range listed.Facets.Customers {
		each := want[c.ID]
		assert.Equal(t, each, now("&customer="+c.ID))
		assert.Equal(t, each.Connected+each.Disconnected+each.NeverSeen, c.Total)
		assert.Equal(t, each.Disconnected, c.Disconnected)
	}
}

// requireSecondLife decommissions the vehicle and registers it again.
func requireSecondLife(t *testing.T, s *server, owner customer) {
	t.Helper()
	const car = firstOfKalles
	var w written
	s.ask(200, "DELETE", "/api/v1/vehicles/"+car, nil, &w)
	s.problem(404, "GET", "/api/v1/vehicles/"+car+"?after="+w.Position, nil)
	s.problem(404, "GET", "/api/v1/vehicles/"+car+"/timeline?after="+w.Position, nil)
	s.problem(404, "POST", "/heartbeat/"+car, nil)
	var page list[vehicle]
	s.ask(200, "GET", "/api/v1/vehicles?after="+w.Position, nil, &page)
	assert.Zero(t, page.Total)
	var found []any
	s.ask(200, "GET", "/search?online=true&after="+w.Position, nil, &found)
	assert.Empty(t, found)

	s.register(vin(1), "XYZ789", "Kalles Grustransporter AB") // its registration number is free again
	s.problem(409, "POST", "/api/v1/vehicles", map[string]any{"vin": car, "registrationNumber": "XYZ 789", "customerId": owner.ID})
	w = s.register(car, "ABC123", "Kalles Grustransporter AB")
	v := s.getAfter(car, w.Position)
	assert.Equal(t, "never_seen", v.Status, "a new life")
	assert.Zero(t, v.LastHeartbeat)
	assert.Zero(t, v.FirstHeartbeat)
	v = s.getAfter(car, s.ping(car, nil).Position)
	assert.Equal(t, "connected", v.Status)
	past := s.timeline(car)
	require.NotEmpty(t, past)
	assert.Equal(t, "never_seen", past[len(past)-1].Status, "its past begins with this life: %+v", past)
	assert.Len(t, readLog(t, s.data).of(car), 2, "one connection in each life, and no disconnection by the end of the first")
}
