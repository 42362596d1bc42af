package api

import (
	"bytes"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// The names of events in the stream; a transition's is its status.
const registryEvent = "registry"

// RegistryChange is the data of an event that says that something about a vehicle or a customer changed: one of both.
type RegistryChange struct {
	VIN        domain.VIN        `json:"vin,omitzero"`
	CustomerID domain.CustomerID `json:"customerId,omitzero"`
}

// entry is a change as it is sent, and what filters look at.
type entry struct {
	at     domain.Position
	vin    domain.VIN
	owner  domain.CustomerID
	status domain.Status
	wire   []byte // a whole event with the empty line at its end
}

// encode writes a change as a server-sent event.
func (f *Feed) encode(c *queries.Change) entry {
	name, data := string(c.Status), any(&c.Transition)
	switch {
	case c.Status != "":
	case c.VIN != "":
		name, data = registryEvent, RegistryChange{VIN: c.VIN}
	default:
		name, data = registryEvent, RegistryChange{CustomerID: c.Customer.ID}
	}
	var b bytes.Buffer
	b.Grow(384)
	b.WriteString("id: ")
	b.WriteString(f.positions.text(c.Position))
	b.WriteString("\nevent: ")
	b.WriteString(name)
	b.WriteString("\ndata: ")
	if err := marshal(&b, data); err != nil { // JSON has no line breaks of its own
		panic(err) // texts and numbers: only a fault of the JSON library could be the cause
	}
	b.WriteString("\n\n")
	return entry{at: c.Position, vin: c.VIN, owner: c.Customer.ID, status: c.Status, wire: bytes.Clone(b.Bytes())}
}

// bareID writes an event that tells a position and nothing else: clients remember it, and call nobody.
func (f *Feed) bareID(at domain.Position) []byte {
	return []byte("id: " + f.positions.text(at) + "\n\n")
}

// since returns the entries after a position at or after the floor.
func (t *tail) since(at domain.Position) []entry {
	i, found := slices.BinarySearchFunc(t.entries, at, func(e entry, at domain.Position) int { return e.at.Compare(at) })
	if found {
		i++
	}
	return t.entries[i:]
}
