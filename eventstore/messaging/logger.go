package messaging

import (
	"log/slog"

	"github.com/ThreeDotsLabs/watermill"
)

// untraced is Watermill's logger without its traces, which tell of each message twice and cost a fifth of the router's
// time where nobody reads them.
type untraced struct{ watermill.LoggerAdapter }

// adapter returns logger as Watermill wants it. Its news of handlers that come and go are logged at debug level.
func adapter(logger *slog.Logger) watermill.LoggerAdapter {
	return untraced{watermill.NewSlogLoggerWithLevelMapping(logger, map[slog.Level]slog.Level{slog.LevelInfo: slog.LevelDebug})}
}

// Trace drops the message.
func (untraced) Trace(string, watermill.LogFields) {}

// With returns an adapter that adds fields and drops traces still.
func (u untraced) With(fields watermill.LogFields) watermill.LoggerAdapter {
	return untraced{u.LoggerAdapter.With(fields)}
}
