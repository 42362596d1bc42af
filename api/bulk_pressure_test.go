package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fleetbeat/api"
	"fleetbeat/domain"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counted counts the bytes that were read of it.
type counted struct {
	io.Reader
	read atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// unfinished is the answer to an upload of which not all was recorded.
type unfinished struct {
	api.Problem
	api.HeartbeatsRecorded
}

func requireUnfinished(t *testing.T, w *httptest.ResponseRecorder, status int) (u unfinished) {
	t.Helper()
	require.Equal(t, status, w.Code, w.Body.String())
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	decoder := json.NewDecoder(w.Body)
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&u))
	assert.Equal(t, status, u.Status)
	requirePlain(t, u.Problem)
	return u
}

func TestBulkReadsNoFasterThanItIsRecorded(t *testing.T) {
	t.Parallel()
	for _, coding := range codings() {
		t.Run("at most two chunks wait "+coding, func(t *testing.T) {
			t.Parallel()
			body := encoded(t, coding, patterned(60_000))
			synctest.Test(t, func(t *testing.T) {
				gate := make(chan struct{})
				m := &many{before: func(int) error { <-gate; return nil }}
				in := &counted{Reader: bytes.NewReader(body)}
				done := make(chan *httptest.ResponseRecorder, 1)
				go func() { done <- post(t, api.New(uploading(m), api.Options{}), in, coding) }()
				synctest.Wait() // until everybody waits
				assert.Less(t, in.read.Load(), int64(len(body)/5))
				close(gate)
				w := <-done
				assert.Contains(t, w.Body.String(), `"accepted":60000,`)
				for _, n := range m.calls {
					assert.LessOrEqual(t, n, 4000)
				}
			})
		})
	}
	t.Run("large lines make small chunks", func(t *testing.T) {
		t.Parallel()
		m := &many{}
		line := beat(1) + strings.Repeat(" ", 60<<10) + "\n"
		upload(t, m, strings.NewReader(strings.Repeat(line, 200)), "")
		for _, n := range m.calls {
			assert.LessOrEqual(t, n, 18)
		}
	})
}

func TestBulkChunks(t *testing.T) {
	t.Parallel()
	for others, want := range map[int]int{7: 4000, 8: 1000} {
		t.Run(fmt.Sprintf("of an upload beside %d others hold at most %d lines", others, want), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				gate := make(chan struct{})
				m := &many{before: func(call int) error {
					if call > others {
						<-gate
					}
					return nil
				}}
				handler, done := api.New(uploading(m), api.Options{}), make(chan *httptest.ResponseRecorder, 9)
				var outs []io.Closer
				for i := range others {
					in, out := io.Pipe()
					outs = append(outs, out)
					go func() { done <- post(t, handler, in, "") }()
					_, err := io.WriteString(out, beat(i)+"\n")
					require.NoError(t, err)
				}
				synctest.Wait()
				go func() { done <- post(t, handler, strings.NewReader(patterned(20_000)), "") }()
				synctest.Wait() // until a chunk waits to be recorded, and the next one is full
				close(gate)
				assert.Contains(t, (<-done).Body.String(), `"accepted":20000,`)
				for _, out := range outs {
					require.NoError(t, out.Close())
					<-done
				}
				assert.Equal(t, want, m.calls[others+1])
				assert.LessOrEqual(t, slices.Max(m.calls), want)
			})
		})
	}
}

func TestBulkRecordsLinesWhileTheUploadGoesOn(t *testing.T) {
	t.Parallel()
	for _, coding := range codings() {
		synctest.Test(t, func(t *testing.T) {
			m := &many{}
			in, out := io.Pipe()
			done := make(chan *httptest.ResponseRecorder, 1)
			go func() { done <- post(t, api.New(uploading(m), api.Options{}), in, coding) }()
			for i := range 5 {
				_, err := out.Write(encoded(t, coding, beat(i)+"\n"+beat("next")[:30]))
				require.NoError(t, err)
				_, err = out.Write(encoded(t, coding, beat("next")[30:]+"\n"))
				require.NoError(t, err)
				synctest.Wait()
				assert.Len(t, m.ids(), 2*(i+1), coding)
			}
			require.NoError(t, out.Close())
			assert.Contains(t, (<-done).Body.String(), `"accepted":6,"duplicates":4`)
		})
	}
}

