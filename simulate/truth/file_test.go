package truth

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/simulate/fleet"
)

func testHeader() Header {
	return Header{
		Target: "http://x", Run: "r", Start: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), Seed: 3, Vehicles: 20, Customers: 2,
		IntervalMs: 700, TimeoutMs: 1000, ToleranceMs: 50, From: "a.7", Newest: "a.6", Fresh: true,
	}
}

func testFleet(t *testing.T) *fleet.Fleet {
	t.Helper()
	f, err := fleet.New(3, 20, 2)
	require.NoError(t, err)
	return f
}

// write makes a file of records that ends at a moment.
func write(t *testing.T, h Header, end int64, records ...Record) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "truth.ndjson")
	w, err := Create(path, h)
	require.NoError(t, err)
	for i := range records {
		w.Write(&records[i])
	}
	w.Write(&Record{Kind: KindEnd, To: end})
	require.NoError(t, w.Close())
	return path
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	f := testFleet(t)
	path := write(t, testHeader(), 9000,
		Record{Kind: KindClock, VIN: f.VIN(0), Clock: fleet.ClockStuck},
		Record{Kind: KindMassOutage, Customer: "C", Lines: 4, From: 1, To: 2},
		Record{Kind: KindSilence, VIN: f.VIN(0), Why: fleet.Hole, From: 1, To: 2, Disconnects: 3, Connects: 4},
		Record{Kind: KindPing, VIN: f.VIN(0), Beat: 1, Planned: 300, Sent: 301, Answered: 305, Outcome: Accepted},
		Record{Kind: KindPing, VIN: f.VIN(0), Beat: 2, Planned: 200, Sent: 201, Answered: 205, Outcome: Unknown, Error: "timeout"},
		Record{Kind: KindPing, VIN: f.VIN(0), Beat: 2, Again: true, Sent: 400, Answered: 401, Outcome: Refused, Error: "429"},
		Record{Kind: KindUpload, Sent: 500, Answered: 510, Outcome: Accepted, Lines: 9, Vehicles: []Uploaded{{f.VIN(0), 3, 6}, {f.VIN(4), 0, 4}}},
	)
	h, err := readFile(path)
	require.NoError(t, err)
	want := testHeader()
	want.Kind, want.Version = KindRun, Version
	assert.Equal(t, want, h.Header)
	assert.EqualValues(t, 9000, h.end)
	assert.Equal(t, []contact{{201, 205 + lingers, false}, {301, 305, true}, {500, 510, true}}, h.contacts[0],
		"in the order of sending; what nobody answered may come later, what was refused is none")
	assert.Equal(t, []contact{{500, 510, true}}, h.contacts[4])
}

func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	const head = `{"kind":"run","version":1,"seed":3,"vehicles":20,"customers":2}` + "\n"
	vin := testFleet(t).VIN(5)
	for text, says := range map[string]string{
		"":                                  "no truth file",
		"{}\n":                              "no truth file",
		"what\n":                            "no truth file",
		`{"kind":"run","version":2}` + "\n": "only version 1 is known",
		`{"kind":"run","version":1}` + "\n": "from 1 to",
		head:                                "has no end",
		head + "{\n":                        "read line 2 of the truth file",
		head + "\n\n":                       "read line 2 of the truth file",
		head + `{"kind":"end"`:              "read line 2 of the truth file",
		head + `{"kind":"ping","vin":"YS2R4X20005399401"}` + "\n":                                  "none of the fleet",
		head + fmt.Sprintf(`{"kind":"ping","vin":%q,"sent":5,"answered":4}`, vin) + "\n":           "cannot have been sent at 5 and answered at 4",
		head + fmt.Sprintf(`{"kind":"ping","vin":%q,"sent":-1,"answered":4}`, vin) + "\n":          "cannot have been sent",
		head + fmt.Sprintf(`{"kind":"ping","vin":%q,"sent":1,"answered":4294967295}`, vin) + "\n":  "cannot have been sent",
		head + fmt.Sprintf(`{"kind":"upload","vehicles":[{"vin":%q},{"vin":"what"}]}`, vin) + "\n": `"what" is none of the fleet`,
	} {
		_, err := read(strings.NewReader(text))
		assert.ErrorContains(t, err, says, "%q", text)
	}
	_, err := readFile(filepath.Join(t.TempDir(), "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// fullDisk takes nothing.
type fullDisk struct{ closed bool }

func (*fullDisk) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }
func (d *fullDisk) Close() error            { d.closed = true; return nil }

func TestWriting(t *testing.T) {
	t.Parallel()
	t.Run("is tried beforehand, and leaves everything as it was", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		path := filepath.Join(dir, "truth")
		require.NoError(t, CanCreate(path))
		assert.NoFileExists(t, path)
		require.NoError(t, os.WriteFile(path, []byte("of before"), 0o600))
		require.NoError(t, CanCreate(path))
		kept, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, "of before", string(kept))
		require.ErrorContains(t, CanCreate(dir), "make the truth file")
		require.ErrorContains(t, CanCreate(filepath.Join(dir, "none", "truth")), "make the truth file")
	})
	t.Run("by many at once leaves every line whole", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "truth")
		w, err := Create(path, testHeader())
		require.NoError(t, err)
		var writing sync.WaitGroup
		for range 8 {
			writing.Go(func() {
				for beat := range int32(500) {
					w.Write(&Record{Kind: KindPing, VIN: testFleet(t).VIN(1), Beat: beat, Answered: 1, Outcome: Accepted})
				}
			})
		}
		writing.Wait()
		w.Write(&Record{Kind: KindEnd, To: 1})
		require.NoError(t, w.Close())
		h, err := readFile(path)
		require.NoError(t, err)
		assert.Len(t, h.contacts[1], 4000)
	})
	t.Run("to a full disk is an error at the end", func(t *testing.T) {
		t.Parallel()
		disk := &fullDisk{}
		w := newWriter(disk)
		for range 100_000 {
			w.Write(&Record{Kind: KindPing})
		}
		require.ErrorContains(t, w.Close(), "write the truth file: the disk is full")
		assert.True(t, disk.closed)
	})
	t.Run("to nowhere is nothing", func(t *testing.T) {
		t.Parallel()
		var w *Writer
		w.Write(&Record{})
		require.NoError(t, w.Close())
	})
	t.Run("where there is no folder is an error at once", func(t *testing.T) {
		t.Parallel()
		_, err := Create(filepath.Join(t.TempDir(), "none", "truth"), testHeader())
		require.ErrorContains(t, err, "make the truth file")
	})
}

var _ io.WriteCloser = (*fullDisk)(nil)
