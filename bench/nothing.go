package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"

	"fleetbeat/api"
)

// ServeNothing answers 204 to everything without reading it, on a free port of this machine, until ctx ends: what the same
// server can do when nothing is asked of it. It writes its address to out, as a line.
func ServeNothing(ctx context.Context, out io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := api.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }),
		slog.New(slog.DiscardHandler))
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // nobody waits for an answer any more
	defer stop()
	if _, err := fmt.Fprintln(out, listener.Addr()); err != nil {
		return errors.Join(fmt.Errorf("tell the address: %w", err), listener.Close())
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve nothing: %w", err)
	}
	return nil
}
