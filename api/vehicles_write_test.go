package api_test

import (
	"net/http"
	"testing"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const vehicleURL = "/api/v1/vehicles/YS2R4X20005399401"

func aVehicleResult() commands.VehicleResult {
	five := int64(5)
	return commands.VehicleResult{
		Vehicle:  domain.Vehicle{VIN: abc, RegistrationNumber: "ABC123", CustomerID: "c1", Overrides: domain.Overrides{IntervalSeconds: &five}},
		Customer: domain.Customer{ID: "c1", Name: "Kalles Grustransporter AB"},
		Timeout:  domain.Timeout{IntervalSeconds: 5, GraceSeconds: 30}, RegisteredAt: noon(), Position: at(12),
	}
}

const aVehicleResultJSON = `"vin":"YS2R4X20005399401","registrationNumber":"ABC123","customer":{"id":"c1","name":"Kalles Grustransporter AB"},
	"intervalSeconds":5,"timeoutSeconds":35,"registeredAt":"2026-06-01T12:00:00.000Z","position":"0f8fad5b.12"`

func TestRegisterVehicle(t *testing.T) {
	t.Parallel()
	t.Run("answers the vehicle, where it is, and the position", func(t *testing.T) {
		t.Parallel()
		a := &answers[commands.RegisterVehicle, commands.VehicleResult]{answer: aVehicleResult()}
		a.answer.Warnings = []string{"the check digit is wrong"}
		d := deps()
		d.Commands.RegisterVehicle = a
		w := do(t, d, http.MethodPost, "/api/v1/vehicles",
			`{"vin":"YS2R4X20005399401","registrationNumber":"ABC123","customerId":"c1","intervalSeconds":5,"graceSeconds":0}`)
		requireJSON(t, w, http.StatusCreated, `{`+aVehicleResultJSON+`,"status":"never_seen","warnings":["the check digit is wrong"]}`)
		assert.Equal(t, "vehicles/YS2R4X20005399401", w.Header().Get("Location"))
		five, zero := int64(5), int64(0)
		assert.Equal(t, []commands.RegisterVehicle{{
			VIN: string(abc), RegistrationNumber: "ABC123", CustomerID: "c1", Overrides: domain.Overrides{IntervalSeconds: &five, GraceSeconds: &zero},
		}}, a.asked)
	})
	t.Run("takes a customer's name in place of an id", func(t *testing.T) {
		t.Parallel()
		a := &answers[commands.RegisterVehicle, commands.VehicleResult]{}
		d := deps()
		d.Commands.RegisterVehicle = a
		w := do(t, d, http.MethodPost, "/api/v1/vehicles", `{"vin":"x","registrationNumber":"y","customer":"Åkeriet"}`)
		require.Equal(t, http.StatusCreated, w.Code)
		assert.Equal(t, "Åkeriet", a.asked[0].Customer)
	})
}

func TestChangeVehicleTellsAbsentFromNullFromAValue(t *testing.T) {
	t.Parallel()
	plate, owner := "DEF456", domain.CustomerID("c2")
	tests := []struct {
		body string
		want commands.ChangeVehicle
	}{
		{`{}`, commands.ChangeVehicle{}},
		{`{"registrationNumber":"DEF456"}`, commands.ChangeVehicle{RegistrationNumber: &plate}},
		{`{"customerId":"c2"}`, commands.ChangeVehicle{CustomerID: &owner}},
		{`{"intervalSeconds":5,"graceSeconds":null}`, commands.ChangeVehicle{IntervalSeconds: commands.To[int64](5), GraceSeconds: commands.Away[int64]()}},
		{`{"intervalSeconds":null}`, commands.ChangeVehicle{IntervalSeconds: commands.Away[int64]()}},
	}
	for _, test := range tests {
		t.Run(test.body, func(t *testing.T) {
			t.Parallel()
			a := &answers[commands.ChangeVehicle, commands.VehicleResult]{answer: aVehicleResult()}
			d := deps()
			d.Commands.ChangeVehicle = a
			requireJSON(t, do(t, d, http.MethodPatch, vehicleURL, test.body), http.StatusOK, `{`+aVehicleResultJSON+`}`)
			test.want.VIN = string(abc)
			assert.Equal(t, []commands.ChangeVehicle{test.want}, a.asked)
		})
	}
}

func TestDecommissionVehicleAnswersThePosition(t *testing.T) {
	t.Parallel()
	a := &answers[commands.DecommissionVehicle, commands.DecommissionResult]{answer: commands.DecommissionResult{Position: at(99)}}
	d := deps()
	d.Commands.DecommissionVehicle = a
	requireJSON(t, do(t, d, http.MethodDelete, vehicleURL, ""), http.StatusOK, `{"position":"0f8fad5b.99"}`)
	assert.Equal(t, []commands.DecommissionVehicle{{VIN: string(abc)}}, a.asked)
	a.err = domain.Errorf(domain.NotFound, "there is no vehicle %q", abc)
	requireProblem(t, do(t, d, http.MethodDelete, vehicleURL, ""), http.StatusNotFound)
	requireAbout(t, do(t, d, http.MethodDelete, "/api/v1/vehicles/x", ""), http.StatusUnprocessableEntity, "vin")
}

// writers returns deps in which every write succeeds.
func writers() api.Deps {
	d := deps()
	d.Commands = api.Commands{
		RegisterCustomer:    &answers[commands.RegisterCustomer, commands.CustomerResult]{},
		ChangeCustomer:      &answers[commands.ChangeCustomer, commands.CustomerResult]{},
		RegisterVehicle:     &answers[commands.RegisterVehicle, commands.VehicleResult]{},
		ChangeVehicle:       &answers[commands.ChangeVehicle, commands.VehicleResult]{},
		DecommissionVehicle: &answers[commands.DecommissionVehicle, commands.DecommissionResult]{},
		ChangeSettings:      &answers[commands.ChangeSettings, commands.SettingsResult]{},
	}
	return d
}

func TestWritesNameTheFieldThatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		method, url, body string
		status            int
		location          string
	}{
		{"POST", "/api/v1/vehicles", `{"vin":7}`, 422, "vin"},
		{"POST", "/api/v1/vehicles", `{"plate":"ABC"}`, 422, "plate"},
		{"POST", "/api/v1/vehicles", `{"intervalSeconds":"5"}`, 422, "intervalSeconds"},
		{"POST", "/api/v1/vehicles", `{"intervalSeconds":5.5}`, 422, "intervalSeconds"},
		{"POST", "/api/v1/vehicles", `{"vin":"a","vin":"b"}`, 422, "vin"},
		{"POST", "/api/v1/vehicles", `"vin"`, 422, "body"},
		{"POST", "/api/v1/vehicles", ``, 400, ""},
		{"POST", "/api/v1/vehicles", `{"vin"`, 400, ""},
		{"PATCH", vehicleURL, `{"registrationNumber":null}`, 422, "registrationNumber"},
		{"PATCH", vehicleURL, `{"customerId":null}`, 422, "customerId"},
		{"PATCH", vehicleURL, `{"customerId":5}`, 422, "customerId"},
		{"PATCH", vehicleURL, `{"intervalSeconds":true}`, 422, "intervalSeconds"},
		{"PATCH", vehicleURL, `{"vin":"x"}`, 422, "vin"},
		{"PATCH", vehicleURL, ``, 400, ""},
		{"PATCH", "/api/v1/vehicles/x", `{}`, 422, "vin"},
		{"POST", "/api/v1/customers", `{"name":["a"]}`, 422, "name"},
		{"POST", "/api/v1/customers", `{"id":"a"}`, 422, "id"},
		{"POST", "/api/v1/customers?dry=1", `{"name":"a"}`, 422, "dry"},
		{"PATCH", "/api/v1/customers/c1", `{"name":null}`, 422, "name"},
		{"PATCH", "/api/v1/customers/c1", `{"address":7}`, 422, "address"},
		{"PATCH", "/api/v1/customers/c1", `{`, 400, ""},
		{"PATCH", "/api/v1/settings", `{"intervalSeconds":null}`, 422, "intervalSeconds"},
		{"PATCH", "/api/v1/settings", `{"graceSeconds":{}}`, 422, "graceSeconds"},
		{"PATCH", "/api/v1/settings", ``, 400, ""},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.url+" "+test.body, func(t *testing.T) {
			t.Parallel()
			w := do(t, writers(), test.method, test.url, test.body)
			if test.location == "" {
				requireProblem(t, w, test.status)
				return
			}
			requireAbout(t, w, test.status, test.location)
		})
	}
	t.Run("two nulls at once", func(t *testing.T) {
		t.Parallel()
		p := requireProblem(t, do(t, writers(), "PATCH", vehicleURL, `{"registrationNumber":null,"customerId":null}`), 422)
		assert.Len(t, p.Errors, 2)
	})
}

func TestWritesHaveLimits(t *testing.T) {
	t.Parallel()
	large := `{"name":"` + string(make([]byte, 64<<10)) + `"}`
	for url, method := range map[string]string{
		"/api/v1/vehicles": "POST", vehicleURL: "PATCH", "/api/v1/customers": "POST", "/api/v1/customers/c1": "PATCH", "/api/v1/settings": "PATCH",
	} {
		requireProblem(t, do(t, writers(), method, url, large), http.StatusRequestEntityTooLarge)
		requireProblem(t, do(t, writers(), method, url, "{}", "Content-Encoding", "zstd"), http.StatusUnsupportedMediaType)
	}
}
