package projections

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

const (
	vin   domain.VIN = "YS2R4X20005399401"
	other domain.VIN = "VLUR4X20009093588"
)

// place is where every event of these tests lies; revision 4 makes the life 4.
func place() Place { return Place{Position: domain.Position{Commit: 9, Prepare: 9}, Revision: 4} }

// at is n seconds past a quarter of an hour.
func at(n int64) domain.Instant {
	return domain.InstantOf(time.Date(2026, 3, 1, 12, 15, 0, 0, time.UTC)) + domain.Instant(n*1000)
}

func seconds(n int64) *int64 { return &n }

type foldCase struct {
	name   string
	view   View
	given  []Row
	event  domain.Event
	want   []Row // that changed and are there
	gone   []Key
	future bool // the rows have seen later events
}

func (c foldCase) run(t *testing.T) {
	b := newBatch()
	for _, row := range c.given {
		s := Stored{Row: row}
		if c.future {
			s.Version = domain.Position{Commit: 10, Prepare: 10}
		}
		b.hold(row.Key(), s)
	}
	before := map[Key]Row{}
	for _, row := range c.given {
		before[row.Key()] = row.clone()
	}
	c.view.apply(b, place(), c.event)
	require.NoError(t, b.err)
	var changed []Row
	var gone []Key
	for _, change := range b.changes() {
		if change.After == nil {
			gone = append(gone, change.Key)
		} else {
			changed = append(changed, change.After)
		}
		assert.Equal(t, place().Position, change.Version)
	}
	slices.SortFunc(c.want, func(a, b Row) int { return compareKeys(a.Key(), b.Key()) })
	assert.Equal(t, c.want, changed)
	assert.Equal(t, c.gone, gone)
	for _, row := range c.given {
		assert.Equal(t, before[row.Key()], row, "a row that was stored is never changed in place")
	}
}

func runFolds(t *testing.T, cases []foldCase) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t)
		})
	}
}

func transition(life int64) domain.Transition {
	return domain.Transition{
		VIN: vin, Life: life, CustomerID: "c1", At: at(100), ProvedAt: at(101), LastHeartbeat: at(10),
		LastLocation: &domain.LocationAt{Lat: 1, Lon: 2, At: at(9)},
	}
}

func TestEveryViewIgnoresTheRest(t *testing.T) {
	t.Parallel()
	tables := map[string][]string{
		"fleet": {
			domain.TypeCustomerChanged, domain.TypeCustomerRegistered, domain.TypeFleetEvaluated, domain.TypeObservationInterrupted,
			domain.TypeSettingsChanged, domain.TypeVehicleChanged, domain.TypeVehicleConnected, domain.TypeVehicleDecommissioned,
			domain.TypeVehicleDisconnected, domain.TypeVehicleRegistered, domain.TypeVehicleTransferred,
		},
		"latest": {
			domain.TypeFleetEvaluated, domain.TypeHeartbeatsRecorded, domain.TypeObservationInterrupted, domain.TypeVehicleConnected,
			domain.TypeVehicleDecommissioned, domain.TypeVehicleDisconnected, domain.TypeVehicleRegistered,
		},
		"relations": {
			domain.TypeCustomerChanged, domain.TypeCustomerRegistered, domain.TypeFleetEvaluated, domain.TypeVehicleChanged,
			domain.TypeVehicleDecommissioned, domain.TypeVehicleRegistered, domain.TypeVehicleTransferred,
		},
		"timeline": {
			domain.TypeCustomerChanged, domain.TypeCustomerRegistered, domain.TypeFleetEvaluated, domain.TypeObservationInterrupted,
			domain.TypeVehicleChanged, domain.TypeVehicleConnected, domain.TypeVehicleDecommissioned, domain.TypeVehicleDisconnected,
			domain.TypeVehicleRegistered, domain.TypeVehicleTransferred,
		},
	}
	all := []domain.Event{
		&domain.LogCreated{}, &domain.KeyCreated{}, &domain.KeyRevoked{}, &domain.ImportRows{}, &domain.ImportAccepted{},
		&domain.ImportCompleted{}, &domain.IngestOpened{}, &domain.IngestClosed{}, &domain.HeartbeatsRecorded{}, &domain.SettingsChanged{},
	}
	for _, view := range All() {
		slices.Sort(tables[view.Name])
		assert.Equal(t, tables[view.Name], view.Types(), view.Name)
		for _, e := range all {
			if _, ours := view.table[e.EventType()]; ours {
				continue
			}
			b := newBatch()
			view.apply(b, place(), e)
			assert.Empty(t, b.changes(), "%s of %s", e.EventType(), view.Name)
		}
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(tables)), []string{"fleet", "latest", "relations", "timeline"})
}

