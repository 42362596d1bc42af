package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"

	"fleetbeat/api"
)

type importCmd struct {
	File   string `arg:"" placeholder:"FILE" help:"The CSV file, - for standard input. Its first line names the columns: vin, registration_number, customer and perhaps customer_address, interval_seconds, grace_seconds."`
	DryRun bool   `help:"Import nothing and say what would happen."`
	target
}

// target is the server that a subcommand talks to.
type target struct {
	Target string `default:"http://127.0.0.1:8080" help:"Where Fleetbeat answers, with the prefix it has there; ${default} unless told." placeholder:"URL"`
	keyFlags
}

// Run sends the file and prints what became of it. Lines that are wrong are an error.
func (c importCmd) Run(ctx context.Context, s streams) error {
	file, name, size, err := c.open()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // read only: nothing is lost
	shown := newProgress(s.err, size)
	began := time.Now()
	answer, err := c.send(ctx, file, size, shown)
	shown.end()
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("import %s: interrupted; what was sent whole may be imported all the same", name)
	case err != nil:
		return fmt.Errorf("import %s: %w", name, err)
	}
	defer func() { _ = answer.Body.Close() }() // it is read to its end, or of no more use
	return c.report(answer, name, time.Since(began), s)
}

// open returns the file, what messages call it, and its size in bytes, -1 for unknown.
func (c importCmd) open() (file io.ReadCloser, name string, size int64, err error) {
	if c.File == "-" {
		return io.NopCloser(os.Stdin), "standard input", -1, nil
	}
	opened, err := os.Open(filepath.Clean(c.File))
	if err != nil {
		return nil, "", 0, err
	}
	size = -1
	if info, err := opened.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	return opened, c.File, size, nil
}

func (c importCmd) send(ctx context.Context, file io.Reader, size int64, shown *progress) (*http.Response, error) {
	query := ""
	if c.DryRun {
		query = "?dryRun=true"
	}
	request, err := c.request(ctx, "/api/v1/vehicles:import"+query, shown.reading(file))
	if err != nil {
		return nil, err
	}
	request.ContentLength = size
	if size == 0 {
		request.Body = http.NoBody // else a length of 0 means that it is not known
	}
	request.Header.Set("Content-Type", "text/csv")
	request.Header.Set("Expect", "100-continue") // a file that is refused for its size or its sender is not sent first
	client := &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, ExpectContinueTimeout: 2 * time.Second, TLSHandshakeTimeout: 10 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a file is sent where it was meant to go
	}
	answer, err := client.Do(request)
	return answer, noAnswer(request.URL, err)
}

// noAnswer says why there is no answer to a file that was sent; nil where there is one.
func noAnswer(where *url.URL, err error) error {
	var broken *url.Error
	var unread *fs.PathError
	switch {
	case !errors.As(err, &broken):
		return err
	case errors.As(err, &unread):
		return unread // it is the file, not the server
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fmt.Errorf("%s broke off before it answered; what was sent whole may be imported all the same, and importing it again is safe", where.Redacted())
	}
	return fmt.Errorf("reach %s: %w", where.Redacted(), broken.Err)
}

// request returns a POST to a path of the target, under the key.
func (t target) request(ctx context.Context, path string, body io.Reader) (*http.Request, error) {
	base, err := url.Parse(t.Target)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("--target must be a URL like http://127.0.0.1:8080")
	}
	key, err := t.key()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(t.Target, "/")+path, body)
	if err != nil {
		return nil, fmt.Errorf("--target must be a URL like http://127.0.0.1:8080")
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	return request, nil
}

// maxAnswer is the most that is read of an answer: 10,000 problems and 10,000 warnings are 3 MB.
const maxAnswer = 64 << 20

// report prints an answer: what was done to out, lines that are wrong or odd to err.
func (c importCmd) report(answer *http.Response, name string, took time.Duration, s streams) error {
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("import %s: the answer broke off: %w", name, err)
	}
	if answer.StatusCode != http.StatusOK {
		var refusal api.Problem
		if json.Unmarshal(text, &refusal) != nil || refusal.Detail == "" {
			return fmt.Errorf("import %s: %s answered %s, which is no answer of Fleetbeat", name, c.Target, answer.Status)
		}
		printLines(s.err, name, "", refusal.Errors)
		return fmt.Errorf("import %s: %s", name, refusal.Detail)
	}
	var done api.Imported
	if err := json.Unmarshal(text, &done); err != nil {
		return fmt.Errorf("import %s: %s answered what Fleetbeat does not answer: %w", name, c.Target, err)
	}
	printLines(s.err, name, "", done.Problems)
	printLines(s.err, name, "warning: ", done.Warnings)
	switch done.ProblemCount {
	case 0:
		return printDone(s.out, done, took)
	case 1:
		return fmt.Errorf("import %s: a problem: nothing would be imported", name)
	}
	return fmt.Errorf("import %s: %d problems: nothing would be imported", name, done.ProblemCount)
}

// printDone prints what was done, or on a dry run would be, in a few lines.
func printDone(out io.Writer, done api.Imported, took time.Duration) error {
	would := ""
	if done.DryRun {
		would = "would be "
	}
	_, err := fmt.Fprintf(out, "%d lines: %d vehicles %sregistered, %d %schanged, %d unchanged\n", done.Rows, done.Registered, would, done.Changed, would, done.Unchanged)
	return errors.Join(err,
		printNames(out, "new customers", done.NewCustomerCount, done.NewCustomers),
		printNames(out, "customers with another address", done.ChangedCustomerCount, done.ChangedCustomers),
		printTime(out, done, took))
}

func printTime(out io.Writer, done api.Imported, took time.Duration) error {
	if done.DryRun {
		_, err := fmt.Fprintln(out, "nothing was imported: this was a dry run")
		return err
	}
	_, err := fmt.Fprintf(out, "%.1f s, %.0f lines a second\n", took.Seconds(), float64(done.Rows)/took.Seconds())
	return err
}

func printNames(out io.Writer, what string, count int, names []string) error {
	if count == 0 {
		return nil
	}
	const most = 10
	list := strings.Join(names[:min(most, len(names))], ", ")
	if count > most {
		list += ", …"
	}
	_, err := fmt.Fprintf(out, "%d %s: %s\n", count, what, list)
	return err
}

// printLines prints problems the way compilers do, so that editors can jump to them: FILE:7: vin: what is wrong.
func printLines(out io.Writer, name, kind string, lines []api.ProblemDetail) {
	for _, l := range lines {
		where := l.Location
		if line, found := strings.CutPrefix(where, "line "); found {
			where = line
		}
		fmt.Fprintf(out, "%s:%s: %s%s\n", name, where, kind, l.Message)
	}
}
