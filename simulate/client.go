package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// client asks a Fleetbeat for what the fleet needs.
type client struct {
	target string // http://host:port
	http   *http.Client
}

// register makes a customer and its vehicles known; what is known already stays as it is.
func (c *client) register(ctx context.Context, owner customer) error {
	err := c.post(ctx, "/api/v1/customers", map[string]any{"name": owner.name, "address": owner.address}, http.StatusCreated, http.StatusConflict)
	if err != nil {
		return err
	}
	for _, v := range owner.vehicles {
		body := map[string]any{"vin": v.vin, "registrationNumber": v.plate, "customer": owner.name}
		if err := c.post(ctx, "/api/v1/vehicles", body, http.StatusCreated, http.StatusConflict); err != nil {
			return err
		}
	}
	return nil
}

// ping sends one heartbeat with a location and readings.
func (c *client) ping(ctx context.Context, vin string, lat, lon float64) error {
	return c.post(ctx, "/heartbeat/"+vin, map[string]any{
		"sentAt":   time.Now().UTC().Format(time.RFC3339Nano),
		"location": map[string]float64{"lat": lat, "lon": lon},
	}, http.StatusAccepted)
}

// post sends body and returns an error unless the answer has one of the statuses.
func (c *client) post(ctx context.Context, path string, body any, statuses ...int) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode the body for %s: %w", path, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.target+path, bytes.NewReader(encoded))
	if err != nil {
		return fmt.Errorf("ask %s: %w", path, err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("ask %s: %w", path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", path, err)
	}
	for _, status := range statuses {
		if answer.StatusCode == status {
			return nil
		}
	}
	return fmt.Errorf("%s answered %s: %s", path, answer.Status, bytes.TrimSpace(text))
}