func TestFleetFolds(t *testing.T) {
	t.Parallel()
	row := func(change func(*FleetVehicle)) *FleetVehicle {
		v := &FleetVehicle{VIN: vin, Life: 4, RegistrationNumber: "ABC 123", CustomerID: "c1", CustomerName: "Johan", Status: domain.NeverSeen, RegisteredAt: at(0)}
		if change != nil {
			change(v)
		}
		return v
	}
	johan := &FleetCustomer{ID: "c1", Name: "Johan"}
	harald := &FleetCustomer{ID: "c2", Name: "Harald"}
	vehicle := domain.Vehicle{VIN: vin, RegistrationNumber: "ABC 123", CustomerID: "c1"}
	connected := func(v *FleetVehicle) {
		v.Status, v.Since, v.LastHeartbeat, v.Location = domain.Connected, at(100), at(10), &domain.LocationAt{Lat: 1, Lon: 2, At: at(9)}
	}
	defaults := domain.Settings{IntervalSeconds: 60, GraceSeconds: 30}
	runFolds(t, []foldCase{
		{name: "a registered vehicle is never seen and has its customer's name", view: Fleet(), given: []Row{johan},
			event: &domain.VehicleRegistered{Vehicle: vehicle, At: at(0)}, want: []Row{row(nil)}},
		{name: "a vehicle registered again begins anew", view: Fleet(), given: []Row{johan, row(func(v *FleetVehicle) { connected(v); v.Life = 1 })},
			event: &domain.VehicleRegistered{Vehicle: vehicle, At: at(0)}, want: []Row{row(nil)}},
		{name: "a changed vehicle keeps its status", view: Fleet(), given: []Row{row(connected)},
			event: &domain.VehicleChanged{VIN: vin, RegistrationNumber: "X", Overrides: domain.Overrides{GraceSeconds: seconds(5)}},
			want: []Row{row(func(v *FleetVehicle) {
				connected(v)
				v.RegistrationNumber, v.Overrides.GraceSeconds = "X", seconds(5)
			})}},
		{name: "a transferred vehicle has the other customer's name", view: Fleet(), given: []Row{row(connected), harald},
			event: &domain.VehicleTransferred{VIN: vin, CustomerID: "c2"},
			want:  []Row{row(func(v *FleetVehicle) { connected(v); v.CustomerID, v.CustomerName = "c2", "Harald" })}},
		{name: "a decommissioned vehicle is gone", view: Fleet(), given: []Row{row(nil)},
			event: &domain.VehicleDecommissioned{VIN: vin}, gone: []Key{FleetVehicleKey(vin)}},
		{name: "a transition gives status, since, last heartbeat and location", view: Fleet(), given: []Row{row(nil)},
			event: &domain.VehicleConnected{Transition: transition(4)}, want: []Row{row(connected)}},
		{name: "evidence only moves forward", view: Fleet(),
			given: []Row{row(func(v *FleetVehicle) { v.LastHeartbeat, v.Location = at(20), &domain.LocationAt{Lat: 7, At: at(20)} })},
			event: &domain.VehicleDisconnected{Transition: transition(4)},
			want: []Row{row(func(v *FleetVehicle) {
				v.Status, v.Since, v.LastHeartbeat, v.Location = domain.Disconnected, at(100), at(20), &domain.LocationAt{Lat: 7, At: at(20)}
			})}},
		{name: "a transition of another life changes nothing", view: Fleet(), given: []Row{row(nil)},
			event: &domain.VehicleConnected{Transition: transition(3)}},
		{name: "a transition of an unknown vehicle changes nothing", view: Fleet(), event: &domain.VehicleConnected{Transition: transition(4)}},
		{name: "a change of a vehicle that is gone changes nothing", view: Fleet(), event: &domain.VehicleChanged{VIN: vin}},
		{name: "a row that has seen later events does not change", view: Fleet(), given: []Row{row(nil)}, future: true,
			event: &domain.VehicleDecommissioned{VIN: vin}},
		{name: "a renamed customer renames its vehicles and no others", view: Fleet(),
			given: []Row{johan, row(nil), row(func(v *FleetVehicle) { v.VIN, v.CustomerID, v.CustomerName = other, "c2", "Harald" })},
			event: &domain.CustomerChanged{Customer: domain.Customer{ID: "c1", Name: "Kalle"}},
			want:  []Row{&FleetCustomer{ID: "c1", Name: "Kalle"}, row(func(v *FleetVehicle) { v.CustomerName = "Kalle" })}},
		{name: "a customer's timeout does not rewrite its vehicles", view: Fleet(), given: []Row{johan, row(nil)},
			event: &domain.CustomerChanged{Customer: domain.Customer{ID: "c1", Name: "Johan", Overrides: domain.Overrides{IntervalSeconds: seconds(9)}}},
			want:  []Row{&FleetCustomer{ID: "c1", Name: "Johan", Overrides: domain.Overrides{IntervalSeconds: seconds(9)}}}},
		{name: "settings are kept", view: Fleet(), event: &domain.SettingsChanged{Settings: domain.Settings{IntervalSeconds: 7, GraceSeconds: 1}},
			want: []Row{&FleetMeta{Settings: domain.Settings{IntervalSeconds: 7, GraceSeconds: 1}}}},
		{name: "spans are united", view: Fleet(), given: []Row{&FleetMeta{Settings: defaults, Spans: domain.Spans{{From: at(0), To: at(5)}}}},
			event: &domain.ObservationInterrupted{Span: domain.Span{From: at(4), To: at(8)}},
			want:  []Row{&FleetMeta{Settings: defaults, Spans: domain.Spans{{From: at(0), To: at(8)}}}}},
	})
}

