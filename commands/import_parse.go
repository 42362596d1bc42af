package commands

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"fleetbeat/domain"
)

// The most that one import may hold.
const (
	MaxImportRows  = 200_000
	MaxImportBytes = 32 << 20
)

// Row is one line of an import, as text. Cells may have space around them.
type Row struct {
	Line               int // counted from 1, the header's
	VIN                string
	RegistrationNumber string
	Customer           string
	CustomerAddress    string  // empty: as it is
	IntervalSeconds    *string // nil: there is no such column, as it is; empty: inherits
	GraceSeconds       *string // likewise
}

// LineProblem is one thing wrong, or worth a look, in a line of an import.
type LineProblem struct {
	Line    int    // 0 for no single line
	Field   string // the column; empty for the whole line
	Message string
}

// Location says where the problem is: "line 7: vin", "line 7" for the whole line, "file" for no single line.
func (p LineProblem) Location() string {
	where := "file"
	if p.Line > 0 {
		where = fmt.Sprintf("line %d", p.Line)
	}
	if p.Field == "" {
		return where
	}
	return where + ": " + p.Field
}

// columns are the columns of an import, the required ones first.
var columns = [...]string{"vin", "registration_number", "customer", "customer_address", "interval_seconds", "grace_seconds"}

// requiredColumns is how many of columns must be there.
const requiredColumns = 3

// unreadColumns are the columns that an exported list of vehicles has besides: they tell what became of vehicles and
// cannot be set. They are left out with a warning, so that a list can be exported, corrected and imported again.
var unreadColumns = [...]string{"status", "since", "last_heartbeat", "deadline", "lat", "lon", "location_at", "timeout_seconds", "as_of"}

// ImportFile is what [ParseImport] read.
type ImportFile struct {
	Rows     []Row
	Problems []LineProblem // lines that are no rows
	Warnings []LineProblem
}

// ParseImport reads the CSV of an import: UTF-8, with or without byte order mark; cells separated by commas or, as
// spreadsheets in much of Europe write it, semicolons; the columns vin, registration_number, customer,
// customer_address, interval_seconds and grace_seconds in any order, the first three required. Empty lines are left out,
// and so are the other columns of an exported list.
//
// Problems are of single lines, for [ImportFleet] to report together with its own. The error is Invalid or Malformed:
// a header that is not understood, too many lines or bytes, another encoding; or r's own.
func ParseImport(r io.Reader) (ImportFile, error) {
	limited := &limitedReader{r: r, left: MaxImportBytes}
	buffered := bufio.NewReaderSize(limited, 64<<10)
	start, err := buffered.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return ImportFile{}, err
	}
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		_, _ = buffered.Discard(3) // they were peeked at
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return ImportFile{}, domain.Errorf(domain.Malformed, "the file is UTF-16; save it as CSV in UTF-8")
	case bytes.HasPrefix(start, []byte("PK\x03\x04")), bytes.HasPrefix(start, []byte("\xd0\xcf\x11\xe0")): // xlsx and ods; xls
		return ImportFile{}, domain.Errorf(domain.Malformed, "the file is a spreadsheet or an archive; save it as CSV in UTF-8")
	case bytes.HasPrefix(start, []byte("\x1f\x8b")):
		return ImportFile{}, domain.Errorf(domain.Malformed, "the file is compressed; unpack it, or send it with Content-Encoding: gzip")
	}
	p := importParser{csv: csv.NewReader(buffered)}
	p.csv.FieldsPerRecord = -1 // a short line is a problem of its own, not the end
	p.csv.ReuseRecord = true
	p.csv.Comma = separator(buffered)
	if err := p.header(); err != nil {
		return ImportFile{}, err
	}
	if err := p.lines(); err != nil {
		return ImportFile{}, err
	}
	return p.file, nil
}

// separator returns what separates the cells of the first line.
func separator(r *bufio.Reader) rune {
	line, _ := r.Peek(r.Size()) // an error, or an end within the line, comes again when the line is read
	line, _, _ = bytes.Cut(line, []byte("\n"))
	if bytes.Count(line, []byte(";")) > bytes.Count(line, []byte(",")) {
		return ';'
	}
	return ','
}

type importParser struct {
	csv      *csv.Reader
	column   [len(columns)]int // where each of columns is, -1 for nowhere
	width    int               // of the header
	nameless []int             // columns without a name, where no text may stand
	file     ImportFile
}

