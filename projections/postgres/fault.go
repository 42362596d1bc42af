package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// The SQLSTATE codes that mean something here.
const (
	readOnlyTransaction = "25006"
	serializationFailed = "40001"
	deadlockDetected    = "40P01"
	lockNotAvailable    = "55P03"
	uniqueViolation     = "23505"
	undefinedTable      = "42P01"
	invalidSchema       = "3F000"
	queryCancelled      = "57014"
	tooManyConnections  = "53300"
	diskFull            = "53100"
	dataCorrupted       = "XX001"
	indexCorrupted      = "XX002"
)

// codeOf returns the SQLSTATE of what the server said, empty where it said nothing.
func codeOf(err error) string {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return said.Code
	}
	return ""
}

// words are what an operator is told of a code, or of the class of a code: two letters.
func words(code string) string {
	switch code {
	case diskFull:
		return "the disk of Postgres is full; this ends by itself when there is room"
	case tooManyConnections:
		return "Postgres has no connection left for us (max_connections); this ends by itself when others are closed"
	case readOnlyTransaction:
		return "the Postgres at the address can only be read, a standby; this ends by itself when it is promoted or the address leads to the primary"
	case "3D000":
		return "Postgres has no database of this name; make it, and this ends by itself"
	case invalidSchema, undefinedTable:
		return "tables of Fleetbeat are missing in Postgres; they are made anew and built from the log"
	case "42501":
		return "our user may not do this in Postgres; make it the owner of the schema, and this ends by itself"
	case queryCancelled:
		return "Postgres takes too long; this ends by itself when it is less busy"
	case "57P03", "57P01", "57P02", "57P05":
		return "Postgres is starting or stopping; this ends by itself when it is up"
	}
	if len(code) < 2 {
		return ""
	}
	switch code[:2] {
	case "08":
		return awayWords
	case "28":
		return "Postgres refuses our user, password or certificate; put it right there, or here and start again"
	case "53":
		return "Postgres is short of memory or another resource; this ends by itself when it has more"
	case "58", "XX":
		return "Postgres reports damage of its files or an error of its own; its log says which"
	}
	return ""
}

const awayWords = "Postgres cannot be reached; this ends by itself when it can"

// named returns err with words for the operator where it is one that they can do something about, or wait for.
func named(err error) error {
	var known *projections.FaultError
	if err == nil || errors.As(err, &known) || errors.Is(err, projections.ErrMoved) {
		return err
	}
	if code := codeOf(err); code != "" {
		if what := words(code); what != "" {
			return projections.Fault(err, "%s", what)
		}
		return err
	}
	if errors.Is(err, pgconn.ErrReadOnlyConnection) {
		return projections.Fault(err, "%s", words(readOnlyTransaction))
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return projections.Fault(err, "the certificate of Postgres is not one that we trust; put it right there, or name its authority by sslrootcert")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return projections.Fault(err, "Postgres does not answer in time; this ends by itself when it does")
	}
	if lost(err) {
		return projections.Fault(err, "%s", awayWords)
	}
	return err
}

// lost reports whether err is the end of a connection, or that there is none.
func lost(err error) bool {
	code := codeOf(err)
	if strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P") {
		return true
	}
	var network net.Error
	return unconnected(err) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, pgconn.ErrConnClosed)
}

// unconnected reports whether there was no connection to begin with: the next try would meet the same.
func unconnected(err error) bool {
	var connect *pgconn.ConnectError
	return errors.As(err, &connect)
}

// undone reports whether err is one after which certainly nothing has happened, and which the next try may not meet.
func undone(err error) bool {
	switch codeOf(err) {
	case serializationFailed, deadlockDetected, lockNotAvailable, readOnlyTransaction, tooManyConnections:
		return true
	}
	return pgconn.SafeToRetry(err)
}

// passing reports whether waiting may help.
func passing(err error) bool {
	code := codeOf(err)
	return lost(err) || undone(err) || strings.HasPrefix(code, "53") || errors.Is(err, pgconn.ErrReadOnlyConnection)
}

// forCaller returns err as whoever asks is told it: a Postgres that is away is no fault of ours.
func forCaller(view string, err error) error {
	var known *domain.Error
	var fault *projections.FaultError
	if errors.As(err, &known) || !errors.As(err, &fault) {
		return err
	}
	return &domain.Error{Kind: domain.Unavailable, RetryAfter: 1, Message: "the " + view + " view cannot be read at the moment", Cause: err}
}
