package e2e

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestImportCommand(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	file := filepath.Join(t.TempDir(), "fleet.csv")
	write := func(lines ...string) {
		t.Helper()
		require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\r\n")), 0o600))
	}
	const header = "\xef\xbb\xbfcustomer;vin;registration_number;customer_address"
	rows := []string{header}
	for i := range 500 {
		rows = append(rows, fmt.Sprintf("Åkeri %d AB;YS2R4X20%09d;P%d;\"Gatan; %d\"", i%7, i, i, i%7))
	}
	total := func() int {
		var list struct{ Total int }
		s.ask(200, "GET", "/api/v1/vehicles?limit=1", nil, &list)
		return list.Total
	}

	write(append(rows, "Åkeri 1 AB;YS2R4X200000000I1;Q1;", "Åkeri 1 AB;YS2R4X20000000001;Q2;")...)
	refused := fleetbeat(t, "import", file, "--target", s.base)
	assert.Equal(t, 1, refused.code)
	assert.Contains(t, refused.stderr, file+":502: vin: ")
	assert.Contains(t, refused.stderr, file+":503: vin: the same VIN stands in line 3")
	assert.Zero(t, total(), "all or nothing")

	write(rows...)
	dry := fleetbeat(t, "import", file, "--dry-run", "--target", s.base)
	require.Equal(t, 0, dry.code, dry.stderr)
	assert.Contains(t, dry.stdout, "500 vehicles would be registered")
	assert.Zero(t, total())

	done := fleetbeatWith(t, []string{"FLEETBEAT_TARGET=" + s.base}, "import", file)
	require.Equal(t, 0, done.code, done.stderr)
	assert.Contains(t, done.stdout, "500 lines: 500 vehicles registered, 0 changed, 0 unchanged\n7 new customers: Åkeri 0 AB, ")
	eventually(t, "the fleet shows all of them", func() bool { return total() == 500 })

	again := fleetbeat(t, "import", file, "--target", s.base)
	require.Equal(t, 0, again.code, again.stderr)
	assert.Contains(t, again.stdout, "0 vehicles registered, 0 changed, 500 unchanged", "sending it again is safe")
}

func TestExportedListIsImported(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	s.register(firstOfKalles, "ABC 123", "Kalles Grustransporter AB")
	last := s.register("VLUR4X20009093588", "-GHI 789", "=Åkeri; \"Söder\"")
	response, err := client.Get(s.base + "/api/v1/vehicles?format=csv&after=" + last.Position)
	require.NoError(t, err)
	defer response.Body.Close()
	exported, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "vehicles.csv")
	send := func(text string) ended {
		t.Helper()
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		done := fleetbeat(t, "import", file, "--target", s.base)
		require.Equal(t, 0, done.code, done.stderr)
		return done
	}

	same := send(string(exported))
	assert.Contains(t, same.stdout, "2 lines: 0 vehicles registered, 0 changed, 2 unchanged")
	assert.NotContains(t, same.stdout, "new customers")
	assert.Contains(t, same.stderr, file+":1: warning: nothing is imported from the columns of an exported list that tell of contact: status, since, ")

	corrected := send(strings.ReplaceAll(string(exported), "ABC 123", "ABC 124"))
	assert.Contains(t, corrected.stdout, "2 lines: 0 vehicles registered, 1 changed, 1 unchanged")
}
