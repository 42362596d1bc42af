package simulate

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/assert"
)

// fake is a Fleetbeat that connects vehicles with their first heartbeat and never disconnects any.
type fake struct {
	t       *testing.T
	url     string
	answers func(w http.ResponseWriter, vin, id string, times int) bool // false: it is answered 202; nil: always

	mu        sync.Mutex
	imported  map[string]string // plate by VIN
	customers map[string]bool
	ids       map[string]int // by VIN and id, how often it came
	last      map[string]time.Time
	bodies    []map[string]any
	uploads   int
	events    []string
	timeout   int    // of every vehicle, in seconds
	lie       string // a VIN that is told to be disconnected with the first event
	moved     chan struct{}
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{
		t: t, timeout: 90, imported: map[string]string{}, customers: map[string]bool{}, ids: map[string]int{}, last: map[string]time.Time{}, moved: make(chan struct{}),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/settings", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"intervalSeconds":60,"graceSeconds":30}`)
	})
	mux.HandleFunc("POST /api/v1/vehicles:import", f.importCSV)
	mux.HandleFunc("POST /heartbeat/{vin}", f.heartbeat)
	mux.HandleFunc("POST /heartbeats", f.upload)
	mux.HandleFunc("GET /api/v1/vehicles/{vin}", f.vehicle)
	mux.HandleFunc("GET /api/v1/vehicles/{vin}/timeline", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"intervals":[]}`) })
	mux.HandleFunc("GET /api/v1/changes", f.changes)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *fake) importCSV(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	registered, unchanged := 0, 0
	for _, line := range strings.Split(strings.TrimSpace(string(body)), "\n")[1:] {
		cells := strings.Split(line, ",")
		if _, known := f.imported[cells[0]]; known {
			unchanged++
		} else {
			registered++
		}
		f.imported[cells[0]], f.customers[cells[2]] = cells[1], true
	}
	fmt.Fprintf(w, `{"registered":%d,"unchanged":%d,"position":"a.1"}`, registered, unchanged)
}

// contact takes a heartbeat, and reports whether it is the first of a vehicle.
func (f *fake) contact(vin string, body map[string]any, at time.Time) (times int) {
	id, _ := body["id"].(string)
	f.ids[vin+" "+id]++
	f.bodies = append(f.bodies, body)
	if f.last[vin].IsZero() {
		f.tell("connected", vin, at)
		if f.lie == "" {
			f.lie = vin
		}
	}
	f.last[vin] = at
	return f.ids[vin+" "+id]
}

func (f *fake) tell(status, vin string, at time.Time) {
	moment := at.UTC().Format(sentAtLayout)
	f.events = append(f.events, fmt.Sprintf("id: a.%d\nevent: %s\ndata: {\"vin\":%q,\"at\":%q,\"lastHeartbeat\":%q}\n\n", 10+len(f.events), status, vin, moment, moment))
	close(f.moved)
	f.moved = make(chan struct{})
}

func (f *fake) heartbeat(w http.ResponseWriter, r *http.Request) {
	vin := r.PathValue("vin")
	var body map[string]any
	assert.NoError(f.t, json.NewDecoder(r.Body).Decode(&body))
	f.mu.Lock()
	defer f.mu.Unlock()
	id, _ := body["id"].(string)
	if f.answers != nil && f.answers(w, vin, id, f.ids[vin+" "+id]) {
		f.ids[vin+" "+id]++
		return
	}
	times := f.contact(vin, body, time.Now())
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprintf(w, `{"id":%q,"position":"a.2","duplicate":%v}`, id, times > 1)
}

func (f *fake) upload(w http.ResponseWriter, r *http.Request) {
	assert.Equal(f.t, "gzip", r.Header.Get("Content-Encoding"))
	assert.Equal(f.t, "application/x-ndjson", r.Header.Get("Content-Type"))
	text, err := gzip.NewReader(r.Body)
	assert.NoError(f.t, err)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.uploads++
	accepted := 0
	for lines := json.NewDecoder(text); lines.More(); accepted++ {
		var body map[string]any
		assert.NoError(f.t, lines.Decode(&body))
		f.contact(body["vin"].(string), body, time.Now())
	}
	fmt.Fprintf(w, `{"accepted":%d,"duplicates":0,"rejectedCount":0,"rejected":[]}`, accepted)
}

func (f *fake) vehicle(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	vin := r.PathValue("vin")
	if last := f.last[vin]; !last.IsZero() {
		fmt.Fprintf(w, `{"vin":%q,"timeoutSeconds":%d,"lastHeartbeat":%q}`, vin, f.timeout, last.UTC().Format(sentAtLayout))
		return
	}
	fmt.Fprintf(w, `{"vin":%q,"timeoutSeconds":%d}`, vin, f.timeout)
}

func (f *fake) changes(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Accept") != "text/event-stream" {
		f.mu.Lock()
		defer f.mu.Unlock()
		item := ""
		if len(f.events) > 0 {
			item = fmt.Sprintf(`{"position":"a.%d"}`, 9+len(f.events))
		}
		fmt.Fprintf(w, `{"items":[%s],"position":"a.%d","asOf":%q}`, item, 9+len(f.events), time.Now().UTC().Format(sentAtLayout))
		return
	}
	var told int
	_, _ = fmt.Sscanf(r.Header.Get("Last-Event-ID"), "a.%d", &told)
	for told -= 9; ; {
		f.mu.Lock()
		news, moved := f.events[told:], f.moved
		f.mu.Unlock()
		for _, e := range news {
			fmt.Fprint(w, e)
		}
		told += len(news)
		w.(http.Flusher).Flush()
		select {
		case <-moved:
		case <-r.Context().Done():
			return
		}
	}
}
