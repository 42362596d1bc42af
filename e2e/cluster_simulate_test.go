package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// simulation is `fleetbeat simulate` under way.
type simulation struct {
	t      *testing.T
	cmd    *exec.Cmd
	truth  string
	stdout bytes.Buffer
	said   output
	ended  chan error
}

// figures are the times in a simulation's report.
type figures struct {
	PingsPerSecond  float64   `json:"pingsPerSecond"`
	Retries         int64     `json:"retries"`
	Dropped         int64     `json:"dropped"`
	Seconds         float64   `json:"seconds"`
	SentToAnswer    quantiles `json:"sentToAnswer"`
	AnswerToVisible quantiles `json:"answerToVisible"`
	ReceiptToFeed   quantiles `json:"receiptToFeed"`
	DeadlineToFeed  quantiles `json:"deadlineToFeed"`
}

// quantiles are those of a duration, in milliseconds.
type quantiles struct {
	Count int64   `json:"count"`
	P50   float64 `json:"p50Ms"`
	P99   float64 `json:"p99Ms"`
	Max   float64 `json:"maxMs"`
}

// play starts a simulated fleet, which a truth file tells of and judges in the end: after a duration or, where it is 0, when it is
// stopped.
func play(t *testing.T, target string, duration time.Duration, flags ...string) *simulation {
	t.Helper()
	s := &simulation{t: t, truth: filepath.Join(t.TempDir(), "truth.ndjson"), ended: make(chan error, 1)}
	if duration > 0 {
		flags = append(flags, "--duration", duration.String())
	}
	cmd := exec.CommandContext(t.Context(), binary, append([]string{
		"simulate", "--target", target, "--truth", s.truth, "--json", "--proof", "5s",
	}, flags...)...)
	cmd.Env, cmd.Stdout, cmd.Stderr, s.cmd = []string{}, &s.stdout, &s.said, cmd
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.ended <- cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has ended, or the test has failed
		<-ended
	})
	return s
}

// waitPlaying waits until the fleet is known and begins to ping.
func (s *simulation) waitPlaying() {
	s.t.Helper()
	within(s.t, 10*patience, "the fleet pings", func() bool {
		select {
		case err := <-s.ended:
			require.Fail(s.t, "it ended before", "%v: %s", err, &s.said)
		default:
		}
		return strings.Contains(s.said.String(), "playing:")
	})
}

// stop has the fleet ping no more.
func (s *simulation) stop() {
	s.t.Helper()
	require.NoError(s.t, s.cmd.Process.Signal(os.Interrupt))
}

// judged waits for the end of the simulation and requires that its truth explains everything that the target told.
func (s *simulation) judged(limit time.Duration) (report struct {
	simulated
	figures
}) {
	s.t.Helper()
	select {
	case err := <-s.ended:
		require.NoError(s.t, err, "%s%s", s.stdout.String(), &s.said)
	case <-time.After(limit):
		require.Fail(s.t, "the simulation does not end", "%s", &s.said)
	}
	require.NoError(s.t, json.Unmarshal(s.stdout.Bytes(), &report), "%s", s.stdout.String())
	require.Zero(s.t, report.Check.Unexplained, "%s", s.stdout.String())
	require.Positive(s.t, report.Check.Connected)
	require.Positive(s.t, report.Check.Disconnected)
	s.t.Logf("%d pings, %.0f/s, %d retries, %d given up, errors %v; sent to 202 %.1f · %.1f · %.0f ms, 202 to visible %.0f · %.0f · %.0f ms, ping to feed %.0f · %.0f · %.0f ms, "+
		"deadline to feed %.0f · %.0f · %.0f ms (p50 · p99 · max); %d connected, %d disconnected, all explained; unobserved %d ms",
		report.Pings, report.PingsPerSecond, report.Retries, report.Dropped, report.Errors,
		report.SentToAnswer.P50, report.SentToAnswer.P99, report.SentToAnswer.Max, report.AnswerToVisible.P50, report.AnswerToVisible.P99, report.AnswerToVisible.Max,
		report.ReceiptToFeed.P50, report.ReceiptToFeed.P99, report.ReceiptToFeed.Max, report.DeadlineToFeed.P50, report.DeadlineToFeed.P99, report.DeadlineToFeed.Max,
		report.Check.Connected, report.Check.Disconnected, report.Check.UnobservedMs)
	return report
}
