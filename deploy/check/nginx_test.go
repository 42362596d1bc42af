package check

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// freePort returns a port that nobody listens on now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}

// proxy is a running nginx with the ingress's configuration.
type proxy struct {
	http, https string // its addresses
	client      *http.Client
}

// startNginx runs the ingress's configuration in front of nodes. What differs from the stack: addresses, the files of the
// certificate, and that nodes are named one by one in place of being looked up (Debian's nginx, of 2022, cannot look up again).
func startNginx(t *testing.T, nodes ...string) *proxy {
	t.Helper()
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		if strings.Contains(","+os.Getenv("REQUIRE_ENGINES")+",", ",nginx,") {
			t.Fatal("there is no nginx, and REQUIRE_ENGINES names it")
		}
		t.Skip("SKIPPED: the ingress is not tried: there is no nginx (Debian: nginx-light)")
	}
	secrets := madeSecrets(t)
	dir := t.TempDir()
	plain, secure, up := freePort(t), freePort(t), freePort(t)
	text := file(t, "deploy/nginx.conf")
	for _, change := range [][2]string{
		{`/tmp/`, dir + "/"},
		{`listen 8080;`, "listen 127.0.0.1:" + plain + ";"},
		{`listen 8443 ssl;\s+http2 on;`, "listen 127.0.0.1:" + secure + " ssl http2;"},
		{`listen 127.0.0.1:8081;`, "listen 127.0.0.1:" + up + ";"},
		{`/run/secrets/ingress`, filepath.Join(secrets, "ingress")},
		{`resolver 127.0.0.11 valid=2s ipv6=off;`, ""},
		{`server api:8080 resolve max_fails=2 fail_timeout=5s;`, servers(nodes, "max_fails=2 fail_timeout=5s")},
		{`server api:8080 resolve max_fails=0;`, servers(nodes, "max_fails=0")},
		{`worker_rlimit_nofile 65536;`, ""},
		{`worker_connections 16384;`, "worker_connections 512;"},
		{`worker_processes auto;`, "worker_processes 2; daemon off;"},
		{`/dev/std(out|err)`, filepath.Join(dir, "log")},
	} {
		changed := regexp.MustCompile(change[0]).ReplaceAllString(text, change[1])
		require.NotEqual(t, text, changed, change[0])
		text = changed
	}
	config := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(config, []byte(text), 0o600))
	var said bytes.Buffer
	run := exec.Command(nginx, "-c", config, "-e", filepath.Join(dir, "log"))
	run.Stderr = &said
	require.NoError(t, run.Start())
	t.Cleanup(func() {
		require.NoError(t, run.Process.Signal(syscall.SIGTERM))
		require.NoError(t, run.Wait(), said.String())
	})
	p := &proxy{http: "http://127.0.0.1:" + plain, https: "https://127.0.0.1:" + secure, client: trusting(t, filepath.Join(secrets, "ca.crt"))}
	require.Eventually(t, func() bool {
		answer, err := http.Get("http://127.0.0.1:" + up + "/up")
		return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusNoContent
	}, 20*time.Second, 20*time.Millisecond, "nginx says: %s", &said)
	return p
}

func servers(nodes []string, options string) (lines string) {
	for _, node := range nodes {
		lines += "server " + strings.TrimPrefix(node, "http://") + " " + options + ";\n"
	}
	return lines
}

// answer is what the proxy answered. Its body is closed when the test ends.
type answer struct {
	status int
	header http.Header
	body   io.Reader
}

// do asks the proxy, over TLS.
func (p *proxy) do(t *testing.T, method, path string, body io.Reader) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, p.https+path, body)
	require.NoError(t, err)
	got, err := p.client.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = got.Body.Close() })
	return answer{got.StatusCode, got.Header, got.Body}
}

