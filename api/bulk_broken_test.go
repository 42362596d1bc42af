package api_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"fleetbeat/api"
	"fleetbeat/domain"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBulkRefusesWhatIsNotCompressedAsItSays(t *testing.T) {
	t.Parallel()
	garbage := append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}, bytes.Repeat([]byte{0xff}, 100)...)
	wide := func() []byte {
		var b bytes.Buffer
		w, err := zstd.NewWriter(&b, zstd.WithWindowSize(16<<20))
		require.NoError(t, err)
		_, err = w.Write(make([]byte, 32<<20))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return b.Bytes()
	}
	for _, test := range []struct {
		name, coding string
		body         []byte
	}{
		{"plain lines as gzip", "gzip", []byte(beats(3))},
		{"plain lines as zstd", "zstd", []byte(beats(3))},
		{"two bytes as gzip", "gzip", []byte("{}")},
		{"two bytes as zstd", "zstd", []byte("{}")},
		{"zstd as gzip", "gzip", encoded(t, "zstd", beats(3))},
		{"gzip as zstd", "zstd", encoded(t, "gzip", beats(3))},
		{"gzip in its first bytes alone", "gzip", garbage},
		{"zstd in its first bytes alone", "zstd", append([]byte{0x28, 0xb5, 0x2f, 0xfd}, bytes.Repeat([]byte{0xff}, 100)...)},
		{"a zstd window larger than 8 MiB", "zstd", wide()},
		{"a zstd frame larger than 8 MiB in one segment", "zstd", []byte{0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := &many{}
			w := post(t, api.New(uploading(m), api.Options{}), bytes.NewReader(test.body), test.coding)
			p := requireProblem(t, w, http.StatusBadRequest)
			assert.Contains(t, p.Detail, test.coding)
			assert.Empty(t, m.stored)
		})
	}
}

// patterned returns lines that do not compress to nothing.
func patterned(n int) string {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for range n {
		b.WriteString(beat(random.Uint64()) + "\n")
	}
	return b.String()
}

func TestBulkKeepsWhatCameBeforeTheBreak(t *testing.T) {
	t.Parallel()
	const lines = 20_000
	text := patterned(lines)
	for _, coding := range []string{"gzip", "zstd"} {
		whole := encoded(t, coding, text)
		check := func(t *testing.T, body io.Reader, says string) {
			t.Helper()
			m := &many{}
			answer := upload(t, m, body, coding)
			assert.Equal(t, int64(len(m.stored)), answer.Accepted)
			assert.Zero(t, answer.RejectedCount, "half a line is none")
			assert.Contains(t, answer.Broken, says)
			assert.Contains(t, answer.Broken, fmt.Sprintf("in line %d;", answer.Accepted+1))
			for i, line := range strings.SplitAfter(text, "\n")[:len(m.stored)] {
				require.Contains(t, line, `"id":"`+m.stored[i].ID+`"`)
			}
		}
		t.Run("cut off anywhere "+coding, func(t *testing.T) {
			t.Parallel()
			for _, n := range []int{1, 2, 3, 4, 5, 12, len(whole) / 3, len(whole) / 2, len(whole) - 9, len(whole) - 1} {
				check(t, bytes.NewReader(whole[:n]), "the compressed body breaks off")
			}
		})
		t.Run("the connection lost "+coding, func(t *testing.T) {
			t.Parallel()
			check(t, io.MultiReader(bytes.NewReader(whole[:len(whole)/2]), iotest.ErrReader(errBroken)), "the body breaks off")
			check(t, iotest.ErrReader(errBroken), "the body breaks off in line 1;")
		})
		t.Run("damaged at its end "+coding, func(t *testing.T) {
			t.Parallel()
			damaged := bytes.Clone(whole)
			for i := range 4 {
				damaged[len(damaged)-5-i] ^= 0xff
			}
			m := &many{}
			answer := upload(t, m, bytes.NewReader(damaged), coding)
			assert.Contains(t, answer.Broken, "the compressed body is damaged")
			assert.Equal(t, int64(len(m.stored)), answer.Accepted)
			assert.Greater(t, len(m.stored), lines/2)
		})
		t.Run("several compressed parts are one body "+coding, func(t *testing.T) {
			t.Parallel()
			parts := slicesOf(encoded(t, coding, beat(1)+"\n"+beat(2)[:20]), encoded(t, coding, ""), encoded(t, coding, beat(2)[20:]+"\n"+beat(3)))
			m := &many{}
			assert.Empty(t, upload(t, m, bytes.NewReader(parts), coding).Broken)
			assert.Equal(t, []string{"1", "2", "3"}, m.ids())
			assert.Contains(t, upload(t, m, io.MultiReader(bytes.NewReader(parts), strings.NewReader("garbage behind it")), coding).Broken, "in line 3;")
		})
	}
}

