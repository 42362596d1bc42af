package e2e

import (
	"encoding/csv"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLookupAndExport(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	s.register(firstOfKalles, "ABC 123", "Kalles Grustransporter AB")
	last := s.register("VLUR4X20009093588", "GHI-789", "Åkeri, Söder")
	s.getAfter(firstOfKalles, s.ping(firstOfKalles, map[string]any{"location": map[string]any{"lat": -59.5, "lon": 18.25}}).Position)

	t.Run("a pasted text is answered in its order, and what is unknown is named", func(t *testing.T) {
		t.Parallel()
		var found struct {
			Items []struct {
				Text      string
				Duplicate bool
				Vehicles  []vehicle
			}
			Found   int
			Unknown []string
		}
		s.ask(200, "POST", "/api/v1/vehicles:lookup?after="+last.Position, map[string]any{"text": "ghi 789 abc123\nXYZ 999;" + strings.ToLower(firstOfKalles)}, &found)
		require.Len(t, found.Items, 4)
		assert.Equal(t, []string{"XYZ 999"}, found.Unknown)
		assert.Equal(t, 2, found.Found)
		assert.Equal(t, "ghi 789", found.Items[0].Text)
		assert.Equal(t, "VLUR4X20009093588", found.Items[0].Vehicles[0].VIN)
		assert.Equal(t, "abc123", found.Items[1].Text)
		assert.Equal(t, "connected", found.Items[1].Vehicles[0].Status)
		assert.Empty(t, found.Items[2].Vehicles)
		assert.Equal(t, firstOfKalles, found.Items[3].Vehicles[0].VIN)
		assert.Contains(t, s.problem(422, "POST", "/api/v1/vehicles:lookup", map[string]any{"text": strings.Repeat("A1\n", 1001)}), "1001 VINs")
	})
	t.Run("a list comes as a file that a spreadsheet reads", func(t *testing.T) {
		t.Parallel()
		response, err := client.Get(s.base + "/api/v1/vehicles?sort=vin&format=csv")
		require.NoError(t, err)
		defer response.Body.Close()
		require.Equal(t, http.StatusOK, response.StatusCode)
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff"))).ReadAll()
		require.NoError(t, err)
		require.Len(t, lines, 3)
		assert.Equal(t, []string{"vin", "registration_number", "customer", "status"}, lines[0][:4])
		assert.Equal(t, []string{"VLUR4X20009093588", "GHI-789", "Åkeri, Söder", "never_seen"}, lines[1][:4])
		assert.Equal(t, []string{firstOfKalles, "ABC 123", "Kalles Grustransporter AB", "connected"}, lines[2][:4])
		assert.Equal(t, []string{"-59.5", "18.25"}, lines[2][7:9])
	})
}
