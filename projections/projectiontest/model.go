package projectiontest

import (
	"cmp"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/queries"
)

// model is what a log means, written as simply as possible: it keeps everything and answers by looking at all of it.
type model struct {
	vehicles  map[domain.VIN]*modelVehicle
	customers map[domain.CustomerID]domain.Customer
	settings  domain.Settings
	spans     domain.Spans
	asOf      domain.Instant
	through   domain.Position
	moves     []move
}

// move is vehicles that come to a customer and a status, or leave them.
type move struct {
	at       domain.Instant
	customer domain.CustomerID
	status   domain.Status
	n        int64
}

type modelVehicle struct {
	domain.Vehicle
	life         int64
	registeredAt domain.Instant
	changes      []queries.StatusSince // the first is never seen
	transition   domain.Instant        // last heartbeat as transitions have it
	place        *domain.LocationAt    // location as transitions have it
	latest       queries.Latest
	counted      domain.Instant // what comes later in the log is not counted earlier
}

func (v *modelVehicle) status() queries.StatusSince { return v.changes[len(v.changes)-1] }

// modelOf returns what a log means.
func modelOf(t testing.TB, log *Log) *model {
	m := &model{
		vehicles: map[domain.VIN]*modelVehicle{}, customers: map[domain.CustomerID]domain.Customer{},
		settings: domain.Settings{IntervalSeconds: domain.DefaultIntervalSeconds, GraceSeconds: domain.DefaultGraceSeconds},
	}
	for _, r := range log.events {
		e, err := eventstore.Decode(r)
		require.NoError(t, err)
		m.apply(e, int64(r.Revision))
	}
	return m
}

func (m *model) apply(e domain.Event, revision int64) {
	switch e := e.(type) {
	case *domain.SettingsChanged:
		m.settings = e.Settings
	case *domain.CustomerRegistered:
		m.customers[e.ID] = e.Customer
	case *domain.CustomerChanged:
		m.customers[e.ID] = e.Customer
	case *domain.VehicleRegistered:
		v := &modelVehicle{
			Vehicle: e.Vehicle, life: revision, registeredAt: e.At,
			changes: []queries.StatusSince{{Status: domain.NeverSeen, From: e.At}},
		}
		if former := m.vehicles[e.VIN]; former != nil {
			m.move(former, e.At, -1)
			v.counted = former.counted
		}
		m.vehicles[e.VIN] = v
		m.move(v, e.At, 1)
	case *domain.VehicleChanged:
		if v := m.vehicles[e.VIN]; v != nil {
			v.RegistrationNumber, v.Overrides = e.RegistrationNumber, e.Overrides
		}
	case *domain.VehicleTransferred:
		if v := m.vehicles[e.VIN]; v != nil {
			m.move(v, e.At, -1)
			v.CustomerID = e.CustomerID
			m.move(v, e.At, 1)
		}
	case *domain.VehicleDecommissioned:
		if v := m.vehicles[e.VIN]; v != nil {
			m.move(v, e.At, -1)
		}
		delete(m.vehicles, e.VIN)
	case *domain.HeartbeatsRecorded:
		for _, h := range e.Heartbeats {
			if v := m.vehicles[h.VIN]; v != nil {
				v.heard(h)
			}
		}
	case *domain.VehicleConnected:
		m.transition(e.Transition, domain.Connected)
	case *domain.VehicleDisconnected:
		m.transition(e.Transition, domain.Disconnected)
	case *domain.ObservationInterrupted:
		m.spans, _ = m.spans.Add(e.Span)
	case *domain.FleetEvaluated:
		m.asOf, m.through = e.AsOf, e.Through
	}
}

func (m *model) move(v *modelVehicle, at domain.Instant, n int64) {
	v.counted = max(v.counted, at)
	m.moves = append(m.moves, move{v.counted, v.CustomerID, v.status().Status, n})
}

