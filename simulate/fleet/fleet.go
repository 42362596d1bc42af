package fleet

import (
	"fmt"
	"math"
	"math/big"
	"sort"
)

// MaxVehicles is how many vehicles a fleet may have: their VINs share one space of serial numbers.
const MaxVehicles = 10_000_000

// Fleet is vehicles and the customers that own them. Vehicles are numbered from 0, and so are customers, the largest first.
// It is not changed once made, so any number of goroutines may ask it.
type Fleet struct {
	seed     uint64
	vehicles int
	ends     []int // by customer: one past the last of its vehicles
	makers   string
	letters  string // of all registration numbers
	factor   int    // serial = number × factor + shift, modulo serials: consecutive vehicles look like any others
	inverse  int
	shift    int
}

const serials = 1_000_000

// New returns the fleet of a seed. Sizes of customers are skewed like those of real ones: the second has about half of
// what the first has, the tenth a tenth, and each has at least one vehicle.
func New(seed uint64, vehicles, customers int) (*Fleet, error) {
	if vehicles < 1 || vehicles > MaxVehicles {
		return nil, fmt.Errorf("a fleet has from 1 to %d vehicles, not %d", MaxVehicles, vehicles)
	}
	if customers < 1 || customers > min(vehicles, maxCustomers) {
		return nil, fmt.Errorf("%d vehicles have from 1 to %d customers, not %d", vehicles, min(vehicles, maxCustomers), customers)
	}
	f := &Fleet{seed: seed, vehicles: vehicles, ends: sizes(vehicles, customers)}
	d := roll(seed, forFleet, 0, 0)
	for range 4 {
		f.makers += string(vinLetters[d.intN(len(vinLetters))])
	}
	for range 4 {
		f.letters += string(plateLetters[d.intN(len(plateLetters))])
	}
	f.factor = 10*d.intN(serials/10) + []int{1, 3, 7, 9}[d.intN(4)] // without a divisor of serials, or numbers would repeat
	f.inverse = int(new(big.Int).ModInverse(big.NewInt(int64(f.factor)), big.NewInt(serials)).Int64())
	f.shift = d.intN(serials)
	return f, nil
}

// sizes returns where each customer's vehicles end.
func sizes(vehicles, customers int) []int {
	whole := 0.0
	for c := range customers {
		whole += 1 / float64(c+1)
	}
	ends, sum := make([]int, customers), 0.0
	for c := range ends {
		sum += 1 / float64(c+1)
		ends[c] = c + 1 + int(math.Round(sum/whole*float64(vehicles-customers)))
	}
	ends[customers-1] = vehicles
	return ends
}

// Vehicles returns how many vehicles there are.
func (f *Fleet) Vehicles() int { return f.vehicles }

// Customers returns how many customers there are.
func (f *Fleet) Customers() int { return len(f.ends) }

// CustomerOf returns who owns a vehicle.
func (f *Fleet) CustomerOf(vehicle int) int { return sort.SearchInts(f.ends, vehicle+1) }

// SizeOf returns how many vehicles a customer owns.
func (f *Fleet) SizeOf(customer int) int {
	if customer == 0 {
		return f.ends[0]
	}
	return f.ends[customer] - f.ends[customer-1]
}
