package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const script = "console.log('a script')"

func build(t *testing.T) *Dashboard {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte(script))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	d, err := of(fstest.MapFS{
		"index.html":         {Data: []byte(`<head><base href="./" /><script src="./assets/a-1.js">`)},
		"assets/a-1.js.gz":   {Data: packed.Bytes()},
		"assets/f-2.woff2":   {Data: []byte("font")},
		"assets/bad-3.js.gz": {Data: []byte("no gzip")},
		"boot.js.gz":         {Data: packed.Bytes()},
		"favicon.svg":        {Data: []byte("<svg/>")},
		"favicon-silent.svg": {Data: []byte("<svg silent/>")},
	})
	require.NoError(t, err)
	return d
}

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPagesLeadToTheRootFromAnyDepth(t *testing.T) {
	t.Parallel()
	for path, base := range map[string]string{
		"/": "./", "/vehicles": "./", "/vehicles/X": "../", "/a/b/c": "../../", "/vehicles/a%2Fb": "../", "/vehicles/YS2.R4X": "../", "/vehicles/x.js": "../",
	} {
		w := get(build(t), path)
		assert.Equal(t, http.StatusOK, w.Code, path)
		assert.Contains(t, w.Body.String(), `<base href="`+base+`" />`, path)
		assert.Equal(t, "no-cache", w.Header().Get("Cache-Control"), path)
		assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"), path)
	}
}

func TestAPageThatTheClientHasIsNotSentAgain(t *testing.T) {
	t.Parallel()
	d := build(t)
	tag := get(d, "/vehicles").Header().Get("ETag")
	require.NotEmpty(t, tag)
	again := get(d, "/vehicles", "If-None-Match", tag)
	assert.Equal(t, http.StatusNotModified, again.Code)
	assert.Zero(t, again.Body.Len())
	assert.Equal(t, http.StatusOK, get(d, "/vehicles/X", "If-None-Match", tag).Code, "at another depth it is another page")
}

func TestAssetsAreSentAsTheyAreKept(t *testing.T) {
	t.Parallel()
	for accept, packed := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "": false, "br": false, "gzip;q=0": false} {
		w := get(build(t), "/assets/a-1.js", "Accept-Encoding", accept)
		assert.Equal(t, packed, w.Header().Get("Content-Encoding") == "gzip", accept)
		assert.Equal(t, !packed, w.Body.String() == script, accept)
		assert.Equal(t, "public, max-age=31536000, immutable", w.Header().Get("Cache-Control"))
		assert.Equal(t, "Accept-Encoding", w.Header().Get("Vary"))
		assert.Equal(t, "text/javascript; charset=utf-8", w.Header().Get("Content-Type"))
	}
	assert.Equal(t, "font", get(build(t), "/assets/f-2.woff2").Body.String())
}

func TestWhatHasNoHashIsAskedForEachTime(t *testing.T) {
	t.Parallel()
	for path, content := range map[string]string{
		"/boot.js": script, "/favicon.svg": "<svg/>", "/favicon-silent.svg": "<svg silent/>", "/favicon.ico": "<svg/>",
	} {
		w := get(build(t), path)
		assert.Equal(t, http.StatusOK, w.Code, path)
		assert.Equal(t, content, w.Body.String(), path)
		assert.Equal(t, "no-cache", w.Header().Get("Cache-Control"), path)
		again := get(build(t), path, "If-None-Match", "W/"+w.Header().Get("ETag")) // as a proxy weakens it that packs
		assert.Equal(t, http.StatusNotModified, again.Code, path)
	}
	assert.Equal(t, "image/svg+xml", get(build(t), "/favicon.ico").Header().Get("Content-Type"))
}

func TestThePackedAndThePlainFormAreTwoToACache(t *testing.T) {
	t.Parallel()
	packed := get(build(t), "/assets/a-1.js", "Accept-Encoding", "gzip").Header().Get("ETag")
	plain := get(build(t), "/assets/a-1.js", "If-None-Match", packed)
	assert.Equal(t, http.StatusOK, plain.Code)
	assert.Equal(t, script, plain.Body.String())
	again := get(build(t), "/assets/a-1.js", "Accept-Encoding", "gzip", "If-None-Match", packed)
	assert.Equal(t, http.StatusNotModified, again.Code)
	assert.Equal(t, "Accept-Encoding", again.Header().Get("Vary"))
}

func TestAnAddressOfNothingIsThePageThatSaysSo(t *testing.T) {
	t.Parallel()
	d := build(t)
	tag := get(d, "/vehicles").Header().Get("ETag")
	w := get(http.HandlerFunc(d.NotFound), "/vehicels", "If-None-Match", tag)
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.Equal(t, get(d, "/vehicles").Body.String(), w.Body.String())
	assert.Empty(t, w.Header().Get("ETag"), "it is not kept in place of the page that is there")
	assert.NotEmpty(t, w.Header().Get("Content-Security-Policy"))
}

func TestAFileOfAnotherBuildIsNotCachedAsMissing(t *testing.T) {
	t.Parallel()
	w := get(build(t), "/assets/old-9.js")
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, http.StatusInternalServerError, get(build(t), "/assets/bad-3.js").Code)
}

func TestNothingInlineMayRun(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/assets/a-1.js"} {
		policy := get(build(t), path).Header().Get("Content-Security-Policy")
		assert.Contains(t, policy, "default-src 'none'", path)
		assert.NotContains(t, policy, "unsafe", path)
	}
}

func TestWithoutABuildThePageSaysHowToMakeOne(t *testing.T) {
	t.Parallel()
	d, err := of(fstest.MapFS{})
	require.NoError(t, err)
	assert.Contains(t, get(d, "/vehicles").Body.String(), "make web build")
}

func TestABuildThatWorksAtOneAddressOnlyIsRefused(t *testing.T) {
	t.Parallel()
	_, err := of(fstest.MapFS{"index.html": {Data: []byte("<head></head>")}})
	assert.ErrorContains(t, err, "base href")
}

func TestWhatIsEmbeddedIsWhole(t *testing.T) {
	t.Parallel()
	d, err := New()
	require.NoError(t, err)
	mux := http.NewServeMux()
	for _, pattern := range d.Patterns() {
		mux.Handle(pattern, d)
	}
	assert.Equal(t, http.StatusOK, get(mux, "/").Code)
	icons := http.StatusOK
	if bytes.Equal(d.index, unbuilt) {
		icons = http.StatusNotFound // `go test` before any `make web`
	}
	for _, path := range []string{"/boot.js", "/favicon.svg", "/favicon-silent.svg", "/favicon.ico"} {
		assert.Equal(t, icons, get(mux, path).Code, path)
	}
}
