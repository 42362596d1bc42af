package projectiontest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"fleetbeat/domain"
)

// LogID is the id of every log that is generated here.
const LogID = "11111111-2222-3333-4444-555555555555"

// generator writes a random log that could be one of Fleetbeat's: transitions of lives that are over, batches with VINs
// that nobody registered, and everything else that may come in any order.
type generator struct {
	t         testing.TB
	random    *rand.Rand
	log       *Log
	now       domain.Instant
	customers []domain.CustomerID
	vehicles  map[domain.VIN]*generated
}

type generated struct {
	registered bool
	life       int64
	owner      domain.CustomerID
	status     domain.Status
	last       domain.Instant // of its transitions, which never go back
}

// fleetSize is how many VINs a generated log knows; one in eight is never registered.
const fleetSize = 40

// VIN returns the n-th VIN of a generated log.
func VIN(n int) domain.VIN { return domain.VIN(fmt.Sprintf("YS2R4X2000539%04d", n*37)) }

// Generate returns a random log of some n events.
func Generate(t testing.TB, seed uint64, n int) *Log {
	g := &generator{
		t: t, random: rand.New(rand.NewPCG(seed, 1)), log: NewLog(), vehicles: map[domain.VIN]*generated{},
		now: domain.InstantOf(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)),
	}
	g.log.Add(t, domain.LogStream, &domain.LogCreated{ID: LogID, At: g.now})
	for i := range fleetSize {
		g.vehicles[VIN(i)] = &generated{}
	}
	for range 3 {
		g.newCustomer()
	}
	for g.log.Len() < n {
		g.now += domain.Instant(g.random.IntN(120_000))
		g.step()
	}
	return g.log
}

func (g *generator) step() {
	vin := VIN(g.random.IntN(fleetSize - fleetSize/8))
	v := g.vehicles[vin]
	switch p := g.random.IntN(100); {
	case !v.registered && p < 60:
		g.register(vin, v)
	case p < 25:
		g.heartbeats()
	case p < 55:
		g.transition(vin, v)
	case p < 70:
		head, _ := g.log.Head(g.t.Context())
		g.log.Add(g.t, domain.EvaluationsStream, &domain.FleetEvaluated{AsOf: g.now, Through: head, Newest: g.now + 100})
	case p < 73:
		g.newCustomer()
	case p < 80:
		id := g.customer()
		g.log.Add(g.t, domain.CustomerStream(id), &domain.CustomerChanged{Customer: g.customerWith(id), At: g.now})
	case p < 85:
		from := g.now - domain.Instant(g.random.IntN(1000_000))
		g.log.Add(g.t, domain.ConnectionsStream, &domain.ObservationInterrupted{
			Span: domain.Span{From: from, To: from + domain.Instant(g.random.IntN(300_000))}, Why: "restart",
		})
	case p < 87:
		g.log.Add(g.t, domain.SettingsStream, &domain.SettingsChanged{
			Settings: domain.Settings{IntervalSeconds: 1 + g.random.Int64N(600), GraceSeconds: g.random.Int64N(60)}, At: g.now,
		})
	case p < 88:
		g.log.Add(g.t, domain.IngestStream("a"), &domain.IngestOpened{At: g.now})
	default:
		g.registry(vin, v, p)
	}
}

// registry changes a vehicle that is registered.
func (g *generator) registry(vin domain.VIN, v *generated, p int) {
	stream := domain.VehicleStream(vin)
	switch {
	case !v.registered:
		g.register(vin, v)
	case p < 93:
		g.log.Add(g.t, stream, &domain.VehicleChanged{
			VIN: vin, RegistrationNumber: g.plate(), Overrides: g.overrides(), At: g.now,
		})
	case p < 97:
		v.owner = g.customer()
		g.log.Add(g.t, stream, &domain.VehicleTransferred{VIN: vin, CustomerID: v.owner, At: g.now})
	default:
		g.log.Add(g.t, stream, &domain.VehicleDecommissioned{VIN: vin, At: g.now})
		v.registered = false
	}
}

func (g *generator) register(vin domain.VIN, v *generated) {
	owner := g.customer()
	life := g.log.Add(g.t, domain.VehicleStream(vin), &domain.VehicleRegistered{
		Vehicle: domain.Vehicle{VIN: vin, RegistrationNumber: g.plate(), CustomerID: owner, Overrides: g.overrides()}, At: g.now,
	})
	*v = generated{registered: true, life: life, owner: owner, status: domain.NeverSeen}
}