func TestLatestFolds(t *testing.T) {
	t.Parallel()
	registered := &LatestVehicle{VIN: vin, Life: 4}
	here := &domain.LocationAt{Lat: 5, Lon: 6, At: at(50)}
	known := &LatestVehicle{VIN: vin, Life: 4, FirstHeartbeat: at(1), LastHeartbeat: at(50), Location: here, Readings: map[string]Reading{"speed": {50, at(50)}}}
	heard := func(change func(*domain.Heartbeat)) *domain.HeartbeatsRecorded {
		h := domain.Heartbeat{VIN: vin, ReceivedAt: at(60)}
		change(&h)
		return &domain.HeartbeatsRecorded{Heartbeats: []domain.Heartbeat{h}}
	}
	with := func(change func(*LatestVehicle)) *LatestVehicle {
		v := known.clone().(*LatestVehicle)
		change(v)
		return v
	}
	runFolds(t, []foldCase{
		{name: "a registered vehicle was never heard", view: Latest(), given: []Row{known},
			event: &domain.VehicleRegistered{Vehicle: domain.Vehicle{VIN: vin}}, want: []Row{registered}},
		{name: "a decommissioned vehicle is gone", view: Latest(), given: []Row{known},
			event: &domain.VehicleDecommissioned{VIN: vin}, gone: []Key{LatestKey(vin)}},
		{name: "bare contact changes the last heartbeat alone", view: Latest(), given: []Row{known},
			event: heard(func(*domain.Heartbeat) {}), want: []Row{with(func(v *LatestVehicle) { v.LastHeartbeat = at(60) })}},
		{name: "a heartbeat of an unregistered VIN changes nothing", view: Latest(), event: heard(func(*domain.Heartbeat) {})},
		{name: "an upload of old heartbeats proves contact and keeps what is newer", view: Latest(), given: []Row{known},
			event: heard(func(h *domain.Heartbeat) {
				h.SentAt, h.Location, h.Readings = at(49), &domain.Location{Lat: 9, Lon: 9}, domain.Readings{"speed": 1, "fuel": 2}
			}),
			want: []Row{with(func(v *LatestVehicle) { v.LastHeartbeat = at(60); v.Readings["fuel"] = Reading{2, at(49)} })}},
		{name: "of the same moment the later in the log wins", view: Latest(), given: []Row{known},
			event: heard(func(h *domain.Heartbeat) {
				h.SentAt, h.Location, h.Readings = at(50), &domain.Location{Lat: 9, Lon: 9}, domain.Readings{"speed": 1}
			}),
			want: []Row{with(func(v *LatestVehicle) {
				v.LastHeartbeat, v.Location, v.Readings["speed"] = at(60), &domain.LocationAt{Lat: 9, Lon: 9, At: at(50)}, Reading{1, at(50)}
			})}},
		{name: "a receipt before the last one moves nothing back", view: Latest(), given: []Row{known},
			event: heard(func(h *domain.Heartbeat) { h.ReceivedAt = at(40) }), want: []Row{known}},
		{name: "a transition fills in what expired heartbeats would have given", view: Latest(), given: []Row{registered},
			event: &domain.VehicleConnected{Transition: transition(4)},
			want:  []Row{&LatestVehicle{VIN: vin, Life: 4, FirstHeartbeat: at(100), LastHeartbeat: at(10), Location: &domain.LocationAt{Lat: 1, Lon: 2, At: at(9)}}}},
		{name: "a transition takes nothing back", view: Latest(), given: []Row{known},
			event: &domain.VehicleDisconnected{Transition: transition(4)}, want: []Row{known}},
		{name: "a location of the same moment stays when a transition comes with the one before", view: Latest(),
			given: []Row{with(func(v *LatestVehicle) { v.Location = &domain.LocationAt{Lat: 8, At: at(9)} })},
			event: &domain.VehicleDisconnected{Transition: transition(4)},
			want:  []Row{with(func(v *LatestVehicle) { v.Location = &domain.LocationAt{Lat: 8, At: at(9)} })}},
		{name: "a transition of another life changes nothing", view: Latest(), given: []Row{known},
			event: &domain.VehicleDisconnected{Transition: transition(5)}},
	})
}

