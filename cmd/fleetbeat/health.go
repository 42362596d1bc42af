package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"fleetbeat/domain"
)

// healthCmd asks the server of this machine whether it is well: the health check of an image that holds nothing but this
// binary, no shell and no curl.
type healthCmd struct {
	Listen  string        `default:"127.0.0.1:8080" help:"What the server listens on; where that is every address, this machine is asked." placeholder:"HOST:PORT"`
	Ask     string        `default:"live" enum:"live,started,ready" help:"What to ask: live (it answers at all), started (it has been ready since it started), ready (now, which an engine that is down keeps it from)."`
	Timeout time.Duration `default:"3s" help:"How long to wait for its answer."`
}

// errUnwell is an answer that is no 200.
var errUnwell = errors.New("the server is not well")

// Run asks. What the server answers is said only where it is not well.
func (c healthCmd) Run(ctx context.Context) error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil || port == "0" {
		return domain.InvalidField("--listen", "%q is not host:port, like 127.0.0.1:8080", c.Listen)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	path := map[string]string{"live": "/healthz", "started": "/startz", "ready": "/readyz"}[c.Ask]
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, http.NoBody)
	if err != nil {
		return fmt.Errorf("ask %s: %w", path, err)
	}
	client := &http.Client{ // the one asked is this machine: no proxy of the environment, and nobody else
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	const most = 4096
	said, _ := io.ReadAll(io.LimitReader(response.Body, most)) // of what it says, whatever can be had
	return fmt.Errorf("%w: %s answered %s: %s", errUnwell, path, response.Status, strings.TrimSpace(string(said)))
}
