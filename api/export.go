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
)

const (
	// exportsAtOnce is how many exports may be under way: each reads the views as fast as its client takes it.
	exportsAtOnce = 8
	// exportFileDoc is what is the same of all files.
	exportFileDoc = " With format=csv or Accept: text/csv all matches come in one CSV file (RFC 4180, UTF-8 with the byte-order mark that spreadsheets need), " +
		"in the same order and without limit and cursor, streamed. "
	exportEndDoc = " A file that could not be written to its end is broken off, not ended."
)

// exporter is the way of lists as files.
type exporter struct {
	*server
	room     chan struct{} // holds one for each export under way
	stopping stopping
}

func newExporter(s *server) *exporter {
	return &exporter{server: s, room: make(chan struct{}, exportsAtOnce)}
}

// sheet is a list as a file.
type sheet struct {
	operation string // what exports are counted as: they may last for minutes, and would make the times of lists look so
	name      string // of the file, before the moment that it is of
	columns   []string
	list      operation // that it is another form of
	without   []string  // parameters of the list that do not go with a file
	// pages reads the question and returns its answer, a part at a time. What is wrong with the question is left in r.
	pages func(r *request) iter.Seq2[sheetPage, error]
}

// sheetPage is a part of a file.
type sheetPage struct {
	asOf  domain.Instant
	lines iter.Seq[[]string] // cells, which are good until the next line
}

func (s sheet) pattern() string { return "GET " + s.list.path + " " + typeCSV }

// export registers the list that a sheet is another form of, and the sheet.
func export[A any](e *exporter, f sheet, handle func(context.Context, *request) (A, error)) {
	list := f.list
	list.instead = func(w http.ResponseWriter, r *http.Request) bool { return e.exported(f, w, r) }
	register(e.server, list, handle)
	e.operations[f.pattern()] = f.operation
	e.huma.OpenAPI().Paths[list.path].Get.Responses["200"].Content[typeCSV] = &huma.MediaType{ // huma does not know of this form
		Schema: &huma.Schema{Type: huma.TypeString, Description: "All matches, one a line; the first line names the columns"},
	}
}

// formatParam says in which form a list is wanted.
func formatParam() *huma.Param {
	return queryParam("format", "The form of the answer, for who cannot send Accept: a link in a page, for one", enumSchema("json", "csv"))
}

// format checks in which form a list is wanted; that it may be csv is known before.
func (p *params) format() {
	if format := p.text("format"); format != "" && format != "json" && format != "csv" {
		p.fail(domain.InvalidField("format", "must be json or csv"))
	}
}

// exported answers with a file where that is what is asked for. It returns when it is sent.
func (e *exporter) exported(f sheet, w http.ResponseWriter, r *http.Request) bool {
	w.Header()["Vary"] = []string{"Accept"}
	switch format := r.URL.Query().Get("format"); {
	case format == "csv":
	case format != "" || !prefers(r.Header.Values("Accept"), typeCSV):
		return false
	}
	r.Pattern = f.pattern()
	pages, err := e.question(f, &request{Request: r, w: w})
	if err != nil {
		e.problem(f.operation, r, err).write(w)
		return true
	}
	select {
	case e.room <- struct{}{}:
		defer func() { <-e.room }()
	default:
		e.problem(f.operation, r, &domain.Error{Kind: domain.Overloaded, RetryAfter: 10, Message: "too many exports at once"}).write(w)
		return true
	}
	e.send(f, w, r, pages)
	return true
}

// question reads what is to be exported.
func (e *exporter) question(f sheet, r *request) (iter.Seq2[sheetPage, error], error) {
	if err := r.params.read(r.URL.RawQuery, f.list.params); err != nil {
		return nil, err
	}
	for _, name := range f.without {
		if r.given(name) {
			r.fail(domain.InvalidField(name, "does not go with CSV, which holds all matches"))
		}
	}
	pages := f.pages(r)
	return pages, r.err()
}

// send writes the file. An error before its first line is answered; one in the middle breaks the connection.
func (e *exporter) send(f sheet, w http.ResponseWriter, r *http.Request, pages iter.Seq2[sheetPage, error]) {
	control := http.NewResponseController(w)
	watched := newBulkBody(control, http.NoBody) // only told when the server stops
	defer e.stopping.watch(r, watched)()
	begun := false
	for page, err := range pages {
		if err == nil {
			err = watched.cutWhy()
		}
		// The deadline of a whole answer would end a long file; without any, a client that stands still would hold room for ever.
		_ = control.SetWriteDeadline(time.Now().Add(silence))
		switch {
		case err != nil && !begun:
			e.problem(f.operation, r, err).write(w)
			return
		case err != nil:
			_ = e.problem(f.operation, r, err) // told to the log: the client sees only that the file breaks off
			panic(http.ErrAbortHandler)
		}
		if !begun {
			f.begin(w, page.asOf)
			begun = true
			if r.Method == http.MethodHead {
				return
			}
			_, _ = io.WriteString(w, "\ufeff"+strings.Join(f.columns, ",")+"\r\n")
		}
		if writeLines(w, page.lines) != nil || control.Flush() != nil {
			panic(http.ErrAbortHandler) // the client went away
		}
	}
}

// begin sends the headers of a file.
func (s sheet) begin(w http.ResponseWriter, asOf domain.Instant) {
	name := s.name + ".csv"
	if !asOf.IsZero() {
		name = s.name + "-" + asOf.Time().UTC().Format("20060102-150405") + ".csv"
	}
	header := w.Header()
	header["Content-Type"] = []string{typeCSV + "; charset=utf-8; header=present"}
	header["Content-Disposition"] = []string{`attachment; filename="` + name + `"`}
	header["X-Accel-Buffering"] = []string{"no"}
	w.WriteHeader(http.StatusOK)
}

// writeLines writes lines of cells.
func writeLines(w io.Writer, lines iter.Seq[[]string]) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for cells := range lines {
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

// numberCell writes a number, nothing for none.
func numberCell(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// textCell makes a text that people gave harmless: a spreadsheet would carry out one that begins like a formula.
func textCell(text string) string {
	first, _ := utf8.DecodeRuneInString(text)
	if text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + text
	}
	return text
}
