package commands

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore/sqlite"
)

// TestOnSQLite goes once through all commands on a real log, with two nodes that share it.
func TestOnSQLite(t *testing.T) {
	t.Parallel()
	store, err := sqlite.Open(filepath.Join(t.TempDir(), "events.db"), sqlite.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	_, stored, err := EnsureLog(t.Context(), store, domain.Settings{IntervalSeconds: 60, GraceSeconds: 30}, 14*24*time.Hour, now)
	require.NoError(t, err)
	a, b := newNode(t, store, nil), newNode(t, store, nil)
	assert.Equal(t, stored, a.registry.Settings())

	kalle, err := a.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: "Kalle"})
	require.NoError(t, err)
	registered, err := b.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(honda), RegistrationNumber: "A 1", CustomerID: kalle.ID})
	require.NoError(t, err)
	anna, err := a.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: "Anna"})
	require.NoError(t, err)
	plate := "A 2"
	changed, err := a.ChangeVehicle.Handle(t.Context(), ChangeVehicle{VIN: string(honda), RegistrationNumber: &plate, CustomerID: &anna.ID})
	require.NoError(t, err)
	assert.True(t, registered.Position.Before(changed.Position))
	require.NoError(t, b.registry.Wait(t.Context(), changed.Position))
	_, err = b.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(volvo), RegistrationNumber: "a2", Customer: "Bo"})
	refused(t, err, domain.Taken, "registrationNumber")

	var rows []Row
	for i := range 500 {
		rows = append(rows, row(i+2, benchVIN(i), fmt.Sprint("P", i), fmt.Sprint("Customer ", i%10)))
	}
	imported, err := b.ImportFleet.Handle(t.Context(), ImportFleet{Rows: rows})
	require.NoError(t, err)
	assert.Equal(t, 500, imported.Registered)
	require.NoError(t, a.registry.Wait(t.Context(), imported.Position))
	assert.Equal(t, 501, a.registry.Vehicles())

	races := []func() error{}
	for i := range 20 {
		n := []*node{a, b}[i%2]
		races = append(races, func() error {
			return second(n.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(scania), RegistrationNumber: fmt.Sprint("S", i), Customer: "Carl"}))
		})
	}
	assertOneTaken(t, race(races...), "vin")
	gone, err := a.DecommissionVehicle.Handle(t.Context(), DecommissionVehicle{VIN: string(scania)})
	require.NoError(t, err)

	fresh := newNode(t, store, nil)
	assert.Equal(t, gone.Position, fresh.registry.Folded())
	assert.Equal(t, 501, fresh.registry.Vehicles())
	assert.Equal(t, a.registry.customerList(), fresh.registry.customerList())
}

// BenchmarkImport measures rows a second of an import of new vehicles on SQLite, and of the same file again.
func BenchmarkImport(b *testing.B) {
	const n = 20_000
	var rows []Row
	for i := range n {
		rows = append(rows, row(i+2, benchVIN(i), fmt.Sprint("P", i), fmt.Sprint("Customer ", i%1000)))
	}
	for b.Loop() {
		store, err := sqlite.Open(filepath.Join(b.TempDir(), "events.db"), sqlite.Options{})
		if err != nil {
			b.Fatal(err)
		}
		registry := NewRegistry()
		feed(b, store, registry)
		h := New(Options{Store: store, Registry: registry, Now: func() domain.Instant { return now }})
		start := time.Now()
		if _, err := h.ImportFleet.Handle(b.Context(), ImportFleet{Rows: rows}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(n/time.Since(start).Seconds(), "rows/s")
		start = time.Now()
		result, err := h.ImportFleet.Handle(b.Context(), ImportFleet{Rows: rows})
		if err != nil || result.Unchanged != n {
			b.Fatal(err, result.Unchanged)
		}
		b.ReportMetric(n/time.Since(start).Seconds(), "unchanged-rows/s")
		h.Close()
	}
}
