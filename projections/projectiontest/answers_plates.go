package projectiontest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
	"fleetbeat/queries"
)

// plates checks that vehicles are found by their registration numbers as they are now, all of those that share one.
func plates(t *testing.T, m *model, reader queries.PlateReader) {
	want := map[string][]domain.VIN{}
	numbers := []string{"nobody", ""}
	for vin, v := range m.vehicles {
		number := textfold.LettersAndDigits(v.RegistrationNumber)
		want[number] = append(want[number], vin)
		numbers = append(numbers, number)
	}
	for _, vins := range want {
		slices.Sort(vins)
	}
	got, err := reader.VINsByPlate(t.Context(), numbers)
	require.NoError(t, err)
	require.Equal(t, want, got)
	got, err = reader.VINsByPlate(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, got)
}
