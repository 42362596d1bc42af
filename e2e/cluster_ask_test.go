package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	sigStop = syscall.SIGSTOP
	sigCont = syscall.SIGCONT
)

// glance is how long a process is given to say how it is: one that does not is taken to say nothing.
const glance = time.Second

// fetch asks and returns the status and the text of the answer; 0 where there was none in time.
func fetch(method, address string, within time.Duration) (int, string) {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if err != nil {
		return 0, ""
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, ""
	}
	return answer.StatusCode, string(text)
}

// ready reports whether a process says that it is ready.
func (n *node) ready() bool {
	status, _ := fetch(http.MethodGet, n.base+"/readyz", glance)
	return status == http.StatusOK
}

// leaves waits until a process says that it is not ready, and returns how long after a moment that was.
func (n *node) leaves(since time.Time) time.Duration {
	for time.Since(since) < patience {
		if status, _ := fetch(http.MethodGet, n.base+"/readyz", patience); status == http.StatusServiceUnavailable {
			break
		}
		pass(often)
	}
	return time.Since(since)
}

// getAfter returns a vehicle as it stands when everything through a position shows, which a node among others may ask to wait for.
func (n *node) getAfter(vin, position string) (v vehicle) {
	n.t.Helper()
	eventually(n.t, "a vehicle shows at its position", func() bool {
		status, text := n.try("GET", "/api/v1/vehicles/"+vin+"?after="+position, nil)
		return status == 200 && json.Unmarshal(text, &v) == nil
	})
	return v
}

// register makes a vehicle known and waits until this node shows it.
func (n *node) register(vin, plate, customer string) {
	n.t.Helper()
	var w written
	n.ask(201, "POST", "/api/v1/vehicles", map[string]any{"vin": vin, "registrationNumber": plate, "customer": customer}, &w)
	n.getAfter(vin, w.Position)
}

// metric returns a number of a process by its name and labels, and whether the process told it.
func (n *node) metric(name string) (float64, bool) {
	_, text := fetch(http.MethodGet, n.base+"/metrics", glance)
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			number, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return number, err == nil
		}
	}
	return 0, false
}

// owns reports whether a process says that it owns something.
func (n *node) owns(what ownership) bool {
	value, known := n.metric(string(what))
	return known && value == 1
}

// cleanup is a context for what is done when the test's own has ended.
func cleanup(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*patience)
	t.Cleanup(cancel)
	return ctx
}
