package truth

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/go-json-experiment/json"

	"fleetbeat/simulate/fleet"
)

// history is what a file says, by vehicle.
type history struct {
	Header
	fleet    *fleet.Fleet
	contacts [][]contact // by vehicle, by the moment of sending
	end      int64       // the last moment that the file knows of
}

// contact is one sending that may be contact. There are many: half an hour of 100,000 vehicles has three million.
type contact struct {
	from, to uint32 // received no earlier and no later, milliseconds after the start
	sure     bool   // it was received
}

// lingers is how much later than given up what nobody answered may still be received, in milliseconds: it may lie in a
// buffer of the network.
const lingers = 5000

// readFile reads a file.
func readFile(path string) (*history, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the truth file: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	return read(file)
}

func read(in io.Reader) (*history, error) {
	lines := bufio.NewReaderSize(in, 1<<20)
	first, err := lines.ReadBytes('\n')
	h := &history{}
	if err == nil {
		err = json.Unmarshal(first, &h.Header)
	}
	if err != nil || h.Kind != KindRun {
		return nil, errors.New("this is no truth file: its first line is not that of a run")
	}
	if h.Version != Version {
		return nil, fmt.Errorf("the truth file has version %d, and only version %d is known", h.Version, Version)
	}
	if h.fleet, err = fleet.New(h.Seed, h.Vehicles, h.Customers); err != nil {
		return nil, fmt.Errorf("read the truth file: %w", err)
	}
	h.contacts = make([][]contact, h.Vehicles)
	for number := 2; ; number++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			break
		}
		var r Record
		if err == nil {
			err = json.Unmarshal(line, &r)
		}
		if err == nil {
			err = h.add(&r)
		}
		if err != nil {
			return nil, fmt.Errorf("read line %d of the truth file: %w", number, err)
		}
	}
	if h.end == 0 {
		return nil, errors.New("the truth file has no end: its run was killed, and nobody knows what was sent last")
	}
	for _, c := range h.contacts {
		slices.SortFunc(c, func(a, b contact) int { return cmp.Compare(a.from, b.from) })
	}
	return h, nil
}

// add adds a line.
func (h *history) add(r *Record) error {
	switch r.Kind {
	case KindPing:
		return h.addContact(r.VIN, r)
	case KindUpload:
		for _, v := range r.Vehicles {
			if err := h.addContact(v.VIN, r); err != nil {
				return err
			}
		}
	case KindEnd:
		h.end = r.To
	}
	return nil
}

func (h *history) addContact(vin string, r *Record) error {
	vehicle, ok := h.fleet.IndexOf(vin)
	if !ok {
		return fmt.Errorf("the VIN %q is none of the fleet", vin)
	}
	if r.Sent < 0 || r.Answered < r.Sent || r.Answered > 1<<32-1-lingers {
		return fmt.Errorf("it cannot have been sent at %d and answered at %d", r.Sent, r.Answered)
	}
	c := contact{from: uint32(r.Sent), to: uint32(r.Answered), sure: r.Outcome == Accepted}
	switch r.Outcome {
	case Refused:
		return nil
	case Unknown:
		c.to += lingers
	}
	h.contacts[vehicle] = append(h.contacts[vehicle], c)
	return nil
}