func overloaded() *domain.Error {
	return &domain.Error{Kind: domain.Overloaded, Message: "there is no room for more heartbeats now", RetryAfter: 1}
}

func TestBulkWaitsForRoomInTheLog(t *testing.T) {
	t.Parallel()
	t.Run("and records every line once", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			m := &many{before: func(call int) error {
				if call%10 != 0 {
					return overloaded()
				}
				return nil
			}}
			began := time.Now()
			answer := upload(t, m, strings.NewReader(beats(80_000)), "")
			assert.Equal(t, int64(80_000), answer.Accepted)
			assert.Len(t, m.stored, 80_000)
			assert.Greater(t, time.Since(began), time.Minute, "in all it may wait as long as there is progress")
		})
	})
	t.Run("but not for ever", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			m := &many{before: func(call int) error {
				if call > 2 {
					return overloaded()
				}
				return nil
			}}
			began := time.Now()
			w := post(t, api.New(uploading(m), api.Options{}), strings.NewReader("x\n"+beats(20_000)), "")
			u := requireUnfinished(t, w, http.StatusServiceUnavailable)
			assert.Equal(t, "1", w.Header().Get("Retry-After"))
			assert.Equal(t, int64(len(m.stored)), u.Accepted)
			assert.NotEmpty(t, u.Position)
			assert.Equal(t, int64(1), u.RejectedCount)
			assert.InDelta(t, 30, time.Since(began).Seconds(), 2)
		})
	})
}

func TestBulkWaitsForTheLookupOfAVehicle(t *testing.T) {
	t.Parallel()
	t.Run("and records every line", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			m := &many{verdict: func(h domain.Heartbeat, call int) *domain.Error {
				if strings.HasSuffix(h.ID, "7") && call < 8 {
					return overloaded()
				}
				return nil
			}}
			answer := upload(t, m, strings.NewReader(beats(2_000)), "")
			assert.Equal(t, int64(2_000), answer.Accepted)
			assert.Zero(t, answer.RejectedCount)
		})
	})
	t.Run("but for that ten seconds in all", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			m := &many{verdict: func(h domain.Heartbeat, _ int) *domain.Error {
				if strings.HasSuffix(h.ID, "7") {
					return overloaded()
				}
				return nil
			}}
			began := time.Now()
			answer := upload(t, m, strings.NewReader(beats(5_000)), "")
			assert.Equal(t, int64(4_500), answer.Accepted)
			assert.Equal(t, int64(500), answer.RejectedCount)
			require.Len(t, answer.Rejected, 100)
			for i, r := range answer.Rejected {
				require.Equal(t, api.RejectedLine{Line: int64(10*i + 7), Reason: "there is no room for more heartbeats now"}, r)
			}
			assert.InDelta(t, 10, time.Since(began).Seconds(), 1)
		})
	})
}

func TestBulkSaysHowFarItCameWhenTheLogFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		err    error
		status int
	}{
		{"the log cannot be reached", &domain.Error{Kind: domain.Unavailable, Message: "the log cannot be reached", RetryAfter: 2, Cause: errBroken}, 503},
		{"a fault of ours", errBroken, 500},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := &many{before: func(call int) error {
				if call == 3 {
					return test.err
				}
				return nil
			}}
			d, log := logged()
			d.Commands.RecordMany = m
			w := post(t, api.New(d, api.Options{}), strings.NewReader(beats(20_000)), "")
			u := requireUnfinished(t, w, test.status)
			assert.Equal(t, int64(len(m.stored)), u.Accepted)
			assert.Equal(t, "0f8fad5b.2", u.Position)
			assert.Equal(t, test.status == 500, log.Len() > 0, "an outage is not a line for every upload")
		})
	}
	t.Run("also when a vehicle cannot be looked up", func(t *testing.T) {
		t.Parallel()
		m := &many{verdict: func(h domain.Heartbeat, _ int) *domain.Error {
			if h.ID == "3" {
				return &domain.Error{Kind: domain.Unavailable, Message: "the log cannot be reached", RetryAfter: 2}
			}
			return nil
		}}
		u := requireUnfinished(t, post(t, api.New(uploading(m), api.Options{}), strings.NewReader(beats(5)), ""), http.StatusServiceUnavailable)
		assert.Equal(t, int64(len(m.stored)), u.Accepted)
		assert.Zero(t, u.RejectedCount)
	})
}

