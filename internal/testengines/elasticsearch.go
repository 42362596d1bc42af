package testengines

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// StartElasticsearch starts Elasticsearch, which it downloads once (104 MB): the real server with few modules, without security, on
// 512 MB to 1 GB of heap, as user nobody where we are root. The error says what is missing where there is none.
func StartElasticsearch(ctx context.Context, o Options) (*Server, error) {
	java, err := java17()
	if err != nil {
		return nil, err
	}
	runs, err := accountFor("nobody")
	if err != nil {
		return nil, fmt.Errorf("start elasticsearch: %w", err)
	}
	archive, err := distribution(ctx)
	if err != nil {
		return nil, fmt.Errorf("start elasticsearch: %w", err)
	}
	return start(ctx, elasticsearch{archive, java, runs, o.ShortLived}, o)
}

type elasticsearch struct {
	archive, java string
	runs          account
	shortLived    bool
}

func (e elasticsearch) name() string        { return NameElasticsearch }
func (e elasticsearch) account() account    { return e.runs }
func (e elasticsearch) crash() string       { return "KILL" }
func (e elasticsearch) url(port int) string { return "http://" + address(port) }

// prepare unpacks the server at the first start and writes its settings: none of a module that it has not, or it would not start.
func (e elasticsearch) prepare(ctx context.Context, dir string, port int) (program, error) {
	home := filepath.Join(dir, "home")
	if _, err := os.Stat(home); errors.Is(err, os.ErrNotExist) {
		if err := unpack(e.archive, home); err != nil {
			return program{}, err
		}
	} else if err != nil {
		return program{}, err
	}
	transport, err := freePort()
	if err != nil {
		return program{}, err
	}
	options := "-Xms512m\n-Xmx1g\n"
	if e.shortLived {
		options += "-XX:TieredStopAtLevel=1\n"
	}
	for name, text := range map[string]string{
		"config/elasticsearch.yml": strings.Join([]string{
			"cluster.name: fleetbeat-test", "node.name: fleetbeat-test", "discovery.type: single-node",
			"network.host: 127.0.0.1", fmt.Sprintf("http.port: %d", port), fmt.Sprintf("transport.port: %d", transport),
			"xpack.security.enabled: false", "cluster.routing.allocation.disk.threshold_enabled: false",
			"path.data: " + filepath.Join(dir, "data"), "path.logs: " + filepath.Join(dir, "logs"), "",
		}, "\n"),
		"config/jvm.options.d/fleetbeat.options": options,
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(home, name)), 0o755); err != nil {
			return program{}, err
		}
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o644); err != nil {
			return program{}, err
		}
	}
	temporary := filepath.Join(dir, "tmp")
	if err := os.MkdirAll(temporary, 0o755); err != nil {
		return program{}, err
	}
	// What a killed one left would be taken for this one's process id.
	if err := os.Remove(e.pidFile(dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return program{}, err
	}
	if err := e.runs.own(dir); err != nil {
		return program{}, err
	}
	cmd := e.runs.command(context.WithoutCancel(ctx), dir, filepath.Join(home, "bin", "elasticsearch"), "-p", e.pidFile(dir))
	// Its launcher does not look at ES_TMPDIR.
	cmd.Env = append(cmd.Env, "ES_JAVA_HOME="+e.java, "ES_TMPDIR="+temporary, "CLI_JAVA_OPTS=-Djava.io.tmpdir="+temporary)
	return program{cmd, syscall.SIGTERM}, nil
}

func (e elasticsearch) pidFile(dir string) string { return filepath.Join(dir, "pid") }

// ready asks for the cluster's health. The process id is the server's own: what we started is its launcher.
func (e elasticsearch) ready(ctx context.Context, dir string, port int, _ *life) (int, error) {
	text, err := os.ReadFile(e.pidFile(dir))
	if err != nil {
		return 0, err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url(port)+"/_cluster/health?wait_for_status=yellow&timeout=1s", nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("its health is answered with %s", answer.Status)
	}
	return pid, nil
}
