package api_test

import (
	"bytes"
	"context"

	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	importURL = "/api/v1/vehicles:import"
	aFile     = "vin,registration_number,customer\nYS2R4X20005399401,ABC123,Kalle\n"
)

// imports is a fake of the command that imports.
type imports = answers[commands.ImportFleet, commands.ImportResult]

// importing returns deps whose imports are kept.
func importing(result commands.ImportResult) (api.Deps, *imports) {
	a := &imports{answer: result}
	d := deps()
	d.Commands.ImportFleet = a
	return d, a
}

// sendFile posts a file. header is names and values in turn.
func sendFile(t testing.TB, d api.Deps, query string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, importURL+query, body)
	r.Header.Set("Content-Type", "text/csv")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	api.New(d, api.Options{}).ServeHTTP(w, r)
	return w
}

func TestImportAnswersWhatItDid(t *testing.T) {
	t.Parallel()
	d, a := importing(commands.ImportResult{
		ID: "i1", Rows: 6, Registered: 1, Changed: 2, Unchanged: 3, NewCustomers: []string{"Kalle"}, ChangedCustomers: []string{"Anna"},
		Warnings: []commands.LineProblem{{Line: 2, Field: "vin", Message: "odd"}, {Field: "customer", Message: "many"}}, Position: at(12),
	})
	w := sendFile(t, d, "", strings.NewReader(aFile+"only,two\n"))
	requireJSON(t, w, http.StatusOK, `{"id":"i1","dryRun":false,"rows":6,"registered":1,"changed":2,"unchanged":3,
		"newCustomerCount":1,"newCustomers":["Kalle"],"changedCustomerCount":1,"changedCustomers":["Anna"],"problemCount":0,"problems":[],
		"warnings":[{"location":"line 2: vin","message":"odd"},{"location":"file: customer","message":"many"}],"position":"0f8fad5b.12"}`)
	require.Len(t, a.asked, 1)
	assert.False(t, a.asked[0].DryRun)
	assert.Empty(t, a.asked[0].Owner)
	require.Len(t, a.asked[0].Rows, 2)
	assert.Equal(t, commands.Row{Line: 2, VIN: string(abc), RegistrationNumber: "ABC123", Customer: "Kalle"}, a.asked[0].Rows[0])
}

func TestImportOnADryRunTellsTheProblemsInItsAnswer(t *testing.T) {
	t.Parallel()
	names := make([]string, 1_001)
	d, a := importing(commands.ImportResult{DryRun: true, Rows: 1, ProblemCount: 1, NewCustomers: names,
		Problems: []commands.LineProblem{{Line: 7, Field: "vin", Message: "is wrong"}}})
	w := sendFile(t, d, "?dryRun=true", strings.NewReader(aFile+"\"broken"))
	require.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), `"problemCount":1,"problems":[{"location":"line 7: vin","message":"is wrong"}]`)
	assert.Contains(t, w.Body.String(), `"newCustomerCount":1001`)
	assert.Equal(t, 1_000, strings.Count(w.Body.String(), `""`), "an answer has a bound")
	assert.NotContains(t, w.Body.String(), "position")
	assert.True(t, a.asked[0].DryRun)
	require.Len(t, a.asked[0].Problems, 1, "what could not be read is told together with the rest")
	assert.Equal(t, 3, a.asked[0].Problems[0].Line)
}

func TestImportNamesEveryBadLine(t *testing.T) {
	t.Parallel()
	d, a := importing(commands.ImportResult{})
	a.err = &domain.Error{Kind: domain.Invalid, Message: "nothing was imported: the file has 2 problems", Fields: []domain.Problem{
		{Field: "line 7: vin", Message: "a VIN has 17 characters, this one has 16"}, {Field: "line 9", Message: "has 4 cells, the first line has 3"},
	}}
	p := requireProblem(t, sendFile(t, d, "", strings.NewReader(aFile)), http.StatusUnprocessableEntity)
	assert.Equal(t, []api.ProblemDetail{
		{Location: "line 7: vin", Message: "a VIN has 17 characters, this one has 16"}, {Location: "line 9", Message: "has 4 cells, the first line has 3"},
	}, p.Errors)
}

func TestImportTakesWhatIsCSV(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body   []byte
		header []string
	}{
		"as it is":                       {[]byte(aFile), nil},
		"without a type":                 {[]byte(aFile), []string{"Content-Type", ""}},
		"under the older type":           {[]byte(aFile), []string{"Content-Type", "application/csv"}},
		"with a charset and a header":    {[]byte(aFile), []string{"Content-Type", `text/csv; charset="UTF-8"; header=present`}},
		"with a mark and semicolons":     {[]byte("\xef\xbb\xbf" + strings.ReplaceAll(aFile, ",", ";")), nil},
		"compressed":                     {encoded(t, "gzip", aFile), []string{"Content-Encoding", "gzip"}},
		"compressed in parts":            {append(encoded(t, "gzip", aFile[:40]), encoded(t, "gzip", aFile[40:])...), []string{"Content-Encoding", "x-gzip"}},
		"said to be as it is":            {[]byte(aFile), []string{"Content-Encoding", "identity"}},
		"with what the answer should be": {[]byte(aFile), []string{"Accept", "text/html"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, a := importing(commands.ImportResult{})
			r := httptest.NewRequest(http.MethodPost, importURL, bytes.NewReader(test.body))
			r.Header.Set("Content-Type", "text/csv")
			for i := 0; i+1 < len(test.header); i += 2 {
				r.Header.Set(test.header[i], test.header[i+1])
			}
			if r.Header.Get("Content-Type") == "" {
				r.Header.Del("Content-Type")
			}
			w := httptest.NewRecorder()
			api.New(d, api.Options{}).ServeHTTP(w, r)
			require.Equal(t, http.StatusOK, w.Code, w.Body.String())
			require.Len(t, a.asked[0].Rows, 1)
			assert.Equal(t, "Kalle", a.asked[0].Rows[0].Customer)
		})
	}
}

