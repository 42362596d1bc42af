package e2e

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// firstOfKalles is the vehicle that the README pings.
const firstOfKalles = "YS2R4X20005399401"

func TestDemo(t *testing.T) {
	t.Parallel()
	data := t.TempDir() + "/data"
	s := launch(t, "demo", data)

	var w written
	eventually(t, "the README's curl is answered", func() bool {
		status, _ := s.try("POST", "/heartbeat/"+firstOfKalles, nil)
		return status == 202
	})
	require.LessOrEqual(t, time.Since(s.started), 10*time.Second, "a ping is answered within 10 s of the start")
	w = s.ping(firstOfKalles, nil)
	var page list[vehicle]
	s.ask(200, "GET", "/api/v1/vehicles?status=connected&after="+url.QueryEscape(w.Position), nil, &page)
	vins := map[string]bool{}
	for _, v := range page.Items {
		vins[v.VIN] = true
	}
	assert.True(t, vins[firstOfKalles], "whoever pinged is connected after its position: %v", vins)
	eventually(t, "the fleet pings by itself", func() bool {
		_, ok := s.output.find("the classic fleet pings")
		return ok
	})
	requireClassicFleet(t, s)

	s.stop()
	again := launch(t, "demo", data)
	eventually(t, "the fleet pings again", func() bool {
		_, ok := again.output.find("the classic fleet pings")
		return ok
	})
	requireClassicFleet(t, again)
	first, _ := s.output.find("fleetbeat serves")
	second, _ := again.output.find("fleetbeat serves")
	assert.Equal(t, first.Log, second.Log, "it is the same log")
	again.stop()
	l := readLog(t, data)
	assert.Equal(t, 3, l.count("customer.registered.v1"), "nobody is registered twice")
	assert.Equal(t, 7, l.count("vehicle.registered.v1"), "nobody is registered twice")
	l.requireTrue(t, 15*time.Second)
}

// requireClassicFleet requires the fleet of the original demo, every vehicle at its owner.
func requireClassicFleet(t *testing.T, s *server) {
	t.Helper()
	plates := map[string]string{}
	var vehicles list[vehicle]
	eventually(t, "all of the fleet shows", func() bool {
		s.ask(200, "GET", "/api/v1/vehicles?sort=registrationNumber", nil, &vehicles)
		return vehicles.Total >= 7
	})
	for _, v := range vehicles.Items {
		plates[v.VIN+" "+v.RegistrationNumber] = v.Customer.Name
	}
	assert.Equal(t, map[string]string{
		"YS2R4X20005399401 ABC123": "Kalles Grustransporter AB", "VLUR4X20009093588 DEF456": "Kalles Grustransporter AB",
		"VLUR4X20009048066 GHI789": "Kalles Grustransporter AB",
		"YS2R4X20005388011 JKL012": "Johans Bulk AB", "YS2R4X20005387949 MNO345": "Johans Bulk AB",
		"YS2R4X20005387765 PQR678": "Haralds Värdetransporter AB", "YS2R4X20005387055 STU901": "Haralds Värdetransporter AB",
	}, plates)
	assert.Equal(t, 7, vehicles.Counts.Connected+vehicles.Counts.Disconnected+vehicles.Counts.NeverSeen)
	addresses := map[string]string{}
	var customers list[customer]
	s.ask(200, "GET", "/api/v1/customers", nil, &customers)
	for _, c := range customers.Items {
		addresses[c.Name] = c.Address
	}
	assert.Equal(t, map[string]string{
		"Kalles Grustransporter AB": "Cementvägen 8, 111 11 Södertälje", "Johans Bulk AB": "Balkvägen 12, 222 22 Stockholm",
		"Haralds Värdetransporter AB": "Budgetvägen 1, 333 33 Uppsala",
	}, addresses)
}
