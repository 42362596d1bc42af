package simulate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"fleetbeat/simulate/target"
)

// readyAgain is how often a target that is not ready is asked again.
const readyAgain = time.Second

// ClassicAt is [Classic] at a target that somebody else starts, perhaps at the same time: it waits until the target is ready,
// and takes the timeout from its settings. Errors: the target's address is none, or its answer says that waiting is no use.
func ClassicAt(ctx context.Context, url, key string, logger *slog.Logger) error {
	address, err := target.ParseAddress(url, key)
	if err != nil {
		return err
	}
	c := target.NewClient(address)
	defer c.Close()
	if err := awaitReady(ctx, c, url, logger); err != nil {
		return err
	}
	settings, err := c.Settings(ctx)
	if err != nil {
		return fmt.Errorf("ask for the timeout: %w", err)
	}
	return Classic(ctx, url, key, settings.Timeout(), logger)
}

// awaitReady returns when the target is ready, or with ctx's error. It says once that it waits, and why.
func awaitReady(ctx context.Context, c *target.Client, url string, logger *slog.Logger) error {
	for said := false; ; said = true {
		asking, cancel := context.WithTimeout(ctx, demoPatience)
		err := c.Get(asking, "/readyz", nil)
		cancel()
		var status *target.StatusError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &status) && status.Status < http.StatusInternalServerError:
			return fmt.Errorf("ask whether it is ready: %w", err)
		case !said && ctx.Err() == nil:
			logger.Info("the classic fleet waits until its target is ready", "target", url, "error", err)
		}
		if !pause(ctx, readyAgain) {
			return ctx.Err()
		}
	}
}