func TestBulkKeepsWhatCameWithoutCompressionOrAfterWhatIsSkipped(t *testing.T) {
	t.Parallel()
	t.Run("the connection lost without compression", func(t *testing.T) {
		t.Parallel()
		m := &many{}
		answer := upload(t, m, io.MultiReader(strings.NewReader(beats(3)+beat(4)), iotest.ErrReader(errBroken)), "")
		assert.Equal(t, []string{"1", "2", "3"}, m.ids(), "the last line may be longer than what came of it")
		assert.Equal(t, "the body breaks off in line 4; the lines before it are kept", answer.Broken)
	})
	t.Run("zstd may begin with a frame to be skipped", func(t *testing.T) {
		t.Parallel()
		m := &many{}
		upload(t, m, bytes.NewReader(append([]byte{0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 'h', 'i'}, encoded(t, "zstd", beat(1))...)), "zstd")
		assert.Equal(t, []string{"1"}, m.ids())
	})
}

func slicesOf(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestBulkKeepsWhatAClientSentThatWentAway(t *testing.T) {
	t.Parallel()
	stored := make(chan int, 100)
	var count atomic.Int64
	m := &many{verdict: func(domain.Heartbeat, int) *domain.Error { stored <- int(count.Add(1)); return nil }}
	base := serve(t, uploading(m))
	connection, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	require.NoError(t, err)
	_, err = fmt.Fprintf(connection, "POST /heartbeats HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: 1000000\r\n\r\n%s%s", beats(3), beat(4)[:50])
	require.NoError(t, err)
	for range 3 { // visible while the upload goes on
		<-stored
	}
	_, err = fmt.Fprintf(connection, "%s\n{", beat(4)[50:])
	require.NoError(t, err)
	require.NoError(t, connection.Close())
	<-stored
	assert.Equal(t, []string{"1", "2", "3", "4"}, m.ids())
}

// peak watches the heap until it is stopped, and returns the most that was in use above what it was at first.
func peak() (stop func() uint64) {
	used := func() uint64 {
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapInuse
	}
	runtime.GC()
	first, most := used(), uint64(0)
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-end:
				return
			case <-tick.C:
				most = max(most, used())
			}
		}
	}()
	return func() uint64 {
		close(end)
		<-ended
		if most < first {
			return 0
		}
		return most - first
	}
}

// TestABombCostsNoMemory must not run beside other tests: it looks at the memory of the process.
func TestABombCostsNoMemory(t *testing.T) {
	const bound = 32 << 20
	bombs := []struct {
		name     string
		part     string // of 1 MiB or less, compressed once: many of them are one body
		times    int
		accepted int64
		rejected int64
	}{
		{"48 MiB of zeros are one line", strings.Repeat("\x00", 1<<20), 48, 1, 1},
		{"2 million empty lines are none", strings.Repeat("\n", 1<<20), 2, 1, 0},
		{"twenty thousand wrong lines are counted", strings.Repeat("x\n", 1<<10), 20, 1, 20 << 10},
	}
	for _, bomb := range bombs {
		for _, coding := range []string{"gzip", "zstd"} {
			body := append(bytes.Repeat(encoded(t, coding, bomb.part), bomb.times), encoded(t, coding, "\n"+beat(1))...)
			t.Run(bomb.name+" "+coding, func(t *testing.T) {
				stop := peak()
				answer := upload(t, &many{}, bytes.NewReader(body), coding)
				assert.Less(t, stop(), uint64(bound))
				assert.Equal(t, bomb.accepted, answer.Accepted)
				assert.Equal(t, bomb.rejected, answer.RejectedCount)
				assert.Empty(t, answer.Broken)
			})
		}
	}
	t.Run("a small body that becomes far more than its size is broken off", func(t *testing.T) {
		body := bytes.Repeat(encoded(t, "zstd", strings.Repeat("\x00", 1<<20)), 320) // 320 MiB in 36 KiB
		require.Less(t, len(body), 48<<10)
		stop := peak()
		answer := upload(t, &many{}, bytes.NewReader(body), "zstd")
		assert.Less(t, stop(), uint64(bound))
		assert.Equal(t, "the body becomes more than 1032 times its size in line 1; the lines before it are kept", answer.Broken)
	})
}
