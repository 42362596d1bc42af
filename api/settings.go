package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/queries"
)

const settingsPath = "/api/v1/settings"

// SettingsChange is the body that changes the settings for all.
type SettingsChange struct {
	IntervalSeconds required[int64] `json:"intervalSeconds,omitzero" minimum:"1" maximum:"604800"`
	GraceSeconds    required[int64] `json:"graceSeconds,omitzero" minimum:"0" maximum:"604800"`
}

// SettingsWritten is the settings as a write leaves them.
type SettingsWritten struct {
	domain.Settings
	Position string `json:"position" doc:"Read with after= this to see the change"`
}

// addSettings registers the settings for all.
func (s *server) addSettings() {
	register(s, operation{
		id: "getSettings", method: http.MethodGet, path: settingsPath, tag: tagFleet, params: []*huma.Param{afterParam()},
		summary: "Get the settings for all", doc: "The interval and grace of every vehicle that neither sets its own nor has a customer who does.",
	}, func(ctx context.Context, r *request) (domain.Settings, error) {
		q := queries.GetSettings{After: r.after(s.positions)}
		if err := r.err(); err != nil {
			return domain.Settings{}, err
		}
		return s.deps.Queries.GetSettings.Handle(ctx, q)
	})
	register(s, operation{
		id: "changeSettings", method: http.MethodPatch, path: settingsPath, tag: tagFleet, body: SettingsChange{},
		problems: []int{http.StatusForbidden, http.StatusConflict},
		summary:  "Change the settings for all", doc: "What is absent stays as it is.",
	}, s.changeSettings)
}

func (s *server) changeSettings(ctx context.Context, r *request) (SettingsWritten, error) {
	body, err := bodyOf[SettingsChange](r)
	if err != nil {
		return SettingsWritten{}, err
	}
	var cmd commands.ChangeSettings
	cmd.IntervalSeconds, err = body.IntervalSeconds.value("intervalSeconds")
	r.check(err)
	cmd.GraceSeconds, err = body.GraceSeconds.value("graceSeconds")
	r.check(err)
	if err := r.err(); err != nil {
		return SettingsWritten{}, err
	}
	result, err := s.deps.Commands.ChangeSettings.Handle(ctx, cmd)
	return SettingsWritten{Settings: result.Settings, Position: s.positions.text(result.Position)}, err
}