func TestRelationsFolds(t *testing.T) {
	t.Parallel()
	johan := domain.Customer{ID: "c1", Name: "Johan", Address: "Vägen 1"}
	vehicle := domain.Vehicle{VIN: vin, RegistrationNumber: "ABC 123", CustomerID: "c1"}
	row := &RelationsVehicle{Vehicle: vehicle, Life: 4, RegisteredAt: at(0)}
	changed, transferred := vehicle, vehicle
	changed.RegistrationNumber, changed.Overrides = "X", domain.Overrides{GraceSeconds: seconds(5)}
	transferred.CustomerID = "c2"
	runFolds(t, []foldCase{
		{name: "a customer is registered", view: Relations(), event: &domain.CustomerRegistered{Customer: johan, At: at(0)},
			want: []Row{&RelationsCustomer{Customer: johan, RegisteredAt: at(0)}}},
		{name: "a customer is given anew", view: Relations(), given: []Row{&RelationsCustomer{Customer: johan, RegisteredAt: at(0)}},
			event: &domain.CustomerChanged{Customer: domain.Customer{ID: "c1", Name: "Kalle"}, At: at(5)},
			want:  []Row{&RelationsCustomer{Customer: domain.Customer{ID: "c1", Name: "Kalle"}, RegisteredAt: at(0)}}},
		{name: "a vehicle is registered", view: Relations(), event: &domain.VehicleRegistered{Vehicle: vehicle, At: at(0)}, want: []Row{row}},
		{name: "a vehicle is changed", view: Relations(), given: []Row{row},
			event: &domain.VehicleChanged{VIN: vin, RegistrationNumber: "X", Overrides: changed.Overrides},
			want:  []Row{&RelationsVehicle{Vehicle: changed, Life: 4, RegisteredAt: at(0)}}},
		{name: "a vehicle is transferred", view: Relations(), given: []Row{row}, event: &domain.VehicleTransferred{VIN: vin, CustomerID: "c2"},
			want: []Row{&RelationsVehicle{Vehicle: transferred, Life: 4, RegisteredAt: at(0)}}},
		{name: "a decommissioned vehicle is gone", view: Relations(), given: []Row{row},
			event: &domain.VehicleDecommissioned{VIN: vin}, gone: []Key{RelationsVehicleKey(vin)}},
		{name: "a transfer of an unknown vehicle changes nothing", view: Relations(), event: &domain.VehicleTransferred{VIN: vin}},
	})
}

