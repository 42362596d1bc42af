package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answering is a server that answers every file the same. It keeps what it was sent.
type answering struct {
	*httptest.Server
	request *http.Request
	body    string
}

func answer(t *testing.T, status int, body string) *answering {
	t.Helper()
	a := &answering{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		a.request, a.body = r, string(text)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(a.Close)
	return a
}

// fileOf returns the name of a file with this text.
func fileOf(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "fleet.csv")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

// imported runs the command line and returns its exit code and what it printed.
func imported(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), append([]string{"import"}, args...), &out, &err)
	return code, out.String(), err.String()
}

func TestImportPrintsWhatWasDone(t *testing.T) {
	t.Parallel()
	a := answer(t, 200, `{"dryRun":false,"rows":6,"registered":1,"changed":2,"unchanged":3,"newCustomerCount":11,
		"newCustomers":["A","B","C","D","E","F","G","H","I","J","K"],"changedCustomerCount":1,"changedCustomers":["Anna"],
		"warnings":[{"location":"line 2: vin","message":"is odd"}],"position":"x.1","aFieldOfTomorrow":1}`)
	name := fileOf(t, "vin\nx\n")
	keyFile := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(keyFile, []byte("secret-2\n"), 0o600))
	code, stdout, stderr := imported(t, name, "--target", a.URL+"/prefix/", "--key-file", keyFile)
	require.Equal(t, 0, code, stderr)
	assert.Equal(t, "/prefix/api/v1/vehicles:import", a.request.URL.String())
	assert.Equal(t, "text/csv", a.request.Header.Get("Content-Type"))
	assert.Equal(t, "Bearer secret-2", a.request.Header.Get("Authorization"))
	assert.EqualValues(t, 6, a.request.ContentLength)
	assert.Equal(t, "vin\nx\n", a.body)
	assert.Equal(t, name+":2: vin: warning: is odd\n", stderr)
	lines := strings.Split(stdout, "\n")
	assert.Equal(t, []string{
		"6 lines: 1 vehicles registered, 2 changed, 3 unchanged",
		"11 new customers: A, B, C, D, E, F, G, H, I, J, …", "1 customers with another address: Anna",
	}, lines[:3])
	assert.Regexp(t, `^\d+\.\d s, \d+ lines a second$`, lines[3])
}

func TestImportOnADryRunSaysWhatWouldBeDone(t *testing.T) {
	t.Parallel()
	a := answer(t, 200, `{"dryRun":true,"rows":1,"registered":1,"problemCount":0}`)
	code, stdout, _ := imported(t, fileOf(t, ""), "--dry-run", "--target", a.URL, "--key", "secret-1")
	require.Equal(t, 0, code)
	assert.Equal(t, "true", a.request.URL.Query().Get("dryRun"))
	assert.Equal(t, "Bearer secret-1", a.request.Header.Get("Authorization"))
	assert.Equal(t, "1 lines: 1 vehicles would be registered, 0 would be changed, 0 unchanged\nnothing was imported: this was a dry run\n", stdout)
}

func TestImportNamesTheLinesThatAreWrong(t *testing.T) {
	t.Parallel()
	const lines = `[{"location":"line 7: vin","message":"is wrong"},{"location":"line 9","message":"has 4 cells"}]`
	for name, a := range map[string]*answering{
		"of a refusal":  answer(t, 422, `{"status":422,"detail":"nothing was imported: the file has 2 problems","errors":`+lines+`}`),
		"of a dry run":  answer(t, 200, `{"dryRun":true,"problemCount":2,"problems":`+lines+`}`),
		"of two things": answer(t, 200, `{"problemCount":2,"problems":`+lines+`}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := fileOf(t, "x")
			code, stdout, stderr := imported(t, file, "--target", a.URL)
			assert.Equal(t, 1, code)
			assert.Empty(t, stdout)
			assert.True(t, strings.HasPrefix(stderr, file+":7: vin: is wrong\n"+file+":9: has 4 cells\nfleetbeat: import "+file+": "), stderr)
		})
	}
}

func TestImportSaysWhyItCannot(t *testing.T) {
	t.Parallel()
	gone := answer(t, 200, "")
	gone.Close()
	elsewhere := httptest.NewServer(http.RedirectHandler("http://127.0.0.1:1/", http.StatusTemporaryRedirect))
	t.Cleanup(elsewhere.Close)
	dying := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(dying.Close)
	file, folder := fileOf(t, "x"), t.TempDir()
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"there is no such file":         {[]string{file + "x"}, "no such file"},
		"it is a folder":                {[]string{folder, "--target", dying.URL}, "import " + folder + ": read " + folder},
		"the server dies":               {[]string{file, "--target", dying.URL}, dying.URL + "/api/v1/vehicles:import broke off before it answered; what was sent whole may be"},
		"nobody answers":                {[]string{file, "--target", gone.URL}, "reach " + gone.URL},
		"the target is none":            {[]string{file, "--target", "localhost:8080"}, "must be a URL"},
		"the target cannot be read":     {[]string{file, "--target", "http://a b"}, "must be a URL"},
		"there is no such key file":     {[]string{file, "--key-file", file + "x"}, "read the file of --key-file"},
		"a gateway answers":             {[]string{file, "--target", answer(t, 502, "<html>").URL}, "502 Bad Gateway, which is no answer of Fleetbeat"},
		"something else answers":        {[]string{file, "--target", answer(t, 200, "<html>").URL}, "what Fleetbeat does not answer"},
		"it is sent elsewhere":          {[]string{file, "--target", elsewhere.URL}, "307 Temporary Redirect"},
		"the server has too much to do": {[]string{file, "--target", answer(t, 503, `{"detail":"3 files are being imported already"}`).URL}, "3 files"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := imported(t, append(test.args, "--key", "secret-3")...)
			if strings.Contains(name, "key file") {
				code, stdout, stderr = imported(t, test.args...)
			}
			assert.Equal(t, 1, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, test.says)
			assert.NotContains(t, stderr, "secret")
			assert.NotContains(t, stderr, "net/http")
		})
	}
	t.Run("it is interrupted", func(t *testing.T) {
		t.Parallel()
		began := make(chan struct{})
		slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			close(began)
			<-r.Context().Done()
		}))
		t.Cleanup(slow.Close)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-began; cancel() }()
		var out, err bytes.Buffer
		assert.Equal(t, 1, run(ctx, []string{"import", file, "--target", slow.URL}, &out, &err))
		assert.Contains(t, err.String(), "interrupted; what was sent whole may be imported all the same")
	})
}

func TestProgressSaysHowFarItIs(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	p := newProgress(io.Discard, 3<<20)
	file := p.reading(strings.NewReader(strings.Repeat("x", 3<<20)))
	_, err := io.CopyN(io.Discard, file, 1<<20)
	require.NoError(t, err)
	assert.Equal(t, "sending: 1.0 of 3.0 MiB", p.line(noon))
	_, err = io.Copy(io.Discard, file)
	require.NoError(t, err)
	assert.False(t, p.ended.IsZero())
	p.ended = noon
	assert.Equal(t, "sent; being checked and stored for 7 s", p.line(noon.Add(7*time.Second)))
	p.end()
	unknown := newProgress(io.Discard, -1)
	_, err = io.CopyN(io.Discard, unknown.reading(strings.NewReader("xx")), 1)
	require.NoError(t, err)
	assert.Equal(t, "sending: 0.0 MiB", unknown.line(noon))
	unknown.end()
}
