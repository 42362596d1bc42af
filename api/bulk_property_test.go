package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fleetbeat/api"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// model is what an upload must come to, counted line by line as it is written.
type model struct {
	body       strings.Builder
	lines      int64
	accepted   int64
	duplicates int64
	rejected   []int64
	ids        []string // of what is stored, in order
	seen       map[string]bool
}

func (m *model) write(random *rand.Rand) {
	m.lines++
	end := []string{"\n", "\r\n", "  \n"}[random.IntN(3)]
	line := ""
	switch random.IntN(12) {
	case 0: // empty
		line = []string{"", " ", "\t"}[random.IntN(3)]
	case 1:
		line = []string{"x", "{", `{"vin":7}`, `{"vin":"YS2R4X20005399401","x":1}`, `{"vin":"YS2R4X2000539940I"}`, "null", "\xff", `{"vin":"ZS2R4X20005399401"}`}[random.IntN(8)]
		m.rejected = append(m.rejected, m.lines)
	case 2:
		if random.IntN(20) == 0 {
			line = strings.Repeat("long", random.IntN(64<<10)+16<<10+1)
			m.rejected = append(m.rejected, m.lines)
			break
		}
		fallthrough
	default:
		id := fmt.Sprint(random.IntN(5_000))
		line = beat(id)
		m.ids = append(m.ids, id)
		if m.seen[id] {
			m.duplicates++
		} else {
			m.accepted++
		}
		m.seen[id] = true
	}
	m.body.WriteString(line + end)
}

// pieces reads a body in pieces of random sizes.
type pieces struct {
	from   io.Reader
	random *rand.Rand
}

func (p pieces) Read(b []byte) (int, error) {
	return p.from.Read(b[:min(len(b), 1+p.random.IntN(1<<p.random.IntN(17)))])
}

func TestBulkCountsLikeANaiveModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		for _, coding := range codings() {
			t.Run(fmt.Sprintf("seed %d %s", seed, coding), func(t *testing.T) {
				t.Parallel()
				random := rand.New(rand.NewPCG(seed, 7))
				want := &model{seen: map[string]bool{}}
				for range random.IntN(4_000) {
					want.write(random)
				}
				m := &many{}
				body := encoded(t, coding, want.body.String())
				answer := upload(t, m, pieces{bytes.NewReader(body), random}, coding)
				assert.Equal(t, want.accepted, answer.Accepted)
				assert.Equal(t, want.duplicates, answer.Duplicates)
				assert.Equal(t, int64(len(want.rejected)), answer.RejectedCount)
				assert.Equal(t, append([]int64{}, want.rejected[:min(len(want.rejected), 100)]...), rejectedLines(answer))
				assert.Equal(t, append([]string{}, want.ids...), m.ids(), "in their order")
				assert.Empty(t, answer.Broken)
			})
		}
	}
}

// FuzzBulk sends any body in any coding: every answer is 200 with counts that fit, or a problem that is not ours.
func FuzzBulk(f *testing.F) {
	for i, coding := range codings() {
		for _, text := range []string{"", "\n", beats(3), "\ufeff" + beat(1) + "\r\n\r\nx\n" + beat(2), beat(1) + "\n" + strings.Repeat("x", 70<<10) + "\n" + beat(2), "\xff\x00\n"} {
			f.Add(uint8(i), encoded(f, coding, text))
		}
	}
	m, alone := &many{}, &many{}
	handler, single := api.New(uploading(m), api.Options{}), api.New(uploading(alone), api.Options{})
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		coding := codings()[int(which)%3]
		m.stored, m.seen, alone.stored, alone.seen = nil, nil, nil, nil
		w := post(t, handler, bytes.NewReader(body), coding)
		if w.Code == http.StatusBadRequest && coding != "" {
			require.Empty(t, m.stored)
			return
		}
		require.Equal(t, http.StatusOK, w.Code, w.Body.String())
		var a api.HeartbeatsRecorded
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &a))
		require.Equal(t, int64(len(m.stored)), a.Accepted+a.Duplicates)
		require.Len(t, a.Rejected, int(min(a.RejectedCount, 100)))
		for _, h := range m.stored {
			require.NoError(t, h.Check())
		}
		if coding == "" {
			require.Empty(t, a.Broken)
			require.Equal(t, linesAlone(t, single, body), a.RejectedCount)
			require.Equal(t, alone.stored, m.stored)
		}
	})
}

// linesAlone uploads the lines of a body one by one and returns how many were rejected.
func linesAlone(t *testing.T, handler http.Handler, body []byte) (rejected int64) {
	t.Helper()
	for i, line := range bytes.SplitAfter(body, []byte("\n")) {
		if i > 0 && bytes.HasPrefix(line, []byte("\ufeff")) { // which in front of a body would be ignored
			rejected++
			continue
		}
		r := httptest.NewRequest(http.MethodPost, "/heartbeats", bytes.NewReader(line))
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		var one api.HeartbeatsRecorded
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &one))
		rejected += one.RejectedCount
	}
	return rejected
}