// zeros are n bytes of a file that is one long cell.
func zeros(n int64) io.Reader { return io.LimitReader(zeroReader(strings.Repeat("0", 32<<10)), n) }

// zeroReader reads zeros for ever, as many at a time as it has.
type zeroReader string

func (z zeroReader) Read(p []byte) (int, error) { return copy(p, z), nil }

func TestImportRefusesWhatIsNoFile(t *testing.T) {
	t.Parallel()
	gzipped := []string{"Content-Encoding", "gzip"}
	packed := encoded(t, "gzip", aFile)
	damaged := bytes.Clone(packed)
	damaged[len(damaged)-5] ^= 0xff
	bomb := func() io.Reader {
		text, err := io.ReadAll(zeros(commands.MaxImportBytes + 1))
		require.NoError(t, err)
		return bytes.NewReader(encoded(t, "gzip", string(text)))
	}
	for name, test := range map[string]struct {
		query  string
		body   io.Reader
		header []string
		status int
		says   string
	}{
		"a form":                     {"", strings.NewReader(aFile), []string{"Content-Type", "multipart/form-data; boundary=x"}, 415, "text/csv"},
		"JSON":                       {"", strings.NewReader("[]"), []string{"Content-Type", "application/json"}, 415, "text/csv"},
		"another encoding of text":   {"", strings.NewReader(aFile), []string{"Content-Type", "text/csv; charset=latin1"}, 415, "UTF-8"},
		"another compression":        {"", strings.NewReader(aFile), []string{"Content-Encoding", "br"}, 415, "gzip"},
		"what is not gzip":           {"", strings.NewReader(aFile), gzipped, 400, "not gzip"},
		"gzip that is damaged":       {"", bytes.NewReader(damaged), gzipped, 400, "damaged"},
		"gzip that breaks off":       {"", bytes.NewReader(packed[:len(packed)-9]), gzipped, 400, "broke off"},
		"gzip of half a head":        {"", bytes.NewReader(packed[:5]), gzipped, 400, "broke off"},
		"what breaks off":            {"", io.MultiReader(strings.NewReader(aFile), iotest.ErrReader(errBroken)), nil, 400, "broke off"},
		"nothing":                    {"", strings.NewReader(""), nil, 422, "empty"},
		"nothing, compressed":        {"", strings.NewReader(""), gzipped, 422, "empty"},
		"columns that are not known": {"", strings.NewReader("vin,plate\n"), nil, 422, "plate"},
		"UTF-16":                     {"", strings.NewReader("\xff\xfev\x00"), nil, 400, "UTF-16"},
		"a misspelt parameter":       {"?dryrun=true", strings.NewReader(aFile), nil, 422, "dryrun"},
		"a wrong parameter":          {"?dryRun=1", strings.NewReader(aFile), nil, 422, "dryRun"},
		"too many bytes":             {"", io.MultiReader(strings.NewReader("vin,registration_number,customer\n"), zeros(commands.MaxImportBytes)), nil, 413, "32 MiB"},
		"too many bytes, compressed": {"", bomb(), gzipped, 413, "32 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, a := importing(commands.ImportResult{})
			w := sendFile(t, d, test.query, test.body, test.header...)
			p := requireProblem(t, w, test.status)
			assert.Contains(t, p.Detail, test.says)
			assert.Empty(t, a.asked)
		})
	}
	t.Run("a length beyond the limit, before reading any of it", func(t *testing.T) {
		t.Parallel()
		d, _ := importing(commands.ImportResult{})
		r := httptest.NewRequest(http.MethodPost, importURL, iotest.ErrReader(errBroken))
		r.ContentLength = commands.MaxImportBytes + 1
		w := httptest.NewRecorder()
		api.New(d, api.Options{}).ServeHTTP(w, r)
		requireProblem(t, w, http.StatusRequestEntityTooLarge)
	})
}

func TestImportReadsTheRestOfAFileThatItRefuses(t *testing.T) {
	t.Parallel()
	d, _ := importing(commands.ImportResult{})
	body := strings.NewReader("plate\n" + strings.Repeat("x\n", 1<<20))
	requireProblem(t, sendFile(t, d, "", body), http.StatusUnprocessableEntity)
	assert.Zero(t, body.Len(), "a client that is still sending would not read the answer")
}

// held is an import that waits until it is let go.
type held struct{ began, let chan struct{} }

func (h held) Handle(ctx context.Context, _ commands.ImportFleet) (commands.ImportResult, error) {
	h.began <- struct{}{}
	<-h.let
	return commands.ImportResult{}, ctx.Err()
}

func TestImportsTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := held{make(chan struct{}), make(chan struct{})}
		d := deps()
		d.Commands.ImportFleet = h
		handler := api.New(d, api.Options{})
		statuses := make(chan *httptest.ResponseRecorder)
		send := func() {
			r := httptest.NewRequest(http.MethodPost, importURL, strings.NewReader(aFile))
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			statuses <- w
		}
		for range 3 {
			go send()
			<-h.began
		}
		go send()
		w := <-statuses
		p := requireProblem(t, w, http.StatusServiceUnavailable)
		assert.Equal(t, "10", w.Header().Get("Retry-After"))
		assert.Contains(t, p.Detail, "3 files")
		for range 3 {
			h.let <- struct{}{}
			assert.Equal(t, http.StatusOK, (<-statuses).Code)
		}
		go send()
		<-h.began
		h.let <- struct{}{}
		assert.Equal(t, http.StatusOK, (<-statuses).Code, "room is given back")
	})
}