func (p *importParser) header() error {
	cells, err := p.csv.Read()
	var broken *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return domain.Errorf(domain.Invalid, "the file is empty; its first line names the columns")
	case errors.As(err, &broken):
		return domain.Errorf(domain.Malformed, "the first line is not CSV: %s", csvReason(broken))
	case err != nil:
		return err
	}
	p.width = len(cells)
	for i := range p.column {
		p.column[i] = -1
	}
	var unread []string
	for at, cell := range cells {
		name := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(cell)))
		i := slices.Index(columns[:], name)
		switch {
		case name == "":
			p.nameless = append(p.nameless, at)
		case slices.Contains(unreadColumns[:], name):
			unread = append(unread, name)
		case i < 0 && strings.Contains(name, "\t"):
			return domain.Errorf(domain.Invalid, "the cells of the first line are separated by tabs; save the file with commas or semicolons")
		case i < 0:
			return domain.Errorf(domain.Invalid, "the column %q is not known; known are %s", clipped(name), strings.Join(columns[:], ", "))
		case p.column[i] >= 0:
			return domain.Errorf(domain.Invalid, "the column %q is there twice", name)
		default:
			p.column[i] = at
		}
	}
	for i, name := range columns[:requiredColumns] {
		if p.column[i] < 0 {
			return domain.Errorf(domain.Invalid, "the column %q is missing; the first line names the columns", name)
		}
	}
	if len(unread) > 0 {
		message := "nothing is imported from the columns of an exported list that tell of contact: " + strings.Join(unread, ", ")
		p.file.Warnings = append(p.file.Warnings, LineProblem{Line: 1, Message: message})
	}
	return nil
}

// lines reads what follows the header. A line that is not CSV does not keep those after it from being read, so that all
// that is wrong is told at once; a quotation mark that is not closed takes more with it.
func (p *importParser) lines() error {
	for {
		cells, err := p.csv.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &broken):
			p.refuse(broken.StartLine, csvReason(broken))
			if len(p.file.Problems) >= maxImportProblems {
				return nil
			}
			continue
		case err != nil:
			return err
		}
		if !slices.ContainsFunc(cells, hasText) {
			continue
		}
		if len(p.file.Rows) == MaxImportRows {
			return domain.Errorf(domain.Invalid, "more than %d lines; import them in several files", MaxImportRows)
		}
		p.row(cells)
	}
}

func (p *importParser) refuse(line int, message string) {
	p.file.Problems = append(p.file.Problems, LineProblem{Line: line, Message: message})
}

func hasText(cell string) bool { return strings.TrimSpace(cell) != "" }

func (p *importParser) row(cells []string) {
	line, _ := p.csv.FieldPos(0)
	if slices.ContainsFunc(cells[min(p.width, len(cells)):], hasText) {
		p.refuse(line, fmt.Sprintf("has %d cells, the first line has %d", len(cells), p.width))
		return
	}
	for _, at := range p.nameless {
		if at < len(cells) && hasText(cells[at]) {
			p.refuse(line, fmt.Sprintf("has text in column %d, which has no name in the first line", at+1))
			return
		}
	}
	cell := func(i int) *string {
		at := p.column[i]
		if at < 0 {
			return nil
		}
		text := ""
		if at < len(cells) {
			text = plainCell(strings.TrimSpace(cells[at]))
		}
		return &text
	}
	row := Row{Line: line, VIN: *cell(0), RegistrationNumber: *cell(1), Customer: *cell(2), IntervalSeconds: cell(4), GraceSeconds: cell(5)}
	if address := cell(3); address != nil {
		row.CustomerAddress = *address
	}
	p.file.Rows = append(p.file.Rows, row)
}

// plainCell takes away the apostrophe that an exported list puts before what a spreadsheet would take for a formula.
func plainCell(text string) string {
	if rest, ok := strings.CutPrefix(text, "'"); ok && rest != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(rest)[0]) {
		return rest
	}
	return text
}

func csvReason(e *csv.ParseError) string {
	switch {
	case errors.Is(e.Err, csv.ErrQuote) && e.Line > e.StartLine:
		return fmt.Sprintf("a quotation mark that is not closed: all up to line %d was read as one cell", e.Line)
	case errors.Is(e.Err, csv.ErrQuote), errors.Is(e.Err, csv.ErrBareQuote):
		return `a quotation mark in the wrong place (write "" for one inside a quoted cell)`
	}
	return "not readable as CSV"
}

// limitedReader returns an Invalid error, not an early end, when there is more than left: a file cut off in silence
// would be imported in half.
type limitedReader struct {
	r    io.Reader
	left int64
}

// Read reads.
func (l *limitedReader) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	if l.left -= int64(n); l.left < 0 {
		return 0, domain.Errorf(domain.Invalid, "more than %d MiB; import it in several files", MaxImportBytes>>20)
	}
	return n, err
}
