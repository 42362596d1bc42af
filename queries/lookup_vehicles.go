package queries

import (
	"context"
	"slices"
	"strings"

	"fleetbeat/domain"
)

// MaxLookup is how many VINs and registration numbers one lookup may name.
const MaxLookup = 1_000

// LookupVehicles asks for the vehicles that a text names: VINs and registration numbers as people paste them, in any case,
// with or without hyphens and spaces in them.
//
// Line ends, tabs, commas, semicolons, slashes, bars and quotation marks part names. Spaces may part names or lie within one: of the words
// from a place on, the most, up to five, that together are a VIN or registration number that is known are one name. Words
// that are none are shown one by one, but up to three letters together with the word after them: "ABC 123".
type LookupVehicles struct {
	Text  string
	Owner domain.CustomerID // only what this customer owns is there; empty: everything
	After domain.Position
}

// LookedUp is one name of the text.
type LookedUp struct {
	Text      string    `json:"text" doc:"As pasted"`
	Duplicate bool      `json:"duplicate,omitzero" doc:"The same is named before"`
	Vehicles  []Vehicle `json:"vehicles" doc:"None where it is unknown, two or more where they have the same registration number"`
}

// VehicleLookup is the names of a text in its order.
type VehicleLookup struct {
	Items   []LookedUp `json:"items" doc:"In the order of the text"`
	Found   int        `json:"found" doc:"Vehicles, each counted once"`
	Unknown []string   `json:"unknown" doc:"What names no vehicle, as pasted, each once, in the order of the text"`
	Freshness
}

// PlateReader finds vehicles by their registration numbers.
type PlateReader interface {
	View
	// VINsByPlate returns the VINs of the vehicles with these registration numbers, in order. The numbers are folded to letters
	// and digits, and so are the keys of the answer; numbers of no vehicle are absent.
	VINsByPlate(ctx context.Context, folded []string) (map[string][]domain.VIN, error)
}

// LookupVehiclesHandler answers [LookupVehicles] from the relations view, which knows registration numbers, and the fleet and
// latest views.
type LookupVehiclesHandler struct {
	Plates PlateReader
	Fleet  FleetReader
	Latest LatestReader
	Now    Clock
}

// Handle returns what the text names. Errors are Invalid where it is too much or nothing, Unavailable where the views do not
// reach After in time.
func (h LookupVehiclesHandler) Handle(ctx context.Context, q LookupVehicles) (VehicleLookup, error) {
	list := words(q.Text)
	switch {
	case len(list) == 0:
		return VehicleLookup{}, domain.InvalidField("text", "names no VIN or registration number")
	case len(list) > joinAtMost*MaxLookup:
		return VehicleLookup{}, domain.InvalidField("text", "has %d words, at most %d VINs and registration numbers are allowed", len(list), MaxLookup)
	}
	fresh, err := await(ctx, h.Now, q.After, h.Plates, h.Fleet, h.Latest)
	if err != nil {
		return VehicleLookup{}, err
	}
	known, err := h.find(ctx, list, q.Owner)
	if err != nil {
		return VehicleLookup{}, err
	}
	answer := VehicleLookup{Items: []LookedUp{}, Unknown: []string{}, Freshness: fresh}
	named, seen := map[string]bool{}, map[domain.VIN]bool{}
	for len(list) > 0 {
		n := known.run(list)
		text := q.Text[list[0].start:list[n-1].end]
		key, _ := joined(list, n)
		item := LookedUp{Text: text, Duplicate: named[key], Vehicles: known.vehicles(key)}
		if len(item.Vehicles) == 0 && !item.Duplicate {
			answer.Unknown = append(answer.Unknown, text)
		}
		for _, v := range item.Vehicles {
			seen[v.VIN] = true
		}
		named[key] = true
		answer.Items, list = append(answer.Items, item), list[n:]
	}
	if n := len(answer.Items); n > MaxLookup {
		return VehicleLookup{}, domain.InvalidField("text", "names %d VINs and registration numbers, at most %d are allowed", n, MaxLookup)
	}
	answer.Found = len(seen)
	return answer, nil
}

// find returns what may be meant by any words of the list.
func (h LookupVehiclesHandler) find(ctx context.Context, list []pasted, owner domain.CustomerID) (knownNames, error) {
	var numbers []string
	var vins []domain.VIN
	for i := range list {
		for n := 1; n <= min(joinAtMost, len(list)-i); n++ {
			key, ok := joined(list[i:], n)
			if !ok {
				break
			}
			if vin, err := domain.ParseVIN(key); err == nil {
				vins = append(vins, vin)
			} else {
				numbers = append(numbers, key)
			}
		}
	}
	slices.Sort(numbers)
	byPlate, err := h.Plates.VINsByPlate(ctx, slices.Compact(numbers))
	if err != nil {
		return knownNames{}, err
	}
	for _, some := range byPlate {
		vins = append(vins, some...)
	}
	byVIN, err := h.vehicles(ctx, vins, owner)
	return knownNames{byPlate, byVIN}, err
}

// vehicles returns those of these vehicles that are there for an owner.
func (h LookupVehiclesHandler) vehicles(ctx context.Context, vins []domain.VIN, owner domain.CustomerID) (map[domain.VIN]Vehicle, error) {
	rows, err := h.Fleet.Rows(ctx, vins)
	if err != nil {
		return nil, err
	}
	found := make([]Vehicle, 0, len(rows))
	for _, row := range rows {
		if owner == "" || row.Customer.ID == owner {
			found = append(found, row.Vehicle)
		}
	}
	if err := upToDate(ctx, h.Fleet, h.Latest, found); err != nil {
		return nil, err
	}
	byVIN := make(map[domain.VIN]Vehicle, len(found))
	for _, v := range found {
		byVIN[v.VIN] = v
	}
	return byVIN, nil
}

// knownNames are the names that words of a text may be.
type knownNames struct {
	byPlate map[string][]domain.VIN // by folded letters and digits
	byVIN   map[domain.VIN]Vehicle
}

// vehicles returns the vehicles of a name, in the order of their VINs.
func (k knownNames) vehicles(key string) []Vehicle {
	found := []Vehicle{}
	if v, ok := k.byVIN[domain.VIN(strings.ToUpper(key))]; ok {
		return append(found, v)
	}
	for _, vin := range k.byPlate[key] {
		if v, ok := k.byVIN[vin]; ok {
			found = append(found, v)
		}
	}
	return found
}

// longest returns how many words, from the first on, are a name that is known; 0 where none are.
func (k knownNames) longest(list []pasted) int {
	for n := min(joinAtMost, len(list)); n > 0; n-- {
		if key, ok := joined(list, n); ok && len(k.vehicles(key)) > 0 {
			return n
		}
	}
	return 0
}

// run returns how many words, from the first on, are one item of the answer.
func (k knownNames) run(list []pasted) int {
	if n := k.longest(list); n > 0 {
		return n
	}
	return unknownRun(list, func(i int) bool { return k.longest(list[i:]) > 0 })
}
