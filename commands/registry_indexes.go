package commands

import (
	"iter"
	"slices"

	"fleetbeat/domain"
)

// plateIndex finds records by the hash of their registration number's key. Whoever asks compares the number itself.
type plateIndex struct {
	first hashes              // at most one of each hash
	more  map[uint32][]uint32 // clashes between nodes, vehicles without a number, and hashes that happen to be the same
}

func newPlateIndex() plateIndex { return plateIndex{more: map[uint32][]uint32{}} }

func (p *plateIndex) add(hash, i uint32) {
	if _, taken := p.firstOf(hash); taken {
		p.more[hash] = append(p.more[hash], i)
		return
	}
	p.first.add(hash, i)
}

func (p *plateIndex) firstOf(hash uint32) (uint32, bool) {
	for i := range p.first.with(hash) {
		return i, true
	}
	return 0, false
}

func (p *plateIndex) remove(hash, i uint32) {
	others := p.more[hash]
	if first, ok := p.firstOf(hash); ok && first == i {
		p.first.remove(hash, i)
		if len(others) == 0 {
			return
		}
		p.first.add(hash, others[0])
		others = others[1:]
	} else {
		others = slices.DeleteFunc(others, func(j uint32) bool { return j == i })
	}
	if len(others) == 0 {
		delete(p.more, hash)
		return
	}
	p.more[hash] = others
}

func (p *plateIndex) holders(hash uint32) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		if i, ok := p.firstOf(hash); !ok || !yield(i) {
			return
		}
		for _, i := range p.more[hash] {
			if !yield(i) {
				return
			}
		}
	}
}

// customerEntry is a customer; one that is not known is only an owner of vehicles.
type customerEntry struct {
	domain.Customer
	key   string // of the name
	known bool
}

// customerIndex holds the customers. They are never forgotten.
type customerIndex struct {
	all  []*customerEntry
	ids  map[domain.CustomerID]uint32
	keys map[string][]uint32
}

func newCustomerIndex() customerIndex {
	return customerIndex{ids: map[domain.CustomerID]uint32{}, keys: map[string][]uint32{}}
}

// place returns where the customer of an id is, known or not.
func (c *customerIndex) place(id domain.CustomerID) uint32 {
	i, ok := c.ids[id]
	if !ok {
		i = uint32(len(c.all))
		c.all = append(c.all, &customerEntry{Customer: domain.Customer{ID: id}})
		c.ids[id] = i
	}
	return i
}

// set takes in all of a customer.
func (c *customerIndex) set(customer domain.Customer) {
	i := c.place(customer.ID)
	entry := c.all[i]
	key := compareKey(customer.Name)
	if entry.known && entry.key != key {
		c.forgetName(entry.key, i)
	}
	if !entry.known || entry.key != key {
		c.keys[key] = append(c.keys[key], i)
	}
	*entry = customerEntry{Customer: customer, key: key, known: true}
}

func (c *customerIndex) forgetName(key string, i uint32) {
	rest := slices.DeleteFunc(c.keys[key], func(j uint32) bool { return j == i })
	if len(rest) == 0 {
		delete(c.keys, key)
		return
	}
	c.keys[key] = rest
}

func (c *customerIndex) byID(id domain.CustomerID) (domain.Customer, bool) {
	i, ok := c.ids[id]
	if !ok || !c.all[i].known {
		return domain.Customer{}, false
	}
	return c.all[i].Customer, true
}

func (c *customerIndex) named(key string) (domain.Customer, bool) {
	if at := c.keys[key]; len(at) > 0 {
		return c.all[at[0]].Customer, true
	}
	return domain.Customer{}, false
}