func TestTimelineFolds(t *testing.T) {
	t.Parallel()
	vehicle := domain.Vehicle{VIN: vin, RegistrationNumber: "ABC 123", CustomerID: "c1"}
	row := &TimelineVehicle{VIN: vin, Life: 4, CustomerID: "c1", RegistrationNumber: "ABC 123", Status: domain.NeverSeen, Since: at(0), Counted: at(0), RegisteredAt: at(0)}
	connected := *row
	connected.Status, connected.Since, connected.Counted = domain.Connected, at(100), at(100)
	ahead := *row // registered by a node whose clock was ahead
	ahead.Counted = at(900)
	aheadConnected := connected
	aheadConnected.Counted = at(900)
	moved := *row
	moved.CustomerID = "c2"
	news := &FeedChange{Position: place().Position, Topic: TopicVehicle, VIN: vin, CustomerID: "c1", RegistrationNumber: "ABC 123", At: at(0)}
	movedNews := *news
	movedNews.CustomerID = "c2"
	quarter := func(id domain.CustomerID, connected, never int64) *Quarter {
		return &Quarter{CustomerID: id, Start: at(0), Connected: connected, NeverSeen: never}
	}
	later := func(q *Quarter) *Quarter { q.Start = at(900); return q }
	feed := &FeedChange{
		Position: place().Position, Topic: TopicTransition, VIN: vin, Life: 4, CustomerID: "c1", RegistrationNumber: "ABC 123",
		From: domain.NeverSeen, To: domain.Connected, FromSince: at(0), At: at(100), ProvedAt: at(101), LastHeartbeat: at(10),
	}
	runFolds(t, []foldCase{
		{name: "a registered vehicle is counted and told of", view: Timeline(), event: &domain.VehicleRegistered{Vehicle: vehicle, At: at(0)},
			want: []Row{row, news, quarter("", 0, 1), quarter("c1", 0, 1)}},
		{name: "a transition is counted in its own time's quarter and told of with what was before", view: Timeline(), given: []Row{row},
			event: &domain.VehicleConnected{Transition: transition(4)},
			want:  []Row{&connected, feed, quarter("", 1, -1), quarter("c1", 1, -1)}},
		{name: "a transition of another life changes nothing", view: Timeline(), given: []Row{row}, event: &domain.VehicleConnected{Transition: transition(1)}},
		{name: "a transition counts for the owner at its place in the log and names its own", view: Timeline(), given: []Row{&moved},
			event: &domain.VehicleConnected{Transition: transition(4)},
			want: []Row{
				func() Row { c := connected; c.CustomerID = "c2"; return &c }(), feed, quarter("", 1, -1), quarter("c2", 1, -1),
			}},
		{name: "a transfer moves the number", view: Timeline(), given: []Row{row}, event: &domain.VehicleTransferred{VIN: vin, CustomerID: "c2", At: at(0)},
			want: []Row{&moved, &movedNews, quarter("", 0, 0), quarter("c1", 0, -1), quarter("c2", 0, 1)}},
		{name: "a decommissioned vehicle is gone and counted no more", view: Timeline(), given: []Row{row},
			event: &domain.VehicleDecommissioned{VIN: vin, At: at(0)},
			want:  []Row{news, quarter("", 0, -1), quarter("c1", 0, -1)}, gone: []Key{TimelineVehicleKey(vin)}},
		{name: "a transition before the registration's moment is counted with it, so that no number is below zero", view: Timeline(), given: []Row{&ahead},
			event: &domain.VehicleConnected{Transition: transition(4)},
			want:  []Row{&aheadConnected, feed, later(quarter("", 1, -1)), later(quarter("c1", 1, -1))}},
		{name: "a transfer before the moment that the vehicle is counted at is counted with it", view: Timeline(), given: []Row{&ahead},
			event: &domain.VehicleTransferred{VIN: vin, CustomerID: "c2", At: at(0)},
			want: []Row{
				func() Row { v := ahead; v.CustomerID = "c2"; return &v }(), &movedNews,
				later(quarter("", 0, 0)), later(quarter("c1", 0, -1)), later(quarter("c2", 0, 1)),
			}},
		{name: "a decommissioning before the moment that the vehicle is counted at is counted with it", view: Timeline(), given: []Row{&ahead},
			event: &domain.VehicleDecommissioned{VIN: vin, At: at(0)},
			want:  []Row{news, later(quarter("", 0, -1)), later(quarter("c1", 0, -1))}, gone: []Key{TimelineVehicleKey(vin)}},
		{name: "a customer's change is told of", view: Timeline(), event: &domain.CustomerChanged{Customer: domain.Customer{ID: "c1"}, At: at(0)},
			want: []Row{&FeedChange{Position: place().Position, Topic: TopicCustomer, CustomerID: "c1", At: at(0)}}},
		{name: "spans are united", view: Timeline(), given: []Row{&TimelineSpans{Spans: domain.Spans{{From: at(0), To: at(5)}}}},
			event: &domain.ObservationInterrupted{Span: domain.Span{From: at(5), To: at(8)}},
			want:  []Row{&TimelineSpans{Spans: domain.Spans{{From: at(0), To: at(8)}}}}},
	})
}
