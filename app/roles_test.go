package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestRolesAreCheckedBeforeAnythingIsOpened(t *testing.T) {
	t.Parallel()
	shared := Engines{
		Events: EventsEngine{URL: "esdb://localhost:1"}, Fleet: FleetEngine{URL: "http://localhost:1"}, Relations: RelationsEngine{URL: "postgres://localhost:1/x"},
	}
	half := shared
	half.Fleet = FleetEngine{}
	for _, test := range []struct {
		name    string
		roles   Roles
		engines Engines
		wrong   string // what the error says, empty for none
	}{
		{"everything, on files", nil, Engines{}, ""},
		{"everything by name, on files", Roles{RoleAPI, RoleLiveness, RoleProjections}, Engines{}, ""},
		{"everything, on a mixture", nil, half, ""},
		{"a part, on engines that all share", Roles{RoleLiveness}, shared, ""},
		{"a part, on files", Roles{RoleAPI}, Engines{}, "--events, --fleet and --relations"},
		{"a part, on a mixture", Roles{RoleAPI, RoleLiveness}, half, "--events, --fleet and --relations"},
		{"what is no role", Roles{"api", "reader"}, shared, `"reader" is not one of api, liveness and projections`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := Options{
				Listen: "127.0.0.1:0", Data: t.TempDir(), Interval: time.Minute, HeartbeatsMaxAge: time.Hour, Roles: test.roles, Engines: test.engines,
			}.Check()
			if test.wrong == "" {
				require.NoError(t, err)
				return
			}
			var known *domain.Error
			require.ErrorAs(t, err, &known)
			assert.Equal(t, "--roles", known.Fields[0].Field)
			assert.Contains(t, known.Fields[0].Message, test.wrong)
		})
	}
}
