package simulate

import (
	"bytes"
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// log is a place for progress that many may write to.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// options plays a small fleet, fast.
func options(t *testing.T, f *fake) Options {
	t.Helper()
	return Options{
		Target: f.url, Vehicles: 40, Seed: 2, Interval: 100 * time.Millisecond, Duration: 1500 * time.Millisecond,
		BadClocks: .2, Duplicates: .3, Truth: filepath.Join(t.TempDir(), "truth"), Tolerance: 250 * time.Millisecond, Progress: &log{},
	}
}

func TestAFleetIsPlayed(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	o := options(t, f)
	report, err := Run(t.Context(), o)
	require.NoError(t, err)
	f.mu.Lock()
	defer f.mu.Unlock()
	assert.Len(t, f.imported, 40)
	assert.Len(t, f.last, 40, "every vehicle pings")
	assert.EqualValues(t, len(f.bodies), report.Pings)
	assert.Positive(t, report.Duplicates)
	assert.EqualValues(t, len(f.bodies)-len(f.ids), report.Duplicates)
	assert.Empty(t, report.Errors)
	assert.EqualValues(t, 40, report.ConnectVisible.Count)
	assert.Positive(t, report.PingVisible.Count, "some are watched")
	assert.Equal(t, report.Pings, report.Answered.Count)
	require.NotNil(t, report.Check)
	assert.Zero(t, report.Check.Count, "%s", report.Check)
	assert.Equal(t, 40, report.Check.Connected)
	wrong := 0
	for _, body := range f.bodies {
		assert.True(t, strings.HasPrefix(body["id"].(string), report.Run+"-"))
		sentAt, err := time.Parse(time.RFC3339, body["sentAt"].(string))
		require.NoError(t, err)
		if time.Since(sentAt).Abs() > 30*time.Second {
			wrong++
		}
		require.Contains(t, body["location"], "lat")
		require.Contains(t, body["readings"], "speed")
	}
	assert.Positive(t, wrong, "some clocks are wrong")
	assert.Less(t, wrong, len(f.bodies)/2)
}

func TestAPlantedTransitionIsFoundAtTheEnd(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	o := options(t, f)
	f.answers = func(_ http.ResponseWriter, vin, id string, _ int) bool {
		if vin == f.lie && strings.HasSuffix(id, "-5") {
			f.tell("disconnected", vin, time.Now())
		}
		return false
	}
	report, err := Run(t.Context(), o)
	require.NoError(t, err)
	require.NotNil(t, report.Check)
	assert.Positive(t, report.Check.Count)
	assert.Equal(t, f.lie, report.Check.Unexplained[0].VIN)
	var text strings.Builder
	require.NoError(t, report.Write(&text))
	assert.Contains(t, text.String(), f.lie)
}

func TestWhatFailsIsSentAgain(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	o := options(t, f)
	o.Vehicles, o.Interval, o.Duration, o.Duplicates = 5, 10*time.Second, 0, 0
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f.answers = func(w http.ResponseWriter, _, _ string, times int) bool {
		if times > 0 {
			if len(f.last) == 4 { // this is the fifth
				time.AfterFunc(50*time.Millisecond, cancel)
			}
			return false
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	o.Interval = 1500 * time.Millisecond
	report, err := Run(ctx, o)
	require.NoError(t, err, "^C is no error")
	assert.GreaterOrEqual(t, report.Errors["503"], int64(5))
	assert.GreaterOrEqual(t, report.Retries, int64(5), "under the same id")
	assert.Zero(t, report.Check.Count, "%s", report.Check)
}

func TestHolesEndInUploads(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	plan := testPlan(t, 30)
	plan.Outages, plan.Holes, plan.MassOutageEvery = 0, 1, 0
	plan.Interval, plan.Timeout = 100*time.Millisecond, 150*time.Millisecond
	o := options(t, f)
	o.Duration = 2 * time.Second
	address, client := connect(t, f.url)
	e := newEngine(plan, 8)
	e.start, e.run = time.Now(), "r"
	require.NoError(t, e.play(t.Context(), &o, address, client, "a.9"))
	f.mu.Lock()
	defer f.mu.Unlock()
	assert.Positive(t, f.uploads)
	assert.EqualValues(t, f.uploads, e.stats.uploads.Load())
	assert.Greater(t, e.stats.lines.Load(), int64(2*f.uploads), "several vehicles share one")
}

func TestASecondRunFindsItsFleet(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	_, client := connect(t, f.url)
	plan := testPlan(t, 200)
	_, fresh, err := registerFleet(t.Context(), client, plan.Fleet)
	require.NoError(t, err)
	assert.True(t, fresh)
	before := len(f.imported)
	_, fresh, err = registerFleet(t.Context(), client, plan.Fleet)
	require.NoError(t, err)
	assert.False(t, fresh, "nothing is new")
	assert.Len(t, f.imported, before)
	assert.Len(t, f.customers, plan.Fleet.Customers())
}

func TestWhatCannotBePlayed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*Options)
		says  string
	}{
		"no vehicles":             {func(o *Options) { o.Vehicles = 0 }, "from 1 to"},
		"more customers":          {func(o *Options) { o.Customers = 41 }, "40 vehicles have from 1 to 40 customers"},
		"a target that is none":   {func(o *Options) { o.Target = "here" }, `"here" is not a URL`},
		"nobody at the target":    {func(o *Options) { o.Target = "http://127.0.0.1:1" }, "ask /api/v1/settings"},
		"a share of two":          {func(o *Options) { o.Holes = 2 }, "the share of holes is from 0 to 1"},
		"too many connections":    {func(o *Options) { o.Connections = 1 << 20 }, "connections"},
		"a negative rate":         {func(o *Options) { o.Rate = -1 }, "rate"},
		"a negative duration":     {func(o *Options) { o.Duration = -1 }, "duration"},
		"a negative tolerance":    {func(o *Options) { o.Tolerance = -1 }, "tolerance"},
		"a proof before its time": {func(o *Options) { o.Proof = -1 }, "proof"},
		"a truth file in nowhere": {func(o *Options) { o.Truth = filepath.Join(o.Truth, "none", "x") }, "make the truth file"},
	} {
		t.Run(name+" is said, and nothing is played", func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			o := options(t, f)
			c.spoil(&o)
			report, err := Run(t.Context(), o)
			require.ErrorContains(t, err, c.says)
			assert.Empty(t, report.Run)
			assert.Empty(t, f.bodies)
			assert.Empty(t, f.imported, "a fleet that is not played is not registered")
		})
	}
}

func TestATimeoutThatATruthIsNotJudgedByIsSaidBeforehand(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.timeout = 7201
	o := options(t, f)
	_, err := Run(t.Context(), o)
	require.ErrorContains(t, err, "may be silent for 2h0m1s, and a truth is judged by the 1m30s of the settings")
	assert.Empty(t, f.bodies)
	assert.NoFileExists(t, o.Truth)

	o.Truth = ""
	_, err = Run(t.Context(), o)
	require.NoError(t, err, "without a truth any timeout will do")
	assert.NotEmpty(t, f.bodies)
}
