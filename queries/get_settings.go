package queries

import (
	"context"

	"fleetbeat/domain"
)

// GetSettings asks for the interval and grace of all vehicles.
type GetSettings struct {
	After domain.Position
}

// GetSettingsHandler answers [GetSettings] from the fleet view, which needs them for its deadlines.
type GetSettingsHandler struct {
	Fleet FleetReader
}

// Handle returns the settings. They show no status, so nothing is said of how fresh they are.
func (h GetSettingsHandler) Handle(ctx context.Context, q GetSettings) (domain.Settings, error) {
	if _, err := await(ctx, untimed, q.After, h.Fleet); err != nil {
		return domain.Settings{}, err
	}
	_, settings, err := h.Fleet.Unobserved(ctx)
	return settings, err
}

// untimed is the clock of answers that say nothing of their lag.
func untimed() domain.Instant { return 0 }
