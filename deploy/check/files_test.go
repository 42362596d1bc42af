package check

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// image returns the broken rules of a Dockerfile's text.
func image(t *testing.T, text string) []string {
	t.Helper()
	flags, err := ReadFlags(filepath.Join(root, "docs/flags.md"))
	require.NoError(t, err)
	goVersion := regexp.MustCompile(`(?m)^go ([0-9]+\.[0-9]+)`).FindStringSubmatch(file(t, "go.mod"))
	require.NotNil(t, goVersion)
	return Image(text, goVersion[1], flags)
}

// ingress returns the broken rules of a text in the place of deploy/nginx.conf.
func ingress(t *testing.T, text string) []string {
	t.Helper()
	files, err := Load(t.Context(), root, "stack.yml", nil, variables())
	require.NoError(t, err)
	return files.IngressRules(text)
}

func TestTheImageAndTheIngressKeepEveryRule(t *testing.T) {
	t.Parallel()
	assert.Empty(t, image(t, file(t, "Dockerfile")))
	assert.Empty(t, ingress(t, file(t, "deploy/nginx.conf")))
}

func TestEveryRuleFindsAnImageOrAnIngressThatBreaksIt(t *testing.T) {
	t.Parallel()
	const docker, nginx = "Dockerfile", "deploy/nginx.conf"
	for _, c := range []broken{
		{docker, "golang:1.26.8-bookworm AS", "golang:1.25.1-bookworm AS", "it is built with Go 1.25.1-bookworm, and go.mod asks for"},
		{docker, "node:20.20.2-bookworm-slim AS", "node:20-bookworm-slim AS", `the image "node:20-bookworm-slim" has no exact version`},
		{docker, "FROM scratch", "FROM alpine:3.22.1", "the image must hold nothing but Fleetbeat"},
		{docker, "USER 65532:65532", "USER nonroot", "it must run as a user of its own"},
		{docker, "USER 65532:65532", "USER 0:0", "it must run as a user of its own"},
		{docker, `ENTRYPOINT ["/fleetbeat"]`, "ENTRYPOINT /fleetbeat", "without a shell"},
		{docker, "VOLUME /data", "", "need a volume"},
		{docker, `image.version="$VERSION"`, `image.version="1"`, "it must say its version"},
		{docker, "CGO_ENABLED=0", "CGO_ENABLED=1", "the binary must be static"},
		{docker, "USER 65532:65532", "RUN true\nUSER 65532:65532", "nothing in the image that could run"},
		{docker, `"health", "--ask", "started"`, `"health", "--url", "x"`, "fleetbeat health has no flag --url"},
		{docker, `CMD ["/fleetbeat", "health"`, `CMD ["curl", "health"`, "it must be asked by itself"},
		{docker, "FLEETBEAT_DATA=", "FLEETBEAT_DIR=", "fleetbeat serve does not know FLEETBEAT_DIR"},
		{nginx, "    proxy_buffering off;", "", "changes and exports must be streamed"},
		{nginx, "    proxy_request_buffering off;", "", "uploads must be read as they come"},
		{nginx, "    client_max_body_size 0;", "    client_max_body_size 10m;", "the size of an upload"},
		{nginx, "    proxy_read_timeout 1h;", "    proxy_read_timeout 60s;", "a stream must not be cut"},
		{nginx, "return 308 https", "return 301 https", "with the method as it was"},
		{nginx, "TLSv1.2 TLSv1.3", "TLSv1.1 TLSv1.2", "older TLS"},
		{nginx, "http_503 non_idempotent", "non_idempotent", "a ping that one node refuses"},
		{nginx, "    proxy_next_upstream error timeout;", "    proxy_next_upstream error timeout non_idempotent;", "what may have been done"},
		{nginx, "X-Forwarded-Proto $scheme", "X-Forwarded-Proto http", "a session's cookie"},
		{nginx, "/run/secrets/ingress.crt", "/etc/ssl/ingress.crt", "/etc/ssl/ingress.crt is not mounted"},
		{nginx, "proxy_temp_path /tmp/proxy", "proxy_temp_path /var/proxy", "/var/proxy cannot be written to"},
		{nginx, "server api:8080 resolve max_fails=2", "server api:8080 max_fails=2", "api is looked up once"},
		{nginx, "server api:8080 resolve max_fails=2", "server api:80 resolve max_fails=2", "api:80 leads nowhere"},
		{nginx, "server api:8080 resolve max_fails=2", "server liveness:8080 resolve max_fails=2", "liveness:8080 leads nowhere"},
		{nginx, "valid=2s", "valid=10s", "api must answer for as long as its address is remembered"},
		{nginx, " valid=2s", "", "api must answer for as long as its address is remembered"},
		{nginx, "listen 8443 ssl", "listen 9443 ssl", "the port 443 leads to 8443, where no server listens"},
		{nginx, "listen 127.0.0.1:8081", "listen 127.0.0.1:8082", "nobody answers the health check on 8081"},
		{nginx, "location = /metrics { return 404; }", "", "metrics are each node's own"},
	} {
		t.Run(c.name+": "+c.want, func(t *testing.T) {
			t.Parallel()
			whole := file(t, c.name)
			require.Contains(t, whole, c.old, "the text to be broken is there")
			text := strings.Replace(whole, c.old, c.text, 1)
			rules := ingress
			if c.name == docker {
				rules = image
			}
			assert.Contains(t, strings.Join(rules(t, text), "\n"), c.want)
		})
	}
}

