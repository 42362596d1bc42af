package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"fleetbeat/commands"
	"fleetbeat/domain"
)

// The media types of CSV, the registered one first.
const (
	typeCSV    = "text/csv"
	typeOldCSV = "application/csv"
)

// importPatience is how long a file may take to arrive: 32 MiB on a line of half a megabit a second. Whoever sends a byte a
// minute would keep others from importing for ever.
const importPatience = 10 * time.Minute

// read reads the file of an import, line by line: what is kept are the rows, not the text.
func (i *importer) read(r *request) (commands.ImportFile, error) {
	coding, err := csvCoding(r.Header)
	if err != nil {
		return commands.ImportFile{}, err
	}
	if r.ContentLength > commands.MaxImportBytes {
		return commands.ImportFile{}, fileTooLarge()
	}
	body := newBulkBody(http.NewResponseController(r.w), r.Body)
	defer i.stopping.watch(r.Request, body)()
	allowed, done := i.whileLetIn(context.WithoutCancel(r.Context()))
	defer done()
	defer context.AfterFunc(allowed, func() { body.cut(errTurnedAway()) })()
	timer := time.AfterFunc(importPatience, func() { body.cut(fileTooSlow()) })
	defer timer.Stop()

	whole := &boundedReader{from: body, left: commands.MaxImportBytes}
	file, err := parseFile(coding, whole)
	if err == nil {
		err = r.letIn(r.Request)
	}
	if err != nil {
		err = unreadable(body, err)
		_, _ = io.Copy(io.Discard, whole) // a client that is still sending would not read why it is refused
	}
	return file, err
}

func parseFile(coding coding, whole io.Reader) (commands.ImportFile, error) {
	if coding == codingNone {
		return commands.ParseImport(whole)
	}
	text, err := gzip.NewReader(whole)
	switch {
	case errors.Is(err, io.EOF):
		return commands.ParseImport(whole) // an empty body is an empty file, however it is compressed
	case errors.Is(err, gzip.ErrHeader):
		return commands.ImportFile{}, malformed("the body is not gzip, as its Content-Encoding says", err)
	case err != nil:
		return commands.ImportFile{}, err
	}
	return commands.ParseImport(&boundedReader{from: text, left: commands.MaxImportBytes})
}

// unreadable says in plain words why a file could not be read.
func unreadable(body *bulkBody, err error) error {
	var known *domain.Error
	var problem *Problem
	switch {
	case body.cutWhy() != nil:
		return body.cutWhy()
	case errors.As(err, &known), errors.As(err, &problem):
		return err
	case body.silent():
		return newProblem(http.StatusRequestTimeout, fmt.Sprintf("nothing came of the file for %d s", int(silence.Seconds())))
	case body.err != nil, errors.Is(err, io.ErrUnexpectedEOF):
		return malformed("the body broke off; nothing was imported", err)
	}
	return malformed("the compressed body is damaged; nothing was imported", err)
}

// csvCoding reads what a request says of its file.
func csvCoding(header http.Header) (coding, error) {
	if given := header.Values("Content-Type"); len(given) > 0 {
		media, params, err := mime.ParseMediaType(strings.Join(given, ", "))
		charset := params["charset"]
		if err != nil || media != typeCSV && media != typeOldCSV || charset != "" && !strings.EqualFold(charset, "utf-8") {
			return "", newProblem(http.StatusUnsupportedMediaType, "the Content-Type must be "+typeCSV+", in UTF-8, and the body the file itself, not a form")
		}
	}
	switch strings.ToLower(strings.Join(header.Values("Content-Encoding"), ", ")) {
	case "", "identity":
		return codingNone, nil
	case "gzip", "x-gzip":
		return codingGzip, nil
	}
	return "", newProblem(http.StatusUnsupportedMediaType, "the Content-Encoding must be gzip, or absent")
}

// boundedReader refuses what is beyond its limit, instead of ending there: a file cut off in silence would be imported in
// half.
type boundedReader struct {
	from io.Reader
	left int64
}

// Read reads what is within the limit.
func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, fileTooLarge()
	}
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fileTooLarge()
	}
	return n, err
}

func fileTooLarge() error {
	return newProblem(http.StatusRequestEntityTooLarge,
		fmt.Sprintf("the file is larger than %d MiB; import it in several files", commands.MaxImportBytes>>20))
}

func fileTooSlow() error {
	return newProblem(http.StatusRequestTimeout, fmt.Sprintf("the file did not arrive within %d minutes", int(importPatience.Minutes())))
}
