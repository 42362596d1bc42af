package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fleetbeat/internal/testengines"
)

// controlFile is where a running serve says how it is reached.
func controlFile(data string) string { return filepath.Join(data, "control") }

// control is where serve listens for restart.
type control struct {
	server *http.Server
	file   string
}

// listen takes requests from those who may read the data folder's file: it names a secret.
func listen(ctx context.Context, data string, servers map[string]*testengines.Server) (*control, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	secret := rand.Text()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /"+secret+"/{engine}", func(w http.ResponseWriter, r *http.Request) {
		server := servers[r.PathValue("engine")]
		if server == nil {
			http.Error(w, fmt.Sprintf("there is no engine %q", r.PathValue("engine")), http.StatusNotFound)
			return
		}
		if err := server.Restart(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		tellEnd(ctx, server)
		fmt.Fprintf(os.Stderr, "testengines: %s is process %d now\n", server.Name(), server.PID())
		fmt.Fprintf(w, "%s is process %d at %s\n", server.Name(), server.PID(), server.URL())
	})
	c := &control{&http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}, controlFile(data)}
	go func() { _ = c.server.Serve(listener) }() // ends by close
	if err := os.WriteFile(c.file, fmt.Appendf(nil, "http://%s/%s", listener.Addr(), secret), 0o600); err != nil {
		return nil, errors.Join(err, c.server.Close())
	}
	return c, nil
}

func (c *control) close() error { return errors.Join(os.Remove(c.file), c.server.Close()) }

type restart struct {
	Data   string `help:"Folder of the running serve." required:"" placeholder:"DIR" type:"path"`
	Engine string `arg:"" help:"postgres, elasticsearch or eventstoredb." enum:"postgres,elasticsearch,eventstoredb"`
}

// Run is what kong calls. It returns when the engine answers.
func (r restart) Run(ctx context.Context) error {
	where, err := os.ReadFile(controlFile(r.Data))
	if err != nil {
		return fmt.Errorf("nobody serves engines on %s: %w", r.Data, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, string(where)+"/"+r.Engine, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("nobody serves engines on %s any more: %w", r.Data, err)
	}
	defer answer.Body.Close()
	var said bytes.Buffer
	if _, err := io.Copy(&said, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return errors.New(strings.TrimSpace(said.String()))
	}
	_, err = said.WriteTo(os.Stdout)
	return err
}
