package commands

import (
	"hash/maphash"
	"sync"

	"fleetbeat/domain"
)

// shardCount is how many parts the VINs are in, a power of two: a writer holds up one reader in so many.
const shardCount = 64

// vinKey is a VIN without a pointer: the collector need not look at a million of them.
type vinKey [17]byte

type shard struct {
	mu sync.RWMutex
	at hashes
	_  [8]byte // a cache line of its own: readers of one shard must not slow those of the next
}

// record is one registered vehicle, without a pointer, for the collector's sake.
type record struct {
	customer        uint32 // place in customerIndex.all
	interval, grace int32  // seconds; inherits for none
	vin             vinKey
	plateLength     uint8 // isLong where the number is in Registry.longPlates
	plate           [16]byte
}

// isLong is the length of a registration number of more bytes than a record has: one of letters beyond ASCII.
const isLong = 255

// inherits is an override that is not set.
const inherits = -1

// blockSize is how many records are allocated together.
const blockSize = 1024

func keyOf(vin domain.VIN) (key vinKey, ok bool) {
	return key, copy(key[:], vin) == len(vin) && len(vin) == len(key)
}

// shardOf returns the shard of a VIN, and the hash that it is found by there.
func (r *Registry) shardOf(key *vinKey) (*shard, uint32) {
	hash := maphash.Bytes(r.seed, key[:])
	return &r.shards[hash>>(64-6)], uint32(hash)
}

// find returns where a VIN's record is. Only under r.mu does it stay there.
func (r *Registry) find(vin domain.VIN) (uint32, bool) {
	key, ok := keyOf(vin)
	if !ok {
		return 0, false
	}
	s, hash := r.shardOf(&key)
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := range s.at.with(hash) {
		if r.record(i).vin == key {
			return i, true
		}
	}
	return 0, false
}

// record returns a record by its number. Under the lock of a shard its VIN may be read, if the shard knows the number;
// everything else needs r.mu.
func (r *Registry) record(i uint32) *record { return &(*r.records.Load())[i/blockSize][i%blockSize] }

// plate returns a record's registration number.
func (r *Registry) plate(i uint32) string {
	rec := r.record(i)
	if rec.plateLength == isLong {
		return r.longPlates[i]
	}
	return string(rec.plate[:rec.plateLength])
}

func (r *Registry) setPlate(i uint32, number string) {
	rec := r.record(i)
	delete(r.longPlates, i)
	if len(number) > len(rec.plate) {
		rec.plateLength, r.longPlates[i] = isLong, number
		return
	}
	rec.plateLength = uint8(copy(rec.plate[:], number))
}

func (r *Registry) vehicle(i uint32) domain.Vehicle {
	rec := r.record(i)
	return domain.Vehicle{
		VIN: domain.VIN(rec.vin[:]), RegistrationNumber: r.plate(i), CustomerID: r.customers.all[rec.customer].ID,
		Overrides: domain.Overrides{IntervalSeconds: unpack(rec.interval), GraceSeconds: unpack(rec.grace)},
	}
}

func pack(seconds *int64) int32 {
	if seconds == nil {
		return inherits
	}
	return int32(*seconds)
}

func unpack(seconds int32) *int64 {
	if seconds == inherits {
		return nil
	}
	long := int64(seconds)
	return &long
}

// add makes room for a record of a VIN that has none.
func (r *Registry) add(key vinKey) uint32 {
	var i uint32
	if n := len(r.free); n > 0 {
		i, r.free = r.free[n-1], r.free[:n-1]
	} else {
		i = r.used
		if blocks := *r.records.Load(); int(i/blockSize) == len(blocks) {
			blocks = append(blocks, new([blockSize]record))
			r.records.Store(&blocks)
		}
		r.used++
	}
	r.record(i).vin = key
	s, hash := r.shardOf(&key)
	s.mu.Lock()
	s.at.add(hash, i)
	s.mu.Unlock()
	return i
}

// remove forgets a record.
func (r *Registry) remove(i uint32) {
	rec := r.record(i)
	s, hash := r.shardOf(&rec.vin)
	s.mu.Lock()
	s.at.remove(hash, i)
	s.mu.Unlock()
	delete(r.longPlates, i)
	*rec = record{}
	r.free = append(r.free, i)
}