// numbers returns the vehicles of a customer, or of all for none, per status before a moment.
func (m *model) numbers(id domain.CustomerID, before domain.Instant) (sum queries.Counts) {
	for _, move := range m.moves {
		if move.at >= before || id != "" && id != move.customer {
			continue
		}
		switch move.status {
		case domain.Connected:
			sum.Connected += move.n
		case domain.Disconnected:
			sum.Disconnected += move.n
		default:
			sum.NeverSeen += move.n
		}
	}
	return sum
}

func (v *modelVehicle) heard(h domain.Heartbeat) {
	v.latest.LastHeartbeat = max(v.latest.LastHeartbeat, h.ReceivedAt)
	at := h.MeasuredAt()
	if l := v.latest.Location; h.Location != nil && (l == nil || at >= l.At) {
		v.latest.Location = &domain.LocationAt{Lat: h.Location.Lat, Lon: h.Location.Lon, At: at}
	}
	for name, value := range h.Readings {
		if v.latest.Readings == nil {
			v.latest.Readings = map[string]queries.ReadingAt{}
		}
		if at >= v.latest.Readings[name].At {
			v.latest.Readings[name] = queries.ReadingAt{Value: value, At: at}
		}
	}
}

func (m *model) transition(t domain.Transition, status domain.Status) {
	v := m.vehicles[t.VIN]
	if v == nil || v.life != t.Life {
		return
	}
	m.move(v, t.At, -1)
	v.changes = append(v.changes, queries.StatusSince{Status: status, From: t.At})
	m.move(v, t.At, 1)
	v.transition = max(v.transition, t.LastHeartbeat)
	v.latest.LastHeartbeat = max(v.latest.LastHeartbeat, t.LastHeartbeat)
	if status == domain.Connected && v.latest.FirstHeartbeat.IsZero() {
		v.latest.FirstHeartbeat = t.At
	}
	if l := t.LastLocation; l != nil {
		if v.place == nil || l.At >= v.place.At {
			v.place = l
		}
		if v.latest.Location == nil || l.At > v.latest.Location.At {
			v.latest.Location = l
		}
	}
}

// row returns a vehicle as the fleet view has it.
func (m *model) row(v *modelVehicle) queries.FleetRow {
	customer := m.customers[v.CustomerID]
	row := queries.FleetRow{
		Vehicle: queries.Vehicle{
			VIN: v.VIN, RegistrationNumber: v.RegistrationNumber, Customer: queries.CustomerRef{ID: customer.ID, Name: customer.Name},
			Status: v.status().Status, LastHeartbeat: v.transition, Location: v.place,
			TimeoutSeconds: int64(domain.Resolve(m.settings, customer.Overrides, v.Overrides).Total() / time.Second),
		},
		CustomerOverrides: customer.Overrides, VehicleOverrides: v.Overrides, RegisteredAt: v.registeredAt,
	}
	if row.Status != domain.NeverSeen {
		row.Since = v.status().From
	}
	return row
}

// list returns every vehicle that a filter means, in order, and the counts of the filter without its statuses.
func (m *model) list(q queries.ListVehicles, asOf domain.Instant) (matches []queries.Vehicle, counts queries.Counts) {
	for _, v := range m.matching(q, asOf) {
		switch v.Status {
		case domain.Connected:
			counts.Connected++
		case domain.Disconnected:
			counts.Disconnected++
		default:
			counts.NeverSeen++
		}
		if len(q.Statuses) == 0 || slices.Contains(q.Statuses, v.Status) {
			matches = append(matches, v)
		}
	}
	slices.SortFunc(matches, func(a, b queries.Vehicle) int {
		if q.Descending {
			a, b = b, a
		}
		return compareVehicles(a, b, q.Sort)
	})
	return matches, counts
}

// matching returns every vehicle that a filter without its statuses means, in order of VIN.
func (m *model) matching(q queries.ListVehicles, asOf domain.Instant) (found []queries.Vehicle) {
	plates := map[string]int{}
	for _, v := range m.vehicles {
		if q.Owner == "" || q.Owner == v.CustomerID {
			plates[comparable(v.RegistrationNumber)]++
		}
	}
	for _, vin := range slices.Sorted(maps.Keys(m.vehicles)) {
		v := m.row(m.vehicles[vin]).Vehicle
		if (q.Owner == "" || q.Owner == v.Customer.ID) && (!q.Clash || plates[comparable(v.RegistrationNumber)] > 1) && matchesFilter(v, q.Filter, asOf) {
			found = append(found, v)
		}
	}
	return found
}

