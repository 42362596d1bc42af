package simulate

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"time"

	"fleetbeat/simulate/fleet"
	"fleetbeat/simulate/target"
)

// importLines is how many vehicles are registered at once: a file of twice as many is the largest that is taken.
const importLines = 100_000

// registerFleet makes a fleet known to the target. What is known already stays as it is, so the same fleet may come again;
// fresh says that none of it was known.
func registerFleet(ctx context.Context, client *target.Client, f *fleet.Fleet) (position string, fresh bool, err error) {
	fresh = true
	for from := 0; from < f.Vehicles(); from += importLines {
		done, err := importPart(ctx, client, fleetCSV(f, from, min(from+importLines, f.Vehicles())))
		if err != nil {
			return "", false, fmt.Errorf("register vehicles %d to %d: %w", from+1, min(from+importLines, f.Vehicles()), err)
		}
		fresh = fresh && done.Changed == 0 && done.Unchanged == 0
		position = done.Position
	}
	return position, fresh, nil
}

// importPart imports a file, later where the target has no room just now.
func importPart(ctx context.Context, client *target.Client, file []byte) (done target.Imported, err error) {
	for attempt := 0; ; attempt++ {
		done, err = client.Import(ctx, file)
		var status *target.StatusError
		if !errors.As(err, &status) || status.Status != http.StatusServiceUnavailable && status.Status != http.StatusTooManyRequests || attempt >= uploadTries {
			return done, err
		}
		select {
		case <-time.After(backoff(attempt, status.RetryAfter)):
		case <-ctx.Done():
			return done, ctx.Err()
		}
	}
}

// fleetCSV returns some of the vehicles and their customers as an import wants them.
func fleetCSV(f *fleet.Fleet, from, to int) []byte {
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	_ = w.Write([]string{"vin", "registration_number", "customer", "customer_address"}) // into memory, which takes everything
	owner, name, address := -1, "", ""
	for v := from; v < to; v++ {
		if c := f.CustomerOf(v); c != owner { // whose vehicles follow each other
			owner = c
			name, address = fleet.Customer(c)
		}
		_ = w.Write([]string{f.VIN(v), f.RegistrationNumber(v), name, address})
	}
	w.Flush()
	return file.Bytes()
}
