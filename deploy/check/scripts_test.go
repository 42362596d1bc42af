package check

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// secretsScript runs deploy/secrets.sh, with a fleetbeat that prints a key, and returns the commands that it prints.
func secretsScript(t *testing.T, folder string, env ...string) string {
	t.Helper()
	fleetbeat := filepath.Join(t.TempDir(), "fleetbeat")
	require.NoError(t, os.WriteFile(fleetbeat, []byte("#!/bin/sh\n[ \"$*\" = 'keys generate' ] && echo fb_key\n"), 0o700))
	c := exec.CommandContext(t.Context(), "bash", filepath.Join(root, "deploy/secrets.sh"), folder, "127.0.0.1")
	c.Env = append(append(os.Environ(), "FLEETBEAT="+fleetbeat), env...)
	out, err := c.Output()
	require.NoError(t, err)
	return string(out)
}

// madeSecrets returns a folder with what deploy/secrets.sh makes. The certificate of the ingress is for 127.0.0.1.
func madeSecrets(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "secrets")
	secretsScript(t, folder)
	return folder
}

// trusting returns a client that trusts an authority, for the name under which nobody could look us up.
func trusting(t *testing.T, ca string) *http.Client {
	t.Helper()
	text, err := os.ReadFile(ca)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(text))
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}}
}

func TestTheSecretsAreThoseOfTheStack(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "secrets")
	commands := secretsScript(t, folder)
	files, err := Load(t.Context(), root, "stack.yml", nil, variables())
	require.NoError(t, err)
	for _, secret := range files.Secrets {
		assert.Contains(t, commands, "docker secret create "+secret.Name+" "+folder+"/")
	}
	assert.Contains(t, commands, "docker config create "+files.Configs["ca_crt"].Name+" "+folder+"/ca.crt\n")
	assert.Equal(t, len(files.Secrets)+1, strings.Count(commands, "\n"), "and no more")
	assert.NotContains(t, commands, "ca.key", "who has it can be any engine: Docker does not need it")

	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	before := map[string]string{}
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		assert.EqualValues(t, 0o600, info.Mode().Perm(), e.Name())
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		require.NoError(t, err)
		before[e.Name()] = string(text)
	}
	for _, name := range []string{"events_password", "elastic_password", "fleet_password", "relations_password"} {
		assert.Regexp(t, `^[0-9a-f]{48}\n$`, before[name])
	}
	require.NoError(t, os.Remove(filepath.Join(folder, "es.key")))
	assert.Contains(t, secretsScript(t, folder, "VERSION=2"), "docker secret create fleetbeat_es_key_2 ")
	for name, text := range before {
		after, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		rotated := name == "es.key" || name == "es.crt" || name == "ca.srl"
		assert.Equal(t, !rotated, text == string(after), "%s: what is there is kept, and a key is made together with its certificate", name)
	}
}

func TestTheCertificatesAreForTheirServices(t *testing.T) {
	t.Parallel()
	folder := madeSecrets(t)
	read := func(name string) *x509.Certificate {
		text, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		block, _ := pem.Decode(text)
		require.NotNil(t, block)
		c, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		return c
	}
	authority := x509.NewCertPool()
	authority.AddCert(read("ca.crt"))
	for name, hosts := range map[string][]string{
		"esdb": {"esdb1", "esdb2", "esdb3", "localhost"}, "es": {"es1", "es2", "es3", "localhost"}, "postgres": {"postgres", "localhost"},
	} {
		c := read(name + ".crt")
		for _, host := range hosts {
			for _, usage := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
				_, err := c.Verify(x509.VerifyOptions{DNSName: host, Roots: authority, KeyUsages: []x509.ExtKeyUsage{usage}})
				require.NoError(t, err, "%s for %s", name, host)
			}
		}
		_, err := c.Verify(x509.VerifyOptions{DNSName: "ingress", Roots: authority})
		require.Error(t, err)
		_, err = tls.LoadX509KeyPair(filepath.Join(folder, name+".crt"), filepath.Join(folder, name+".key"))
		require.NoError(t, err)
	}
	assert.Equal(t, "eventstoredb-node", read("esdb.crt").Subject.CommonName, "its nodes know each other by this name")
}

// TestTheUserOfElasticsearch runs the script of the service es-user against a server that is not ready at once.
func TestTheUserOfElasticsearch(t *testing.T) {
	t.Parallel()
	folder := madeSecrets(t)
	pair, err := tls.LoadX509KeyPair(filepath.Join(folder, "es.crt"), filepath.Join(folder, "es.key"))
	require.NoError(t, err)
	var mu sync.Mutex
	var asked []string
	said := map[string]map[string]any{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		user, password, _ := r.BasicAuth()
		asked = append(asked, user+":"+password+" "+r.Method+" "+r.URL.Path)
		if len(asked) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		text, _ := io.ReadAll(r.Body)
		var body map[string]any
		assert.NoError(t, json.Unmarshal(text, &body), "%s", text)
		said[r.URL.Path] = body
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	run := func(url, password string) (string, error) {
		name := filepath.Join(t.TempDir(), "password")
		require.NoError(t, os.WriteFile(name, []byte(password+"\n"), 0o600))
		c := exec.CommandContext(t.Context(), "bash", filepath.Join(root, "deploy/elasticsearch-user.sh"))
		c.Env = append(os.Environ(), "ELASTICSEARCH_URL="+url, "CA_FILE="+filepath.Join(folder, "ca.crt"), "RETRY_SECONDS=0.01",
			"ELASTIC_PASSWORD_FILE="+filepath.Join(folder, "elastic_password"), "FLEET_PASSWORD_FILE="+name, "TMPDIR=/nowhere")
		out, err := c.CombinedOutput()
		return string(out), err
	}
	url := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	out, err := run(url, strings.Repeat("a1", 20))
	require.NoError(t, err, out)
	assert.Contains(t, out, "the user fleetbeat is there")
	elastic := strings.TrimSpace(file(t, must(t, folder, "elastic_password")))
	assert.Equal(t, "elastic:"+elastic+" PUT /_security/role/fleetbeat", asked[0])
	assert.NotContains(t, out, elastic)
	assert.Equal(t, []any{"monitor"}, said["/_security/role/fleetbeat"]["cluster"])
	assert.Equal(t, strings.Repeat("a1", 20), said["/_security/user/fleetbeat"]["password"])
	assert.Equal(t, []any{"fleetbeat"}, said["/_security/user/fleetbeat"]["roles"])
	for _, wrong := range []string{"short", strings.Repeat("a", 20) + `"`} {
		out, err = run(url, wrong)
		require.Error(t, err)
		assert.Contains(t, out, "must be 16 letters and digits or more")
	}
	out, err = run(server.URL, strings.Repeat("a1", 20))
	require.Error(t, err, "the certificate is not for this name")
	assert.Contains(t, out, "Elasticsearch did not take the user")
}

// must returns the path of a file from the root of the repository.
func must(t *testing.T, folder, name string) string {
	t.Helper()
	whole, err := filepath.Abs(root)
	require.NoError(t, err)
	path, err := filepath.Rel(whole, filepath.Join(folder, name))
	require.NoError(t, err)
	return path
}
