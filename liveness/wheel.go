package liveness

import (
	"slices"

	"fleetbeat/domain"
)

// slotLength is the length of a slot of the wheel in milliseconds.
const slotLength = 250

// wheelStart is 2024-01-01: slots are counted from there, 34 years fit into 32 bits.
const wheelStart domain.Instant = 1_704_067_200_000

// wheel keeps vehicles by the slot in which their deadline may pass. It is lazy: a heartbeat moves nothing. When the
// watermark reaches a slot, each vehicle in it is looked at: it is due, or it is put where its deadline lies by now. So a
// vehicle is touched once a timeout however often it pings, and the cost does not grow with the fleet.
type wheel struct {
	slots   map[uint32][]uint32 // vehicle numbers; one that has moved to an earlier slot is stale here and skipped
	cursor  uint32              // slots before this one are empty
	nothing domain.Instant      // no vehicle's deadline lies before this moment
	spare   [][]uint32
}

func newWheel(w domain.Instant) wheel {
	return wheel{slots: map[uint32][]uint32{}, cursor: slotOf(w), nothing: w}
}

// slotOf returns the slot that a moment lies in; slot 0 is never used, because a vehicle with slot 0 is in none.
func slotOf(t domain.Instant) uint32 {
	slot := int64(t-wheelStart)/slotLength + 1
	return uint32(min(max(slot, 1), 1<<32-2))
}

// slotStart returns the first moment of a slot.
func slotStart(slot uint32) domain.Instant { return wheelStart + domain.Instant(slot-1)*slotLength }

// put has vehicle n looked at no later than when the watermark passes deadline.
func (w *wheel) put(n uint32, v *vehicle, deadline domain.Instant) {
	w.nothing = min(w.nothing, deadline)
	slot := max(slotOf(deadline), w.cursor)
	if v.slot != 0 && v.slot <= slot {
		return // looked at early enough
	}
	v.slot = slot
	list, ok := w.slots[slot]
	if last := len(w.spare) - 1; !ok && last >= 0 {
		list, w.spare = w.spare[last], w.spare[:last]
	}
	w.slots[slot] = append(list, n)
}

// advance calls look with every vehicle whose deadline may lie before now; look puts back those that are not due.
func (w *wheel) advance(now domain.Instant, at func(uint32) *vehicle, look func(n uint32, v *vehicle)) {
	if now <= w.nothing {
		return
	}
	end := slotOf(now)
	w.nothing = slotStart(end + 1) // look lowers it by what it puts into the last slot
	for _, slot := range w.filled(end) {
		w.cursor = slot
		list := w.slots[slot]
		delete(w.slots, slot)
		for _, n := range list {
			if v := at(n); v.slot == slot {
				v.slot = 0
				look(n, v)
			}
		}
		if cap(list) <= 1<<16 && len(w.spare) < 64 {
			w.spare = append(w.spare, list[:0])
		}
	}
	w.cursor = end
}

// filled returns the slots up to end that hold vehicles, in order. After an outage of days there are more empty slots
// than it is worth looking into.
func (w *wheel) filled(end uint32) (slots []uint32) {
	if int(end-w.cursor) < 4*len(w.slots)+64 {
		for slot := w.cursor; slot <= end; slot++ {
			if _, ok := w.slots[slot]; ok {
				slots = append(slots, slot)
			}
		}
		return slots
	}
	for slot := range w.slots {
		if slot <= end {
			slots = append(slots, slot)
		}
	}
	slices.Sort(slots)
	return slots
}
