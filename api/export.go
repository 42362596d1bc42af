package api

import (
	"context"
	"encoding/csv"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// VehicleExporter finds all vehicles that a question means, a list page at a time: a queries.ExportVehiclesHandler.
type VehicleExporter interface {
	Pages(ctx context.Context, q queries.ListVehicles) iter.Seq2[queries.VehicleList, error]
}

const (
	// exportPattern is what exports are counted under: they may last for minutes, and would make the times of lists look so.
	exportPattern = "GET " + vehiclesPath + " " + typeCSV
	// exportsAtOnce is how many exports may be under way: each reads the view as fast as its client takes it.
	exportsAtOnce = 8
)

const exportDoc = " With format=csv or Accept: text/csv all matches come in one CSV file (RFC 4180, UTF-8 with the byte-order mark that spreadsheets need), " +
	"in the same order and without limit and cursor, streamed. Its columns are vin, registration_number, customer, status, since, last_heartbeat, deadline, lat, lon, " +
	"location_at, timeout_seconds and as_of, the moment that the line is of. A name or registration number that a spreadsheet would take for a formula has an apostrophe " +
	"before it. A vehicle that changes its place in the order while the file is written may be missing or there twice; with sort=vin each is there once. " +
	"A file that could not be written to its end is broken off, not ended."

// exporter is the way of a list as a file.
type exporter struct {
	*server
	room     chan struct{} // holds one for each export under way
	stopping stopping
}

func newExporter(s *server) *exporter {
	return &exporter{server: s, room: make(chan struct{}, exportsAtOnce)}
}

// describe documents the form of the answer that huma does not know of.
func (e *exporter) describe(list operation) {
	e.operations[exportPattern] = "exportVehicles"
	e.huma.OpenAPI().Paths[list.path].Get.Responses["200"].Content[typeCSV] = &huma.MediaType{
		Schema: &huma.Schema{Type: huma.TypeString, Description: "All matches, one a line; the first line names the columns"},
	}
}

// formatParam says in which form the list of vehicles is wanted.
func formatParam() *huma.Param {
	return queryParam("format", "The form of the answer, for who cannot send Accept: a link in a page, for one", enumSchema("json", "csv"))
}

// exported answers with a file where that is what is asked for. It returns when it is sent.
func (e *exporter) exported(op operation, w http.ResponseWriter, r *http.Request) bool {
	w.Header()["Vary"] = []string{"Accept"}
	switch format := r.URL.Query().Get("format"); {
	case format == "csv":
	case format != "" || !prefers(r.Header.Values("Accept"), typeCSV):
		return false
	}
	r.Pattern = exportPattern
	q, err := e.question(op, &request{Request: r, w: w})
	if err != nil {
		e.problem("exportVehicles", r, err).write(w)
		return true
	}
	select {
	case e.room <- struct{}{}:
		defer func() { <-e.room }()
	default:
		e.problem("exportVehicles", r, &domain.Error{Kind: domain.Overloaded, RetryAfter: 10, Message: "too many exports at once"}).write(w)
		return true
	}
	e.send(w, r, q)
	return true
}

// question reads what is to be exported.
func (e *exporter) question(op operation, r *request) (queries.ListVehicles, error) {
	if err := r.params.read(r.URL.RawQuery, op.params); err != nil {
		return queries.ListVehicles{}, err
	}
	for _, name := range []string{"limit", "cursor", "facets"} {
		if r.given(name) {
			r.fail(domain.InvalidField(name, "does not go with CSV, which holds all matches"))
		}
	}
	q := e.listVehicles(r)
	q.Owner = ownerOf(r.Context())
	return q, r.err()
}

// send writes the file. An error before its first line is answered; one in the middle breaks the connection.
func (e *exporter) send(w http.ResponseWriter, r *http.Request, q queries.ListVehicles) {
	control := http.NewResponseController(w)
	watched := newBulkBody(control, http.NoBody) // only told when the server stops
	defer e.stopping.watch(r, watched)()
	begun := false
	for list, err := range e.deps.Queries.ExportVehicles.Pages(r.Context(), q) {
		if err == nil {
			err = watched.cutWhy()
		}
		// The deadline of a whole answer would end a long file; without any, a client that stands still would hold room for ever.
		_ = control.SetWriteDeadline(time.Now().Add(silence))
		switch {
		case err != nil && !begun:
			e.problem("exportVehicles", r, err).write(w)
			return
		case err != nil:
			_ = e.problem("exportVehicles", r, err) // told to the log: the client sees only that the file breaks off
			panic(http.ErrAbortHandler)
		}
		if !begun {
			begin(w, list.AsOf)
			begun = true
			if r.Method == http.MethodHead {
				return
			}
			_, _ = io.WriteString(w, "\ufeff"+strings.Join(exportColumns(), ",")+"\r\n")
		}
		if writeVehicles(w, list) != nil || control.Flush() != nil {
			panic(http.ErrAbortHandler) // the client went away
		}
	}
}

// begin sends the headers of a file.
func begin(w http.ResponseWriter, asOf domain.Instant) {
	name := "vehicles.csv"
	if !asOf.IsZero() {
		name = "vehicles-" + asOf.Time().UTC().Format("20060102-150405") + ".csv"
	}
	header := w.Header()
	header["Content-Type"] = []string{typeCSV + "; charset=utf-8; header=present"}
	header["Content-Disposition"] = []string{`attachment; filename="` + name + `"`}
	header["X-Accel-Buffering"] = []string{"no"}
	w.WriteHeader(http.StatusOK)
}

func exportColumns() []string {
	return []string{"vin", "registration_number", "customer", "status", "since", "last_heartbeat", "deadline", "lat", "lon", "location_at", "timeout_seconds", "as_of"}
}

// writeVehicles writes a line a vehicle.
func writeVehicles(w io.Writer, list queries.VehicleList) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	cells := make([]string, 0, len(exportColumns()))
	asOf := momentCell(list.AsOf)
	for i := range list.Items {
		v := &list.Items[i]
		lat, lon, at := "", "", ""
		if l := v.Location; l != nil {
			lat, lon, at = strconv.FormatFloat(l.Lat, 'f', -1, 64), strconv.FormatFloat(l.Lon, 'f', -1, 64), momentCell(l.At)
		}
		cells = append(cells[:0], string(v.VIN), textCell(v.RegistrationNumber), textCell(v.Customer.Name), string(v.Status), momentCell(v.Since),
			momentCell(v.LastHeartbeat), momentCell(v.Deadline), lat, lon, at, strconv.FormatInt(v.TimeoutSeconds, 10), asOf)
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// momentCell writes a moment, nothing for none.
func momentCell(at domain.Instant) string {
	if at.IsZero() {
		return ""
	}
	return at.String()
}

// textCell makes a text that people gave harmless: a spreadsheet would carry out one that begins like a formula.
func textCell(text string) string {
	first, _ := utf8.DecodeRuneInString(text)
	if text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + text
	}
	return text
}
