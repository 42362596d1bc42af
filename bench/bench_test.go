package bench

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestRunMeasuresEveryRow(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	report, said, err := runTiny(t.Context(), t, f)
	require.NoError(t, err)
	require.Len(t, report.Rows, len(Rows()))
	for i, want := range Rows() {
		got := report.Rows[i]
		t.Run(want.Name+" has its figure of each round", func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, want.Name, got.Name, "the rows come in the order of the table")
			assert.Len(t, got.Measured.Rounds, 2)
			assert.Positive(t, got.Measured.Min)
			assert.NotEmpty(t, got.Did)
			assert.Contains(t, []Verdict{Met, Missed, Noisy, NotJudged}, got.Verdict)
		})
		t.Run(want.Name+" has a floor where it has one", func(t *testing.T) {
			t.Parallel()
			if want.Against == "" {
				assert.Nil(t, got.Floor)
				assert.Nil(t, got.Ratio)
				return
			}
			require.NotNil(t, got.Floor)
			require.NotNil(t, got.Ratio)
			assert.Len(t, got.Floor.Rounds, 2)
			assert.Positive(t, got.Floor.Min)
			assert.Len(t, got.Ratio.Rounds, 2)
		})
		t.Run(want.Name+" is not judged by a fleet that is too small", func(t *testing.T) {
			t.Parallel()
			if want.Want.Vehicles > 0 {
				assert.Equal(t, NotJudged, got.Verdict)
			}
		})
	}
	assert.Equal(t, 3, f.times("rebuild"), "a round that does not count comes first")
	assert.Contains(t, said, "all of it is removed at the end")
	assert.Contains(t, said, "share its cores")
	assert.Positive(t, report.TookS)
	assert.False(t, report.Cut)
}

func TestRunMeasuresWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	t.Run("and starts nothing else", func(t *testing.T) {
		t.Parallel()
		f := newFake(t)
		report, _, err := runTiny(t.Context(), t, f, "rebuild")
		require.NoError(t, err)
		require.Len(t, report.Rows, 1)
		assert.Equal(t, "rebuild", report.Rows[0].Name)
		assert.Empty(t, f.folders, "no server is needed")
	})
	t.Run("of rows that share a server, only those", func(t *testing.T) {
		t.Parallel()
		f := newFake(t)
		report, _, err := runTiny(t.Context(), t, f, "counts")
		require.NoError(t, err)
		require.Len(t, report.Rows, 1, "memory is taken on the way and not printed")
		assert.Zero(t, f.times("/heartbeat/"))
		assert.Equal(t, 15, f.times("/api/v1/summary"))
	})
	t.Run("an unknown row is the asker's mistake, and names those there are", func(t *testing.T) {
		t.Parallel()
		_, _, err := runTiny(t.Context(), t, newFake(t), "speed")
		var asked *domain.Error
		require.ErrorAs(t, err, &asked)
		assert.Equal(t, domain.Invalid, asked.Kind)
		assert.Contains(t, err.Error(), "rebuild")
	})
	t.Run("so are sizes that cannot be", func(t *testing.T) {
		t.Parallel()
		for _, wrong := range []Size{{Rounds: 0, Vehicles: 100}, {Rounds: 5, Vehicles: 99}, {Rounds: 101, Vehicles: 100}, {Rounds: 5, Vehicles: 20 * million}} {
			_, err := Run(t.Context(), Options{Fleetbeat: newFake(t), Size: wrong})
			var asked *domain.Error
			require.ErrorAs(t, err, &asked, "%+v", wrong)
		}
		require.NoError(t, Default().check())
		require.NoError(t, Quick().check())
	})
}

func TestRunLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	t.Run("where it is interrupted, and keeps what it has", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		f := newFake(t)
		f.onAsked = func(path string) {
			if path == "/api/v1/summary" {
				cancel()
			}
		}
		report, _, err := runTiny(ctx, t, f, "rebuild", "counts")
		require.ErrorIs(t, err, context.Canceled)
		require.Len(t, report.Rows, 1)
		assert.Equal(t, "rebuild", report.Rows[0].Name)
		assert.True(t, report.Cut)
	})
	t.Run("where it is interrupted while pings are under way", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		f := newFake(t)
		f.onAsked = func(path string) {
			if path == "/heartbeat/" {
				cancel()
			}
		}
		_, _, err := runTiny(ctx, t, f, "ping")
		require.ErrorIs(t, err, context.Canceled)
	})
	for path, row := range map[string]string{
		"/heartbeat/": "ping-full", "/heartbeats": "upload", "/api/v1/summary": "counts", "/metrics": "memory", "/api/v1/vehicles": "text",
	} {
		t.Run("where "+path+" is answered wrongly, which is said", func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.broken = path
			report, _, err := runTiny(t.Context(), t, f, row)
			require.ErrorIs(t, err, errAnswer)
			assert.Contains(t, err.Error(), "500")
			assert.Empty(t, report.Rows)
		})
	}
	t.Run("where one part cannot be measured, and the others are", func(t *testing.T) {
		t.Parallel()
		f := newFake(t)
		f.broken = "/heartbeats"
		report, _, err := runTiny(t.Context(), t, f, "upload", "rebuild")
		require.ErrorContains(t, err, "measure pings")
		require.Len(t, report.Rows, 1)
		assert.Equal(t, "rebuild", report.Rows[0].Name)
		assert.True(t, report.Cut, "whoever reads the table learns that rows are missing")
	})
	t.Run("where pings fail while it watches", func(t *testing.T) {
		t.Parallel()
		f := newFake(t)
		f.broken = "/heartbeat/"
		_, _, err := runTiny(t.Context(), t, f, "ping-visible")
		require.ErrorContains(t, err, "let the fleet ping")
	})
	t.Run("where no folder can be made", func(t *testing.T) {
		t.Parallel()
		_, err := Run(t.Context(), Options{Fleetbeat: newFake(t), Size: tiny(), Dir: filepath.Join(t.TempDir(), "absent")})
		require.ErrorIs(t, err, os.ErrNotExist)
	})
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	t.Run("ends when what is waited for is there", func(t *testing.T) {
		t.Parallel()
		n := 0
		require.NoError(t, until(t.Context(), "there", func(context.Context) (bool, error) { n++; return n == 3, nil }))
		assert.Equal(t, 3, n)
	})
	t.Run("ends with what went wrong, and says what was waited for", func(t *testing.T) {
		t.Parallel()
		err := until(t.Context(), "pigs fly", func(context.Context) (bool, error) { return false, broken })
		require.ErrorIs(t, err, broken)
		assert.Contains(t, err.Error(), "pigs fly")
	})
	t.Run("ends with its context", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, until(ctx, "pigs fly", func(context.Context) (bool, error) { return false, nil }), context.Canceled)
		require.ErrorIs(t, wait(ctx, time.Hour), context.Canceled)
	})
}

func TestWhatIsNotReady(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "fleet is being built, 97 % of the log folded; latest is stuck",
		unready([]byte(`{"errors":[{"location":"fleet","message":"is being built, 97 % of the log folded"},{"location":"latest","message":"is stuck"}]}`)))
	for _, other := range []string{"", "{}", "<html>"} {
		assert.Equal(t, "the server does not say why", unready([]byte(other)))
	}
}

func TestReportAsJSON(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(example())
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"machine": {"cpu": "Test CPU", "cores": 2, "memoryBytes": 8589934592, "system": "Linux 6, amd64", "go": "1.26", "load": "0.10", "syncSeconds": 0.0005},
		"version": "v1", "at": "2026-06-01T12:00:00Z", "vehicles": 1000000, "rounds": 3, "tookSeconds": 12,
		"rows": [
			{"name": "ping", "what": "one ping", "did": "10 pings", "unit": "pings/s",
			 "measured": {"median": 26000, "min": 25000, "max": 27000, "low": 25500, "high": 26500, "rounds": [25000, 26000, 27000]},
			 "against": "nothing", "floor": {"median": 50000, "min": 50000, "max": 50000, "low": 50000, "high": 50000, "rounds": [50000, 50000, 50000]},
			 "ratio": {"median": 0.52, "min": 0.5, "max": 0.54, "low": 0.51, "high": 0.53, "rounds": [0.5, 0.52, 0.54]},
			 "want": {"ratioAtLeast": 0.6}, "wanted": "≥ 0.6 of the floor", "verdict": "missed"},
			{"name": "page", "what": "a page, p95", "did": "5 questions", "unit": "s",
			 "measured": {"median": 0.0078125, "min": 0.00390625, "max": 0.01171875, "low": 0.005859375, "high": 0.009765625, "rounds": [0.00390625, 0.0078125, 0.01171875]},
			 "want": {"atMost": 0.02, "vehicles": 1000000}, "wanted": "≤ 20 ms at 1,000,000 vehicles", "verdict": "met"},
			{"name": "scan", "what": "a scan", "did": "7 events", "unit": "events/s",
			 "measured": {"median": 2, "min": 2, "max": 2, "low": 2, "high": 2, "rounds": [2]}, "want": {}, "verdict": "not judged"}
		]}`, string(encoded))
}

func TestQuestionsAskForWhatIsThere(t *testing.T) {
	t.Parallel()
	random := seeded()
	seen := map[string]bool{}
	for range 300 {
		n := needle(random, 1000)
		seen[n] = true
		assert.GreaterOrEqual(t, len([]rune(n)), 3, "shorter ones are outside the target: %q", n)
		assert.True(t, inFleet(n, 1000), "%q is in no vehicle", n)
	}
	assert.Greater(t, len(seen), 100, "another one each time")
	for _, q := range questions() {
		path, err := url.Parse(q.path(random, 1000))
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(path.Path, "/api/v1/"), path.Path)
	}
}

func inFleet(text string, vehicles int) bool {
	for i := range vehicles {
		for _, in := range []string{string(vinOf(i)), plateOf(i), nameOf(i % customersOf(vehicles))} {
			if strings.Contains(strings.ToLower(in), strings.ToLower(text)) {
				return true
			}
		}
	}
	return false
}
