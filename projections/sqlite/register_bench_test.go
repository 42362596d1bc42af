package sqlite_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// BenchmarkRegister saves pages of 1,000 new vehicles in a fleet view that is being read, as an import does.
func BenchmarkRegister(b *testing.B) {
	views := openViews(b)
	plated := func(n int) *projections.FleetVehicle {
		v := vehicleAt(n % 4_000)
		v.VIN, v.RegistrationNumber = benchVIN(n), fmt.Sprintf("%c%c%c %03d", 'A'+n/26%26, 'A'+n%26, 'A'+n/676%26, n%1000)
		return v
	}
	g := fill(b, views, *fleetSize, plated)
	at, n := g.Checkpoint, *fleetSize
	for b.Loop() {
		changes := make([]projections.Change, 1000)
		for i := range changes {
			row := plated(n)
			changes[i] = projections.Change{Key: row.Key(), After: row}
			n++
		}
		next := at
		next.Position = domain.Position{Commit: uint64(n), Prepare: uint64(n)}
		require.NoError(b, views.Save(b.Context(), g, at, next, changes))
		at = next
	}
	b.ReportMetric(float64(n-*fleetSize)/b.Elapsed().Seconds(), "vehicles/s")
}
