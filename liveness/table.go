package liveness

import (
	"hash/maphash"

	"fleetbeat/domain"
)

// vinKey is a VIN without a pointer, so that a million of them cost the collector nothing.
type vinKey [17]byte

// UnmarshalText takes a VIN from the log; what is not 17 bytes long matches no vehicle.
func (k *vinKey) UnmarshalText(text []byte) error {
	*k = vinKey{}
	if len(text) == len(k) {
		copy(k[:], text)
	}
	return nil
}

func keyOf(vin domain.VIN) (k vinKey) {
	_ = k.UnmarshalText([]byte(vin))
	return k
}

// status is a domain.Status in a byte.
type status uint8

const (
	neverSeen status = iota
	connected
	disconnected
)

// vehicle is what liveness remembers of one vehicle: 80 bytes, no pointers.
type vehicle struct {
	vin       vinKey
	status    status
	customer  uint32         // index into table.customers
	last      domain.Instant // last heartbeat
	since     domain.Instant // when its status began; zero while never seen
	lat, lon  float64
	locatedAt domain.Instant // zero: no location
	life      int32          // revision of its vehicle.registered
	interval  int32          // own seconds + 1; zero inherits
	grace     int32          // own seconds + 1; zero inherits
	slot      uint32         // the slot of the wheel in which it is looked at next; zero: none
}

func (v *vehicle) overrides() domain.Overrides {
	return domain.Overrides{IntervalSeconds: unpack(v.interval), GraceSeconds: unpack(v.grace)}
}

func (v *vehicle) override(o domain.Overrides) {
	v.interval, v.grace = pack(o.IntervalSeconds), pack(o.GraceSeconds)
}

func pack(seconds *int64) int32 {
	if seconds == nil {
		return 0
	}
	return int32(*seconds) + 1
}

func unpack(packed int32) *int64 {
	if packed == 0 {
		return nil
	}
	seconds := int64(packed) - 1
	return &seconds
}

type customer struct {
	id        domain.CustomerID
	overrides domain.Overrides
}

// chunk is how many vehicles are allocated at once: growing moves nothing and wastes at most one chunk.
const chunk = 1 << 12

// table holds the vehicles, found by VIN or by number, and their customers. Numbers of removed vehicles are used again.
//
// A Go map from VIN to number costs 38 bytes a vehicle where these open-addressed numbers cost 8 (measured), and a
// vehicle may cost 120 in all.
type table struct {
	chunks    []*[chunk]vehicle
	used      uint32 // numbers handed out, from 1; 0 means none
	free      []uint32
	index     []uint32 // open addressing, linear probing; a power of two, at most three quarters full
	held      int      // vehicles in index
	seed      maphash.Seed
	customers []customer
	numbers   map[domain.CustomerID]uint32
}

func newTable() table {
	return table{used: 1, index: make([]uint32, 64), seed: maphash.MakeSeed(), numbers: map[domain.CustomerID]uint32{}}
}

// at returns vehicle number n, which stays where it is.
func (t *table) at(n uint32) *vehicle { return &t.chunks[n/chunk][n%chunk] }

// find returns the number of a VIN, or 0.
func (t *table) find(k vinKey) uint32 { return t.index[t.place(k)] }

// place returns where in the index k is, or where it would be put.
func (t *table) place(k vinKey) uint64 {
	mask := uint64(len(t.index) - 1)
	for i := maphash.Bytes(t.seed, k[:]) & mask; ; i = (i + 1) & mask {
		if n := t.index[i]; n == 0 || t.at(n).vin == k {
			return i
		}
	}
}

// add returns the number of a VIN, new and empty where there was none.
func (t *table) add(k vinKey) uint32 {
	if n := t.find(k); n != 0 {
		return n
	}
	if t.held >= len(t.index)/4*3 {
		t.grow()
	}
	n := t.used
	if last := len(t.free) - 1; last >= 0 {
		n, t.free = t.free[last], t.free[:last]
	} else {
		t.used++
	}
	for uint32(len(t.chunks)*chunk) <= n {
		t.chunks = append(t.chunks, new([chunk]vehicle))
	}
	*t.at(n) = vehicle{vin: k}
	t.index[t.place(k)] = n
	t.held++
	return n
}

// remove forgets a vehicle. Those behind it in the index move up, so that a search still stops at the first gap.
func (t *table) remove(k vinKey) {
	i := t.place(k)
	n := t.index[i]
	if n == 0 {
		return
	}
	*t.at(n) = vehicle{}
	t.free = append(t.free, n)
	t.index[i] = 0
	t.held--
	mask := uint64(len(t.index) - 1)
	for i = (i + 1) & mask; t.index[i] != 0; i = (i + 1) & mask {
		moved := t.index[i]
		t.index[i] = 0
		t.index[t.place(t.at(moved).vin)] = moved
	}
}

func (t *table) grow() {
	old := t.index
	t.index = make([]uint32, 2*len(old))
	for _, n := range old {
		if n != 0 {
			t.index[t.place(t.at(n).vin)] = n
		}
	}
}

// each calls f with the number of every vehicle.
func (t *table) each(f func(n uint32, v *vehicle)) {
	for n := uint32(1); n < t.used; n++ {
		if v := t.at(n); v.vin != (vinKey{}) {
			f(n, v)
		}
	}
}

// customer returns the number of a customer, new where there was none.
func (t *table) customer(id domain.CustomerID) uint32 {
	n, known := t.numbers[id]
	if !known {
		n = uint32(len(t.customers))
		t.customers = append(t.customers, customer{id: id})
		t.numbers[id] = n
	}
	return n
}