func TestBulkEndsWhenTheLogFails(t *testing.T) {
	t.Parallel()
	t.Run("and reads no further", func(t *testing.T) {
		t.Parallel()
		m := &many{before: func(int) error { return errBroken }}
		in := &counted{Reader: strings.NewReader(beats(200_000))}
		requireUnfinished(t, post(t, api.New(uploading(m), api.Options{}), in, ""), http.StatusInternalServerError)
		assert.Less(t, in.read.Load(), int64(10<<20))
	})
	t.Run("with an answer to a client that says no more, too", func(t *testing.T) {
		t.Parallel()
		m := &many{before: func(int) error { return errBroken }}
		base := serve(t, uploading(m))
		in, out := io.Pipe()
		go func() { _, _ = io.WriteString(out, beats(1)) }() // and neither more nor an end
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/heartbeats", in)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, http.StatusInternalServerError, response.StatusCode)
	})
	t.Run("and a panic is an answer too", func(t *testing.T) {
		t.Parallel()
		m := &many{before: func(int) error { panic("at the disco") }}
		d, log := logged()
		d.Commands.RecordMany = m
		requireProblem(t, post(t, api.New(d, api.Options{}), strings.NewReader(beats(5_000)), ""), http.StatusInternalServerError)
		assert.Contains(t, log.String(), "at the disco")
	})
}

// connected is an answer on a connection with deadlines.
type connected struct {
	*httptest.ResponseRecorder
	net.Conn
}

func (c connected) Write(b []byte) (int, error) { return c.ResponseRecorder.Write(b) }

func TestBulkMayTakeAsLongAsSomethingComes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		pause  time.Duration
		broken string
	}{
		{"a line every 50 seconds for hours", 50 * time.Second, ""},
		{"silence of more than 60 seconds is the end", 62 * time.Second, "nothing came for 60 s in line 2; the lines before it are kept"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				answered := make(chan struct{})
				go func() {
					defer func() { _ = theirs.Close() }()
					for i := range 200 {
						if _, err := io.WriteString(theirs, beat(i)+"\n"); err != nil {
							return
						}
						select {
						case <-time.After(test.pause):
						case <-answered:
							return
						}
					}
				}()
				r := httptest.NewRequest(http.MethodPost, "/heartbeats", ours)
				w := connected{httptest.NewRecorder(), ours}
				m := &many{}
				api.New(uploading(m), api.Options{}).ServeHTTP(w, r)
				close(answered)
				var answer api.HeartbeatsRecorded
				require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
				assert.Equal(t, test.broken, answer.Broken)
				assert.Equal(t, int64(len(m.stored)), answer.Accepted)
				_ = ours.Close()
			})
		})
	}
}

func TestBulkHasRoomForSoManyUploadsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handler := api.New(uploading(&many{}), api.Options{})
		in, out := io.Pipe()
		var group sync.WaitGroup
		statuses := make(chan int, 200)
		for range 128 {
			group.Go(func() { statuses <- post(t, handler, in, "").Code })
		}
		synctest.Wait()
		w := post(t, handler, strings.NewReader(beat(1)), "")
		assert.Zero(t, requireUnfinished(t, w, http.StatusServiceUnavailable).Accepted)
		assert.Equal(t, "5", w.Header().Get("Retry-After"))
		require.NoError(t, out.Close())
		group.Wait()
		for range 128 {
			assert.Equal(t, http.StatusOK, <-statuses)
		}
		assert.Equal(t, http.StatusOK, post(t, handler, strings.NewReader(beat(1)), "").Code, "the room is given back")
	})
}