// facets returns the numbers by which a list can be narrowed, each of the filter without its own part.
func (m *model) facets(q queries.ListVehicles, asOf domain.Instant) *queries.Facets {
	asked := func(v queries.Vehicle) bool { return len(q.Statuses) == 0 || slices.Contains(q.Statuses, v.Status) }
	anyCustomer, anySilence := q, q
	anyCustomer.Customers, anySilence.SilentFor = nil, 0
	by := map[domain.CustomerID]*queries.FacetCustomer{}
	for _, v := range m.matching(anyCustomer, asOf) {
		if !asked(v) {
			continue
		}
		if by[v.Customer.ID] == nil {
			by[v.Customer.ID] = &queries.FacetCustomer{CustomerRef: v.Customer}
		}
		by[v.Customer.ID].Total++
		if v.Status == domain.Disconnected {
			by[v.Customer.ID].Disconnected++
		}
	}
	facets := &queries.Facets{Customers: []queries.FacetCustomer{}, SilentFor: []queries.SilentStep{
		{Under: 300}, {Under: 3600}, {Under: 86400}, {Under: 604800}, {},
	}}
	for _, c := range by {
		facets.Customers = append(facets.Customers, *c)
	}
	slices.SortFunc(facets.Customers, func(a, b queries.FacetCustomer) int {
		return cmp.Or(cmp.Compare(b.Disconnected, a.Disconnected), cmp.Compare(b.Total, a.Total), cmp.Compare(a.ID, b.ID))
	})
	facets.Customers = facets.Customers[:min(len(facets.Customers), 10)]
	for _, v := range m.matching(anySilence, asOf) {
		if v.Status != domain.Disconnected || !asked(v) {
			continue
		}
		step := slices.IndexFunc(facets.SilentFor, func(s queries.SilentStep) bool {
			return s.Under == 0 || asOf.Sub(v.LastHeartbeat) < time.Duration(s.Under)*time.Second
		})
		facets.SilentFor[step].Count++
	}
	return facets
}

func matchesFilter(v queries.Vehicle, f queries.Filter, asOf domain.Instant) bool {
	switch {
	case len(f.Customers) > 0 && !slices.Contains(f.Customers, v.Customer.ID),
		len(f.VINs) > 0 && !slices.Contains(f.VINs, v.VIN),
		f.SilentFor > 0 && (v.Status != domain.Disconnected || v.LastHeartbeat > asOf.Add(-f.SilentFor)):
		return false
	}
	return hasText(v, f.Text)
}

func compareVehicles(a, b queries.Vehicle, sort queries.Sort) int {
	rank := map[domain.Status]int{domain.Disconnected: 0, domain.Connected: 1, domain.NeverSeen: 2}
	by := 0
	switch sort {
	case queries.SortStatus:
		by = cmp.Or(cmp.Compare(rank[a.Status], rank[b.Status]), cmp.Compare(a.Since, b.Since))
	case queries.SortSince:
		by = cmp.Compare(a.Since, b.Since)
	case queries.SortRegistrationNumber:
		by = cmp.Compare(folded(a.RegistrationNumber), folded(b.RegistrationNumber))
	case queries.SortCustomer:
		by = cmp.Compare(folded(a.Customer.Name), folded(b.Customer.Name))
	}
	return cmp.Or(by, cmp.Compare(a.VIN, b.VIN))
}

// silentSince returns how many disconnected vehicles were last heard after each of these moments.
func (m *model) silentSince(id domain.CustomerID, moments []domain.Instant) []int64 {
	found := make([]int64, len(moments))
	for i, moment := range moments {
		for _, v := range m.vehicles {
			if v.status().Status == domain.Disconnected && v.transition > moment && (id == "" || id == v.CustomerID) {
				found[i]++
			}
		}
	}
	return found
}
