package api_test

import (
	"net/http"
	"testing"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	get := &answers[queries.GetSettings, domain.Settings]{answer: domain.Settings{IntervalSeconds: 60, GraceSeconds: 0}}
	change := &answers[commands.ChangeSettings, commands.SettingsResult]{answer: commands.SettingsResult{
		Settings: domain.Settings{IntervalSeconds: 5, GraceSeconds: 0}, Position: at(8)}}
	d := deps()
	d.Queries.GetSettings, d.Commands.ChangeSettings = get, change
	requireJSON(t, do(t, d, http.MethodGet, "/api/v1/settings?after=0f8fad5b.8", ""), http.StatusOK, `{"intervalSeconds":60,"graceSeconds":0}`)
	assert.Equal(t, []queries.GetSettings{{After: at(8)}}, get.asked)
	requireAbout(t, do(t, d, http.MethodGet, "/api/v1/settings?after=8", ""), http.StatusBadRequest, "after")

	requireJSON(t, do(t, d, http.MethodPatch, "/api/v1/settings", `{"intervalSeconds":5}`), http.StatusOK,
		`{"intervalSeconds":5,"graceSeconds":0,"position":"0f8fad5b.8"}`)
	five := int64(5)
	assert.Equal(t, []commands.ChangeSettings{{IntervalSeconds: &five}}, change.asked)
}
