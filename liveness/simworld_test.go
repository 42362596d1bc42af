package liveness

import (
	"container/heap"
	"math/rand/v2"

	"fleetbeat/domain"
)

// world is a fleet, its nodes and their clocks in virtual time: the source of logs that nobody would write by hand, and
// of the truth about who was acknowledged when. Times are milliseconds of the true clock.
type world struct {
	r      *rand.Rand
	now    int64
	queue  eventQueue
	seq    int
	log    []entry // in the order in which appends took effect
	nodes  []*simNode
	acked  map[int][]acked // by vehicle: the acknowledged heartbeats
	last   map[int]int64   // by vehicle: the true time of its last attempt
	period map[int]int64
	silent map[int]bool
	calm   bool // nothing fails any more
	lives  int
}

// acked is an acknowledged heartbeat.
type acked struct {
	stream string
	v      int
	stamp  domain.Instant
}

// entry is an event in the log, as its writer made it.
type entry struct {
	stream string
	event  domain.Event
}

const (
	simVehicles = 8
	simStart    = int64(1_767_225_600_000)
	simTrouble  = 180_000 // how long things fail
	simCalm     = 160_000 // how long they then go well: three of the longest timeouts and more
)

func newWorld(seed uint64) *world {
	w := &world{r: rand.New(rand.NewPCG(seed, 1)), now: simStart, acked: map[int][]acked{}, last: map[int]int64{},
		period: map[int]int64{}, silent: map[int]bool{}}
	w.log = append(w.log,
		entry{domain.SettingsStream, domain.SettingsChanged{Settings: w.settings()}},
		entry{"customer-a", domain.CustomerRegistered{Customer: domain.Customer{ID: "a", Name: "A"}}})
	for v := range simVehicles {
		w.log = append(w.log, entry{domain.VehicleStream(vin(v)), domain.VehicleRegistered{Vehicle: domain.Vehicle{VIN: vin(v), CustomerID: "a"}}})
		w.period[v] = 300 + w.r.Int64N(20_000)
		w.after(w.r.Int64N(3000), func() { w.ping(v) })
	}
	embedded := w.r.IntN(3) == 0
	count := 1
	if !embedded {
		count = 1 + w.r.IntN(3)
	}
	for range count {
		n := &simNode{w: w, offset: w.r.Int64N(4000) - 2000, fixed: embedded, room: 3 + w.r.IntN(40)}
		w.nodes = append(w.nodes, n)
		w.after(w.r.Int64N(2000), n.start)
		w.after(5000+w.r.Int64N(40_000), n.trouble)
	}
	w.after(w.r.Int64N(60_000), w.changeRegistry)
	w.after(w.r.Int64N(20_000), w.changeHabits)
	w.after(simTrouble, w.calmDown)
	return w
}

// play runs the world to its end.
func (w *world) play() {
	for w.queue.Len() > 0 && w.now < simStart+simTrouble+simCalm {
		next := heap.Pop(&w.queue).(timed)
		w.now = next.at
		next.do()
	}
}

func (w *world) after(ms int64, do func()) {
	w.seq++
	heap.Push(&w.queue, timed{w.now + ms, w.seq, do})
}

func (w *world) settings() domain.Settings {
	return domain.Settings{IntervalSeconds: 1 + w.r.Int64N(20), GraceSeconds: w.r.Int64N(15)}
}

// ping has a vehicle ping any node.
func (w *world) ping(v int) {
	if !w.silent[v] {
		w.last[v] = w.now
		w.nodes[w.r.IntN(len(w.nodes))].receive(v)
	}
	w.after(w.period[v]/2+w.r.Int64N(w.period[v]+1), func() { w.ping(v) })
}

// changeHabits has vehicles fall silent, speak again and change their rhythm.
func (w *world) changeHabits() {
	if w.calm {
		return
	}
	v := w.r.IntN(simVehicles)
	w.silent[v] = w.r.IntN(2) == 0
	w.period[v] = 300 + w.r.Int64N(20_000)
	w.after(w.r.Int64N(20_000), w.changeHabits)
}

// changeRegistry has timeouts change, for all or for one, and vehicles begin a new life.
func (w *world) changeRegistry() {
	if w.calm {
		return
	}
	switch v := w.r.IntN(simVehicles); w.r.IntN(4) {
	case 0, 1:
		w.log = append(w.log, entry{domain.SettingsStream, domain.SettingsChanged{Settings: w.settings()}})
	case 2:
		s := w.settings()
		w.log = append(w.log, entry{domain.VehicleStream(vin(v)), domain.VehicleChanged{VIN: vin(v), Overrides: domain.Overrides{IntervalSeconds: &s.IntervalSeconds}}})
	case 3:
		w.log = append(w.log, entry{domain.VehicleStream(vin(v)), domain.VehicleDecommissioned{VIN: vin(v)}},
			entry{domain.VehicleStream(vin(v)), domain.VehicleRegistered{Vehicle: domain.Vehicle{VIN: vin(v), CustomerID: "a"}}})
	}
	w.after(w.r.Int64N(60_000), w.changeRegistry)
}

// calmDown ends all trouble: half of the vehicles are silent for good, the others ping well within any timeout.
func (w *world) calmDown() {
	w.calm = true
	w.log = append(w.log, entry{domain.SettingsStream, domain.SettingsChanged{Settings: domain.Settings{IntervalSeconds: 20, GraceSeconds: 10}}})
	for v := range simVehicles {
		w.silent[v] = v%2 == 0
		w.period[v] = 500
		w.log = append(w.log, entry{domain.VehicleStream(vin(v)), domain.VehicleChanged{VIN: vin(v)}})
	}
	for _, n := range w.nodes {
		n.wake()
		if n.state == down {
			n.start()
		}
	}
}

// delay returns how long an append takes until its outcome is known: mostly a moment, sometimes seconds.
func (w *world) delay() int64 {
	switch n := w.r.IntN(40); {
	case w.calm || n > 2:
		return 2 + w.r.Int64N(40)
	case n == 0:
		return 1000 + w.r.Int64N(13_000)
	}
	return 100 + w.r.Int64N(900)
}

// timed is something that happens at a time.
type timed struct {
	at  int64
	seq int
	do  func()
}

type eventQueue []timed

func (q eventQueue) Len() int { return len(q) }
func (q eventQueue) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].seq < q[j].seq
}
func (q eventQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *eventQueue) Push(x any)   { *q = append(*q, x.(timed)) }
func (q *eventQueue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
