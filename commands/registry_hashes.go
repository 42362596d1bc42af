package commands

import "iter"

// hashed is a record and 32 bits of the hash that it is found by.
type hashed struct {
	hash   uint32
	record uint32 // its number + 1: the zero hashed is a gap
}

// hashes finds the numbers of records by a hash: open addressing, linear probing, at most three quarters full. Whoever asks
// compares the rest, which is in the record. A Go map from VIN to number costs 40 bytes a vehicle, this one 16 (measured).
// The zero hashes is empty. It is not safe for concurrent use.
type hashes struct {
	slots []hashed // a power of two
	held  int
}

// with yields the records of a hash.
func (x *hashes) with(hash uint32) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		if x.held == 0 {
			return
		}
		mask := uint32(len(x.slots) - 1)
		for i := hash & mask; x.slots[i].record != 0; i = (i + 1) & mask {
			if x.slots[i].hash == hash && !yield(x.slots[i].record-1) {
				return
			}
		}
	}
}

// add adds a record. Many of one hash make all of them slow to find.
func (x *hashes) add(hash, record uint32) {
	if x.held >= len(x.slots)/4*3 {
		x.grow()
	}
	x.place(hashed{hash, record + 1})
	x.held++
}

func (x *hashes) place(h hashed) {
	mask := uint32(len(x.slots) - 1)
	i := h.hash & mask
	for x.slots[i].record != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = h
}

func (x *hashes) grow() {
	old := x.slots
	x.slots = make([]hashed, max(16, 2*len(old)))
	for _, h := range old {
		if h.record != 0 {
			x.place(h)
		}
	}
}

// remove forgets a record, if it is there. Those behind it move up, so that a search still ends at the first gap.
func (x *hashes) remove(hash, record uint32) {
	if x.held == 0 {
		return
	}
	mask := uint32(len(x.slots) - 1)
	i, gone := hash&mask, hashed{hash, record + 1}
	for x.slots[i] != gone {
		if x.slots[i].record == 0 {
			return
		}
		i = (i + 1) & mask
	}
	x.slots[i] = hashed{}
	x.held--
	for i = (i + 1) & mask; x.slots[i].record != 0; i = (i + 1) & mask {
		moved := x.slots[i]
		x.slots[i] = hashed{}
		x.place(moved)
	}
}