// TestTheContextHoldsWhatIsBuilt asks Go what the binary is made of: a folder that is missing in .dockerignore would be
// noticed by nobody here, where no image is built.
func TestTheContextHoldsWhatIsBuilt(t *testing.T) {
	t.Parallel()
	patterns, err := ignorefile.ReadAll(strings.NewReader(file(t, ".dockerignore")))
	require.NoError(t, err)
	matcher, err := patternmatcher.New(patterns)
	require.NoError(t, err)
	ignored := func(name string) bool {
		out, err := matcher.MatchesOrParentMatches(name)
		require.NoError(t, err)
		return out
	}
	whole, err := filepath.Abs(root)
	require.NoError(t, err)
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=Dir,Standard,GoFiles,EmbedFiles", "./cmd/fleetbeat")
	list.Dir = whole
	out, err := list.Output()
	require.NoError(t, err)
	files := 0
	for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
		var p struct {
			Dir                 string
			Standard            bool
			GoFiles, EmbedFiles []string
		}
		require.NoError(t, decoder.Decode(&p))
		dir, err := filepath.Rel(whole, p.Dir)
		require.NoError(t, err)
		if p.Standard || strings.HasPrefix(dir, "..") {
			continue
		}
		for _, name := range slices.Concat(p.GoFiles, p.EmbedFiles) {
			if strings.HasPrefix(name, "dist/") {
				continue // the stage of the dashboard makes it
			}
			assert.False(t, ignored(filepath.Join(dir, name)), "%s is built and not in the context", filepath.Join(dir, name))
			files++
		}
	}
	assert.Greater(t, files, 200)
	for _, name := range []string{"go.mod", "go.sum", "web/package.json", "web/package-lock.json", "web/.npmrc", "web/index.html", "web/vite.config.ts", "web/src/api/schema.ts", "web/public/boot.js"} {
		assert.FileExists(t, filepath.Join(whole, name))
		assert.False(t, ignored(name), name)
	}
	for _, name := range []string{".git/config", "secrets/ca.key", "fleetbeat-data/events.db", "web/node_modules/x", "web/dist/index.html", "bin/fleetbeat", ".cache/x", "app/app_test.go", "e2e/server_test.go"} {
		assert.True(t, ignored(name), "%s does not belong into an image", name)
	}
}

func TestDockerTakesTheStack(t *testing.T) {
	t.Parallel()
	docker, err := exec.LookPath("docker")
	if err != nil {
		if strings.Contains(","+os.Getenv("REQUIRE_ENGINES")+",", ",docker-client,") {
			t.Fatal("there is no docker client, and REQUIRE_ENGINES names it")
		}
		t.Skip("SKIPPED: docker stack config needs a docker client; compose-go has loaded the file")
	}
	config := func(file string) (string, error) {
		c := exec.CommandContext(t.Context(), docker, "stack", "config", "--compose-file", file)
		c.Dir, c.Env = root, append(os.Environ(), "FLEETBEAT_IMAGE=registry.example.org/fleetbeat:1.2.3")
		out, err := c.CombinedOutput()
		return string(out), err
	}
	out, err := config("stack.yml")
	require.NoError(t, err, out)
	assert.NotContains(t, out, "Ignoring", "there is nothing in it that a swarm does not do")
	assert.Contains(t, out, "image: registry.example.org/fleetbeat:1.2.3")
	assert.Contains(t, out, "max_replicas_per_node: 2")
	wrong := filepath.Join(t.TempDir(), "stack.yml")
	require.NoError(t, os.WriteFile(wrong, []byte(strings.Replace(file(t, "stack.yml"), "endpoint_mode:", "endpoint:", 1)), 0o600))
	out, err = config(wrong)
	require.Error(t, err, out)
}