func TestTheIngressLetsThroughWhatFleetbeatNeeds(t *testing.T) {
	t.Parallel()
	streamed, seen := make(chan string), make(chan *http.Request, 1)
	begun := make(chan int, 1)
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v1/changes":
			w.Header().Set("Content-Type", "text/event-stream")
			for event := range streamed {
				_, _ = fmt.Fprintf(w, "data: %s\n\n", event)
				w.(http.Flusher).Flush()
			}
		case "/heartbeats":
			first := make([]byte, 1)
			n, _ := io.ReadFull(r.Body, first)
			begun <- n
			sum := sha256.New()
			sum.Write(first)
			size, _ := io.Copy(sum, r.Body)
			_, _ = fmt.Fprintf(w, "%d %x", size+1, sum.Sum(nil))
		default:
			seen <- r.Clone(context.Background())
		}
	}))
	t.Cleanup(node.Close)
	p := startNginx(t, node.URL)

	t.Run("what a page and a cookie go by", func(t *testing.T) {
		got := p.do(t, http.MethodGet, "/vehicles?q=x", nil)
		require.Equal(t, http.StatusOK, got.status)
		assert.Equal(t, "max-age=31536000", got.header.Get("Strict-Transport-Security"))
		assert.NotContains(t, got.header.Get("Server"), "1.")
		r := <-seen
		assert.Equal(t, strings.TrimPrefix(p.https, "https://"), r.Host, "with its port")
		assert.Equal(t, "https", r.Header.Get("X-Forwarded-Proto"))
		assert.Equal(t, "/vehicles?q=x", r.URL.String())
	})

	t.Run("an event of a stream as soon as it is sent", func(t *testing.T) {
		got := make(chan answer)
		go func() { got <- p.do(t, http.MethodGet, "/api/v1/changes", nil) }()
		streamed <- "first"
		lines := bufio.NewReader((<-got).body)
		for _, event := range []string{"first", "second", "third"} {
			if event != "first" {
				streamed <- event
			}
			line, err := lines.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "data: "+event+"\n", line, "it is here before the next is sent")
			_, err = lines.ReadString('\n')
			require.NoError(t, err)
		}
		close(streamed)
	})

	t.Run("an upload of 205 MB as it comes", func(t *testing.T) {
		const size = 205 << 20
		block := make([]byte, 1<<20)
		_, _ = rand.Read(block)
		body, write := io.Pipe()
		want := sha256.New()
		go func() {
			_, _ = write.Write(block)
			want.Write(block)
			<-begun // the node has its first byte, and the rest is not sent yet
			for range size>>20 - 1 {
				_, _ = write.Write(block)
				want.Write(block)
			}
			_ = write.Close()
		}()
		text, err := io.ReadAll(p.do(t, http.MethodPost, "/heartbeats", body).body)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("%d %x", size, want.Sum(nil)), string(text))
	})

	t.Run("from http to https, with the method as it was", func(t *testing.T) {
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		answer, err := client.Post(p.http+"/heartbeat/x?y=1", "text/plain", nil)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, http.StatusPermanentRedirect, answer.StatusCode)
		assert.Equal(t, "https://127.0.0.1/heartbeat/x?y=1", answer.Header.Get("Location"))
	})

	t.Run("no metrics, and no old TLS", func(t *testing.T) {
		assert.Equal(t, http.StatusNotFound, p.do(t, http.MethodGet, "/metrics", nil).status)
		_, err := tls.Dial("tcp", strings.TrimPrefix(p.https, "https://"), &tls.Config{MaxVersion: tls.VersionTLS11, InsecureSkipVerify: true})
		require.Error(t, err)
	})
}

func TestAPingGoesToTheNextNode(t *testing.T) {
	t.Parallel()
	var refused, taken, changed atomic.Int32
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/heartbeat/") {
			refused.Add(1)
		} else {
			changed.Add(1)
		}
		w.Header().Set("Retry-After", "2")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(refusing.Close)
	well := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); string(body) == `{"id":"1"}` {
			taken.Add(1)
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(well.Close)
	p := startNginx(t, refusing.URL, well.URL, "http://127.0.0.1:1")
	for range 60 {
		got := p.do(t, http.MethodPost, "/heartbeat/YS2R4X20005399401", strings.NewReader(`{"id":"1"}`))
		require.Equal(t, http.StatusAccepted, got.status, "one node refuses and one is gone, and the vehicle does not notice")
	}
	assert.EqualValues(t, 60, taken.Load(), "each once, whole")
	assert.Positive(t, refused.Load())
	seen := map[int]bool{}
	for range 20 {
		seen[p.do(t, http.MethodPost, "/api/v1/vehicles", strings.NewReader("{}")).status] = true
	}
	assert.True(t, seen[http.StatusServiceUnavailable], "a command that a node refuses is the caller's to send again")
	assert.Positive(t, changed.Load())
	assert.False(t, seen[http.StatusBadGateway], "a node that is gone is left out")
}
