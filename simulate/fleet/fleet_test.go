package fleet

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func newFleet(t *testing.T, seed uint64, vehicles, customers int) *Fleet {
	t.Helper()
	f, err := New(seed, vehicles, customers)
	require.NoError(t, err)
	return f
}

func TestVehicles(t *testing.T) {
	t.Parallel()
	const vehicles = 12_000
	f, same, other := newFleet(t, 7, vehicles, 50), newFleet(t, 7, vehicles, 50), newFleet(t, 8, vehicles, 50)
	vins, plates := map[string]bool{}, map[string]bool{}
	for v := range vehicles {
		vin := f.VIN(v)
		parsed, err := domain.ParseVIN(vin)
		require.NoError(t, err)
		require.True(t, parsed.CheckDigitHolds(), "the check digit of %s holds", vin)
		require.Equal(t, vin, same.VIN(v), "the same seed has the same VINs")
		vins[vin], plates[f.RegistrationNumber(v)] = true, true
		at, ok := f.IndexOf(vin)
		require.True(t, ok)
		require.Equal(t, v, at, "a VIN leads back to its vehicle")
		_, ok = f.IndexOf(other.VIN(v))
		require.False(t, ok, "no VIN of another seed is taken for one of the fleet")
		require.LessOrEqual(t, len(f.RegistrationNumber(v)), 16)
	}
	assert.Len(t, vins, vehicles, "no two vehicles share a VIN")
	assert.Len(t, plates, vehicles, "no two vehicles share a registration number")
}

func TestLargeFleets(t *testing.T) {
	t.Parallel()
	f := newFleet(t, 1, MaxVehicles, 500)
	seen := map[string]bool{}
	for v := 0; v < MaxVehicles; v += 99_991 {
		seen[f.VIN(v)] = true
		at, ok := f.IndexOf(f.VIN(v))
		require.True(t, ok && at == v, "vehicle %d is found by its VIN", v)
	}
	for v := 7; v < MaxVehicles; v += serials { // one serial number, another plant
		require.False(t, seen[f.VIN(v)])
		seen[f.VIN(v)] = true
		require.False(t, seen[f.RegistrationNumber(v)])
		seen[f.RegistrationNumber(v)] = true
	}
}

func TestIndexOfWhatIsNoVINOfTheFleet(t *testing.T) {
	t.Parallel()
	f := newFleet(t, 1, 10, 1)
	for _, vin := range []string{"", "YS2R4X20005399401", f.VIN(3)[:16], f.VIN(3)[:11] + "12345A", "x" + f.VIN(3)[1:], f.VIN(3)[:10] + "0" + f.VIN(3)[11:]} {
		_, ok := f.IndexOf(vin)
		assert.False(t, ok, "%q", vin)
	}
	_, ok := newFleet(t, 1, 3, 1).IndexOf(f.VIN(3))
	assert.False(t, ok, "a vehicle that a larger fleet would have")
}

func TestCustomers(t *testing.T) {
	t.Parallel()
	t.Run("each owns at least one vehicle, the first by far the most, and all of them all vehicles", func(t *testing.T) {
		t.Parallel()
		for _, size := range [][2]int{{1, 1}, {7, 3}, {500, 500}, {1000, 5}, {100_000, 500}, {30_000, 20_000}} {
			f := newFleet(t, 3, size[0], size[1])
			owned, owner := make([]int, f.Customers()), -1
			for v := range f.Vehicles() {
				require.GreaterOrEqual(t, f.CustomerOf(v), owner)
				owner = f.CustomerOf(v)
				owned[owner]++
			}
			for c, n := range owned {
				require.Positive(t, n, "customer %d of %v", c, size)
				require.Equal(t, n, f.SizeOf(c), "customer %d of %v", c, size)
			}
		}
		f := newFleet(t, 3, 100_000, 500)
		assert.InDelta(t, 2, float64(f.SizeOf(0))/float64(f.SizeOf(1)), .1)
		assert.InDelta(t, 10, float64(f.SizeOf(0))/float64(f.SizeOf(9)), .2)
	})
	t.Run("no two have one name", func(t *testing.T) {
		t.Parallel()
		names := map[string]bool{}
		for c := range maxCustomers {
			name, address := Customer(c)
			names[name] = true
			require.LessOrEqual(t, utf8.RuneCountInString(name), 200)
			require.NotEmpty(t, address)
		}
		assert.Len(t, names, maxCustomers)
	})
	for name, size := range map[string][2]int{
		"without a vehicle": {0, 1}, "with more vehicles than there are VINs": {MaxVehicles + 1, 1},
		"without a customer": {5, 0}, "with customers who own nothing": {5, 6}, "with more customers than names": {maxCustomers + 9, maxCustomers + 1},
	} {
		t.Run("a fleet "+name+" is refused", func(t *testing.T) {
			t.Parallel()
			_, err := New(1, size[0], size[1])
			assert.Error(t, err)
		})
	}
}
