package commands

import (
	"fmt"
	"runtime"
	"testing"

	"fleetbeat/domain"
)

// benchVIN returns the VIN of vehicle i: a maker's prefix and a serial number, as real ones are.
func benchVIN(i int) domain.VIN {
	return domain.VIN(fmt.Sprintf("YV2R%06dX%06d", i/1_000_000, i%1_000_000))
}

// fill registers n vehicles of a thousand customers.
func fill(r *Registry, n int) {
	for i := range 1000 {
		r.apply(&domain.CustomerRegistered{Customer: domain.Customer{ID: customerIDFor(fmt.Sprint(i)), Name: fmt.Sprint("Customer ", i)}})
	}
	for i := range n {
		r.apply(&domain.VehicleRegistered{Vehicle: domain.Vehicle{
			VIN: benchVIN(i), RegistrationNumber: fmt.Sprintf("ABC%06d", i), CustomerID: customerIDFor(fmt.Sprint(i % 1000)),
		}})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkRegistryMemory reports what a vehicle costs when a million are registered.
func BenchmarkRegistryMemory(b *testing.B) {
	const n = 1_000_000
	for b.Loop() {
		before := heap()
		r := NewRegistry()
		fill(r, n)
		b.ReportMetric(float64(heap()-before)/n, "bytes/vehicle")
		runtime.KeepAlive(r)
	}
}

// BenchmarkRegistered measures the question that every heartbeat asks, while a writer registers and decommissions.
func BenchmarkRegistered(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		r := NewRegistry()
		fill(r, n)
		vins := make([]domain.VIN, 1<<16)
		for i := range vins {
			vins[i] = benchVIN((i * 7919) % n)
		}
		b.Run(fmt.Sprintf("vehicles=%d", n), func(b *testing.B) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				for i := range 10_000 {
					v := domain.Vehicle{VIN: benchVIN(n + i%100), RegistrationNumber: "X", CustomerID: "x"}
					r.apply(&domain.VehicleRegistered{Vehicle: v})
					r.apply(&domain.VehicleDecommissioned{VIN: v.VIN})
				}
			}()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					if !r.Registered(vins[i&(1<<16-1)]) {
						b.Error("a registered vehicle was not found")
						return
					}
				}
			})
			<-done
		})
	}
}
