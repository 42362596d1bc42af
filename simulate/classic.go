package simulate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"fleetbeat/simulate/target"
)

// customer is a customer of the classic fleet with its vehicles.
type customer struct {
	name, address string
	vehicles      []vehicle
}

type vehicle struct{ vin, plate string }

// classic is the fleet of the original demo.
func classic() []customer {
	return []customer{
		{"Kalles Grustransporter AB", "Cementvägen 8, 111 11 Södertälje", []vehicle{
			{"YS2R4X20005399401", "ABC123"}, {"VLUR4X20009093588", "DEF456"}, {"VLUR4X20009048066", "GHI789"}}},
		{"Johans Bulk AB", "Balkvägen 12, 222 22 Stockholm", []vehicle{
			{"YS2R4X20005388011", "JKL012"}, {"YS2R4X20005387949", "MNO345"}}},
		{"Haralds Värdetransporter AB", "Budgetvägen 1, 333 33 Uppsala", []vehicle{
			{"YS2R4X20005387765", "PQR678"}, {"YS2R4X20005387055", "STU901"}}},
	}
}

// Classic registers the classic fleet where it is not yet known, and has each of its vehicles ping at random, so that
// statuses change while one watches. Where the target has keys, key is an admin's. It returns when ctx ends, or with the
// error that kept it from registering.
func Classic(ctx context.Context, url, key string, timeout time.Duration, logger *slog.Logger) error {
	address, err := target.ParseAddress(url, key)
	if err != nil {
		return err
	}
	c := target.NewClient(address)
	defer c.Close()
	for _, owner := range classic() {
		if err := register(ctx, c, owner); err != nil {
			return fmt.Errorf("register the classic fleet: %w", err)
		}
	}
	logger.Info("the classic fleet pings", "target", url)
	var driving sync.WaitGroup
	for _, owner := range classic() {
		for _, v := range owner.vehicles {
			driving.Go(func() { drive(ctx, c, v, timeout, logger) })
		}
	}
	driving.Wait()
	return nil
}

// drive has one vehicle ping for a while, three times a timeout, and then be silent for a while, long enough that most
// silences are found out and short enough that somebody is always about to come back.
func drive(ctx context.Context, c *target.Client, v vehicle, timeout time.Duration, logger *slog.Logger) {
	lat, lon := 59.3+rand.Float64()/5, 17.6+rand.Float64()
	for ctx.Err() == nil {
		for range 3 + rand.IntN(24) {
			lat, lon = lat+(rand.Float64()-.5)/100, lon+(rand.Float64()-.5)/100
			if err := ping(ctx, c, v.vin, lat, lon); err != nil && !errors.Is(err, context.Canceled) {
				logger.Warn("a demo ping was not taken", "vin", v.vin, "error", err)
			}
			if !pause(ctx, timeout/6+time.Duration(rand.Int64N(int64(timeout)/3))) {
				return
			}
		}
		if !pause(ctx, timeout/2+time.Duration(rand.Int64N(3*int64(timeout)))) {
			return
		}
	}
}

// pause waits for d and reports whether ctx is still alive.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// demoPatience is how long the demo fleet waits for an answer.
const demoPatience = 10 * time.Second

// register makes a customer and its vehicles known; what is known already stays as it is.
func register(ctx context.Context, c *target.Client, owner customer) error {
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	err := c.PostJSON(ctx, "/api/v1/customers", map[string]any{"name": owner.name, "address": owner.address}, http.StatusConflict)
	if err != nil {
		return err
	}
	for _, v := range owner.vehicles {
		body := map[string]any{"vin": v.vin, "registrationNumber": v.plate, "customer": owner.name}
		if err := c.PostJSON(ctx, "/api/v1/vehicles", body, http.StatusConflict); err != nil {
			return err
		}
	}
	return nil
}

// ping sends one heartbeat with a location.
func ping(ctx context.Context, c *target.Client, vin string, lat, lon float64) error {
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	return c.PostJSON(ctx, "/heartbeat/"+vin, map[string]any{
		"sentAt":   time.Now().UTC().Format(time.RFC3339Nano),
		"location": map[string]float64{"lat": lat, "lon": lon},
	})
}