func (g *generator) transition(vin domain.VIN, v *generated) {
	if v.life == 0 && !v.registered {
		return
	}
	life, at := v.life, max(v.last, g.now-domain.Instant(g.random.IntN(50)))
	v.last = at
	if g.random.IntN(10) == 0 {
		life++ // of a life that is not this one
	}
	tr := domain.Transition{VIN: vin, Life: life, CustomerID: v.owner, At: at, ProvedAt: g.now, LastHeartbeat: at - 90_000}
	if g.random.IntN(2) == 0 {
		tr.LastLocation = &domain.LocationAt{Lat: float64(g.random.IntN(90)), Lon: 18, At: tr.LastHeartbeat}
	}
	if v.status == domain.Connected {
		g.log.Add(g.t, domain.ConnectionsStream, &domain.VehicleDisconnected{Transition: tr})
		v.status = domain.Disconnected
		return
	}
	g.log.Add(g.t, domain.ConnectionsStream, &domain.VehicleConnected{Transition: tr})
	v.status = domain.Connected
}

func (g *generator) heartbeats() {
	batch := &domain.HeartbeatsRecorded{Until: g.now}
	for range g.random.IntN(12) {
		h := domain.Heartbeat{VIN: VIN(g.random.IntN(fleetSize)), ID: "x", ReceivedAt: g.now - domain.Instant(g.random.IntN(2000))}
		switch g.random.IntN(4) {
		case 0:
			h.SentAt = g.now - domain.Instant(g.random.IntN(40)*10_000) // older, and now and then the same as another
		case 1:
			h.SentAt = g.now + 3_600_000 // a clock that nobody believes
		}
		if g.random.IntN(2) == 0 {
			h.Location = &domain.Location{Lat: float64(g.random.IntN(90)), Lon: float64(g.random.IntN(180))}
		}
		if g.random.IntN(2) == 0 {
			h.Readings = domain.Readings{"speed": g.random.Float64() * 90}
			if g.random.IntN(2) == 0 {
				h.Readings["fuel"] = float64(g.random.IntN(100))
			}
		}
		batch.Heartbeats = append(batch.Heartbeats, h)
	}
	g.log.Add(g.t, domain.IngestStream("a"), batch)
}

func (g *generator) newCustomer() {
	id := domain.CustomerID(fmt.Sprintf("c%d", len(g.customers)+1))
	g.customers = append(g.customers, id)
	g.log.Add(g.t, domain.CustomerStream(id), &domain.CustomerRegistered{Customer: g.customerWith(id), At: g.now})
}

func (g *generator) customer() domain.CustomerID { return g.customers[g.random.IntN(len(g.customers))] }

func (g *generator) customerWith(id domain.CustomerID) domain.Customer {
	names := []string{
		"Kalles Grustransporter AB", "Johans Bulk AB", "Haralds Värdetransporter AB", "ÅKERI Öst", "100 % Frakt_*?", `Back\slash "quoted"`,
	}
	return domain.Customer{ID: id, Name: names[g.random.IntN(len(names))], Address: "Vägen " + string(id), Overrides: g.overrides()}
}

func (g *generator) overrides() (o domain.Overrides) {
	if g.random.IntN(3) == 0 {
		n := 10 + g.random.Int64N(100)
		o.IntervalSeconds = &n
	}
	if g.random.IntN(4) == 0 {
		n := g.random.Int64N(30)
		o.GraceSeconds = &n
	}
	return o
}

func (g *generator) plate() string {
	switch g.random.IntN(7) {
	case 0:
		return fmt.Sprintf("ÅÄÖ %d%%", g.random.IntN(50))
	case 2: // what people type, or what a form lets through: two characters that are one, or become one without what is between
		return fmt.Sprintf([]string{"A\u030AB-%03d", "x.y..%d", " - %d", "\u1100-\u1161b %d"}[g.random.IntN(4)], g.random.IntN(100))
	case 1: // now and then the same one, written in another way
		return []string{"TAX 101", "tax-101", "Tax101", "TAX 102", "tax.102", "TAX 103", "?!", "!?"}[g.random.IntN(8)]
	}
	return fmt.Sprintf("%c%c%c %03d", 'A'+g.random.IntN(5), 'A'+g.random.IntN(5), 'A'+g.random.IntN(5), g.random.IntN(100))
}
