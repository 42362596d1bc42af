package domain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"fleetbeat/domain"
)

// The names lie in every log: one that changed would leave its events behind, unread.
func TestStreamNames(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"log":                       domain.LogStream,
		"settings":                  domain.SettingsStream,
		"keys":                      domain.KeysStream,
		"connections":               domain.ConnectionsStream,
		"evaluations":               domain.EvaluationsStream,
		"ingest-":                   domain.IngestPrefix,
		"ingest-local":              domain.IngestStream("local"),
		"customer-c1":               domain.CustomerStream("c1"),
		"vehicle-1M8GDM9AXKP042788": domain.VehicleStream("1M8GDM9AXKP042788"),
		"import-42":                 domain.ImportStream("42"),
	}
	for name, got := range want {
		t.Run("stays "+name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, name, got)
		})
	}
}
