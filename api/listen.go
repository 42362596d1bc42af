package api

import (
	"log/slog"
	"net/http"
	"time"
)

// The limits of a connection. A handler that streams sets deadlines of its own with [http.ResponseController].
const (
	maxHeaderBytes    = 64 << 10 // a thousand VINs in a query string are 18 KB
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 3 * time.Minute // longer than most vehicles pause, so that each keeps its connection
)

// NewServer returns the server for a handler, with limits on what a connection may cost: without them a client that
// sends a byte a minute would hold one for ever. What net/http has to complain about goes to log.
func NewServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), MaxHeaderBytes: maxHeaderBytes,
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
	}
}
