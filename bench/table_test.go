package bench

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func seeded() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }

// example is a report with a row of each kind.
func example() Report {
	return Report{
		Machine: Machine{CPU: "Test CPU", Cores: 2, MemoryBytes: 8 << 30, System: "Linux 6, amd64", Go: "1.26", Load: "0.10", SyncSeconds: 0.0005},
		Version: "v1", At: "2026-06-01T12:00:00Z", Vehicles: million, Rounds: 3, TookS: 12,
		Rows: []Result{
			Row{Name: "ping", What: "one ping", Against: "nothing", Unit: Pings, Want: Want{RatioAtLeast: 0.6}}.judge(samples{
				measured: []float64{25_000, 26_000, 27_000}, floor: []float64{50_000, 50_000, 50_000}, did: "10 pings"}),
			Row{Name: "page", What: "a page, p95", Unit: Seconds, Want: Want{AtMost: 0.02, Vehicles: million}}.judge(samples{
				measured: []float64{0.00390625, 0.0078125, 0.01171875}, vehicles: million, did: "5 questions"}),
			Row{Name: "scan", What: "a scan", Unit: Events}.judge(samples{measured: []float64{2}, did: "7 events"}),
		},
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	cut := example()
	cut.Rows, cut.Cut = cut.Rows[:1], true
	for name, c := range map[string]struct {
		report Report
		write  func(Report, *bytes.Buffer) error
	}{
		"table.txt": {example(), func(r Report, out *bytes.Buffer) error { return r.WriteText(out) }},
		"table.md":  {example(), func(r Report, out *bytes.Buffer) error { return r.WriteMarkdown(out) }},
		"cut.txt":   {cut, func(r Report, out *bytes.Buffer) error { return r.WriteText(out) }},
	} {
		t.Run(name+" is what it was", func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			require.NoError(t, c.write(c.report, &got))
			want, err := os.ReadFile(filepath.Join("testdata", name))
			require.NoError(t, err)
			assert.Equal(t, string(want), got.String())
		})
	}
	t.Run("a table that cannot be written is an error", func(t *testing.T) {
		t.Parallel()
		require.ErrorIs(t, example().WriteText(full{}), errFull)
		require.ErrorIs(t, example().WriteMarkdown(full{}), errFull)
	})
}

var errFull = errors.New("no room")

// full is a disk with no room left.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
