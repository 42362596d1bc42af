package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// simulated is the part of a simulation's report that is looked at.
type simulated struct {
	Pings              int64            `json:"pings"`
	UploadedHeartbeats int64            `json:"uploadedHeartbeats"`
	RejectedLines      int64            `json:"rejectedLines"`
	Errors             map[string]int64 `json:"errors"`
	Check              checked          `json:"check"`
}

// checked is what the check of a truth file says.
type checked struct {
	Connected    int `json:"connected"`
	Disconnected int `json:"disconnected"`
	Unexplained  int `json:"unexplained"`
	UnobservedMs int `json:"unobservedMs"`
}

func TestSimulation(t *testing.T) {
	t.Parallel()
	s := serve(t, filepath.Join(t.TempDir(), "data"), "--interval", "2s", "--grace", "1s")
	truth := filepath.Join(t.TempDir(), "truth.ndjson")
	args := []string{
		"simulate", "--target", s.base, "--vehicles", "200", "--customers", "6", "--seed", "42", "--outages", "0.4", "--holes", "0.4",
		"--mass-outage-every", "6s", "--json", "--tolerance", "1s",
	}
	done := fleetbeat(t, append(args, "--duration", "10s", "--truth", truth)...)
	var report simulated
	require.NoError(t, json.Unmarshal([]byte(done.stdout), &report), "%s%s", done.stdout, done.stderr)
	require.Zero(t, report.Check.Unexplained, "%s", done.stdout)
	require.Equal(t, 0, done.code, "%s", done.stderr)
	assert.Positive(t, report.Pings)
	assert.Positive(t, report.UploadedHeartbeats)
	assert.Zero(t, report.RejectedLines)
	assert.Empty(t, report.Errors)
	assert.Positive(t, report.Check.Disconnected)
	assert.Greater(t, report.Check.Connected, report.Check.Disconnected)

	t.Run("its check may be repeated", func(t *testing.T) {
		again := fleetbeat(t, "simulate", "check", "--target", s.base, "--truth", truth, "--json")
		require.Equal(t, 0, again.code, "%s", again.stderr)
		var found checked
		require.NoError(t, json.Unmarshal([]byte(again.stdout), &found))
		assert.Equal(t, report.Check, found)
	})
	t.Run("a truth that denies what a vehicle sent explains its transitions no more", func(t *testing.T) {
		said, err := os.ReadFile(truth)
		require.NoError(t, err)
		var vin string
		var denied []string
		for line := range strings.Lines(string(said)) {
			var record struct{ Kind, VIN string }
			require.NoError(t, json.Unmarshal([]byte(line), &record))
			if record.Kind == "ping" && vin == "" {
				vin = record.VIN
			}
			if record.Kind != "ping" || record.VIN != vin {
				denied = append(denied, line)
			}
		}
		path := filepath.Join(t.TempDir(), "denied.ndjson")
		require.NoError(t, os.WriteFile(path, []byte(strings.Join(denied, "")), 0o600))
		again := fleetbeat(t, "simulate", "check", "--target", s.base, "--truth", path)
		assert.Equal(t, 1, again.code)
		assert.Contains(t, again.stdout, vin)
		assert.Contains(t, again.stdout, "by a heartbeat that it did not send")
		assert.Contains(t, again.stderr, "the truth does not explain what the target told")
	})
	t.Run("a second run with the same seed finds its fleet", func(t *testing.T) {
		again := fleetbeat(t, append(args, "--duration", "1s")...)
		require.Equal(t, 0, again.code, "%s", again.stderr)
		var page list[vehicle]
		s.ask(200, "GET", "/api/v1/vehicles?limit=1", nil, &page)
		assert.Equal(t, 200, page.Total)
	})
}

func TestSimulationOverAKill(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	timeouts := []string{"--interval", "2s", "--grace", "1s"}
	s := serve(t, data, timeouts...)
	done := make(chan ended)
	go func() {
		defer close(done) // also where a requirement ends this goroutine
		done <- fleetbeat(t, "simulate", "--target", s.base, "--vehicles", "100", "--seed", "7", "--outages", "0.4", "--mass-outage-every", "0",
			"--duration", "10s", "--truth", filepath.Join(t.TempDir(), "truth.ndjson"), "--json", "--tolerance", "1s")
	}()
	eventually(t, "the fleet pings", func() bool {
		var page list[vehicle]
		s.ask(200, "GET", "/api/v1/vehicles?limit=1", nil, &page)
		return page.Counts.Connected > 50
	})
	s.kill()
	pass(2 * time.Second)
	serve(t, data, append(timeouts, "--listen", strings.TrimPrefix(s.base, "http://"))...)
	var report simulated
	result := <-done
	require.NoError(t, json.Unmarshal([]byte(result.stdout), &report), "%s%s", result.stdout, result.stderr)
	assert.Zero(t, report.Check.Unexplained, "%s", result.stdout)
	assert.Equal(t, 0, result.code, "%s", result.stderr)
	assert.NotEmpty(t, report.Errors, "the target was gone for a while")
	assert.Positive(t, report.Check.UnobservedMs, "which is nobody's silence")
	assert.Greater(t, report.Check.Connected, 50)
}

func TestSimulationsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]struct {
		args []string
		says string
		code int
	}{
		"a share above one":             {[]string{"--holes", "2"}, "the share of holes is from 0 to 1", 2},
		"no vehicles":                   {[]string{"--vehicles", "0"}, "a fleet has from 1 to", 2},
		"a target that is none":         {[]string{"--target", "here"}, `"here" is not a URL`, 2},
		"a target that does not answer": {[]string{"--target", "http://127.0.0.1:1"}, "ask /api/v1/settings", 1},
		"a truth file that is not":      {[]string{"check", "--truth", "/nonexistent/truth"}, "open the truth file", 1},
	} {
		t.Run(name+" is said in a sentence", func(t *testing.T) {
			t.Parallel()
			done := fleetbeat(t, append([]string{"simulate"}, wrong.args...)...)
			assert.Equal(t, wrong.code, done.code)
			requireSentence(t, done, wrong.says)
		})
	}
}