func TestBulkUploadsOfOneKeyLeaveRoomForOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := uploading(&many{})
		d.Keys = keyring(keyMade("a", "", "admin"), keyMade("i", "", "ingest"), keyMade("j", "c1", "ingest"))
		handler := api.New(d, api.Options{})
		send := func(key string, body io.Reader) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodPost, "/heartbeats", body)
			r.Header.Set("Content-Type", "application/x-ndjson")
			r.Header.Set("Authorization", "Bearer "+keyText(key))
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			return w
		}
		in, out := io.Pipe()
		var group sync.WaitGroup
		for range 96 {
			group.Go(func() { assert.Equal(t, http.StatusOK, send("j", in).Code) })
		}
		synctest.Wait()
		w := send("j", strings.NewReader(beat(1)))
		assert.Zero(t, requireUnfinished(t, w, http.StatusServiceUnavailable).Accepted)
		assert.Equal(t, "5", w.Header().Get("Retry-After"))
		assert.Equal(t, http.StatusOK, send("i", strings.NewReader(beat(1))).Code, "another key has room")
		require.NoError(t, out.Close())
		group.Wait()
		assert.Equal(t, http.StatusOK, send("j", strings.NewReader(beat(1))).Code, "the room is given back")
	})
}

func TestBulkUploadsNeverFillTheLogTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const uploads, lines, turns = 32, 20, 8
		var now atomic.Int64
		gate := make(chan struct{})
		m := &many{before: func(int) error {
			now.Add(1)
			defer now.Add(-1)
			<-gate
			return nil
		}}
		handler := api.New(uploading(m), api.Options{})
		line := strings.Repeat(" ", 60<<10) + "\n" // makes chunks of a few lines
		body := strings.ReplaceAll(beats(lines), "\n", line)
		var group sync.WaitGroup
		for range uploads {
			group.Go(func() { assert.Equal(t, http.StatusOK, post(t, handler, strings.NewReader(body), "").Code) })
		}
		for taken := 0; ; taken += turns {
			synctest.Wait() // until everybody waits: for the log, or for a turn
			waiting := now.Load()
			if waiting == 0 {
				break
			}
			require.LessOrEqual(t, waiting, int64(turns))
			if taken == 0 {
				require.EqualValues(t, turns, waiting, "all of which are used")
			}
			for range waiting {
				gate <- struct{}{}
			}
		}
		group.Wait()
		assert.Len(t, m.stored, uploads*lines)
		assert.GreaterOrEqual(t, len(m.calls), 2*uploads, "each upload took several turns")
	})
}

func TestBulkEndsWithItsServer(t *testing.T) {
	t.Parallel()
	stored := make(chan struct{}, 10)
	m := &many{verdict: func(domain.Heartbeat, int) *domain.Error { stored <- struct{}{}; return nil }}
	d := uploading(m)
	server := api.NewServer(api.New(d, api.Options{}), d.Log)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }()
	in, out := io.Pipe()
	answered := make(chan string, 1)
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fmt.Sprintf("http://%s/heartbeats", listener.Addr()), in)
		if !assert.NoError(t, err) {
			return
		}
		response, err := http.DefaultClient.Do(r)
		if !assert.NoError(t, err) {
			return
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		answered <- fmt.Sprint(response.StatusCode, string(body))
	}()
	_, err = io.WriteString(out, beats(2)+"{")
	require.NoError(t, err)
	<-stored
	<-stored
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, server.Shutdown(ctx), "an upload that would go on for days does not hold it up")
	answer := <-answered
	assert.Contains(t, answer, "503")
	assert.Contains(t, answer, `"accepted":2`)
	assert.Contains(t, answer, "the server is being stopped")
}
