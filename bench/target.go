package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// target is a server of the run, as whoever asks it sees it.
type target struct {
	Server
	client *http.Client
}

// serve starts a server on a folder and waits until it is ready. stop ends it.
func (s *session) serve(ctx context.Context, data string) (t *target, stop func(), err error) {
	began := time.Now()
	server, err := s.Fleetbeat.Serve(ctx, data)
	if err != nil {
		return nil, nil, err
	}
	t = &target{Server: server, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}}
	stop = func() {
		t.client.CloseIdleConnections()
		s.stop(server)
	}
	if err = s.awaitReady(ctx, t); err != nil {
		stop()
		return nil, nil, err
	}
	s.say("  a server is ready %.1f s after its start", time.Since(began).Seconds())
	return t, stop, nil
}

// stop ends a server. What was measured stays good where it did not stop in order, as on a machine with too much to do; it
// is said.
func (s *session) stop(server Server) {
	if err := server.Stop(); err != nil {
		s.say("  %v", err)
	}
}

// answer is what a server answered.
type answer struct {
	status int
	body   []byte
}

func (t *target) send(ctx context.Context, method, path, contentType string, body io.Reader) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+t.Addr()+path, body)
	if err != nil {
		return answer{}, err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := t.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return answer{response.StatusCode, text}, nil
}

// ask sends a request that must be answered well, and reads the answer into what it is given, unless that is nil.
func (t *target) ask(ctx context.Context, method, path, contentType string, body io.Reader, into any) error {
	a, err := t.send(ctx, method, path, contentType, body)
	if err != nil {
		return err
	}
	if a.status/100 != 2 {
		return fmt.Errorf("%s %s: %w: %d %.300s", method, path, errAnswer, a.status, a.body)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("%s %s: %w: %w", method, path, errAnswer, err)
	}
	return nil
}

func (t *target) get(ctx context.Context, path string, into any) error {
	return t.ask(ctx, http.MethodGet, path, "", nil, into)
}

// uploaded is what a stream of heartbeats is answered.
type uploaded struct {
	Accepted int64  `json:"accepted"`
	Position string `json:"position"`
}

// upload sends lines, which must all be accepted, and returns where the last of them is.
func (t *target) upload(ctx context.Context, lines []byte, n int) (position string, err error) {
	var u uploaded
	if err := t.ask(ctx, http.MethodPost, "/heartbeats", "application/x-ndjson", strings.NewReader(string(lines)), &u); err != nil {
		return "", err
	}
	if u.Accepted != int64(n) {
		return "", fmt.Errorf("upload of %d lines: %w: %d accepted", n, errAnswer, u.Accepted)
	}
	return u.Position, nil
}

// settle waits until the views show what lies at a position, so that nobody works at it while something else is measured.
func (t *target) settle(ctx context.Context, position string) error {
	return until(ctx, "the views have caught up", func(ctx context.Context) (bool, error) {
		a, err := t.send(ctx, http.MethodGet, "/api/v1/vehicles?limit=1&after="+url.QueryEscape(position), "", nil)
		if err != nil {
			return false, err
		}
		if a.status != http.StatusOK && a.status != http.StatusServiceUnavailable {
			return false, fmt.Errorf("%w: %d %.300s", errAnswer, a.status, a.body)
		}
		return a.status == http.StatusOK, nil
	})
}

// metrics reads what the server says of itself.
func (t *target) metrics(ctx context.Context) (metrics, error) {
	a, err := t.send(ctx, http.MethodGet, "/metrics", "", nil)
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		return nil, fmt.Errorf("GET /metrics: %w: %d %.300s", errAnswer, a.status, a.body)
	}
	return parseMetrics(string(a.body)), nil
}
