//go:build !linux

package postgres

import "syscall"

// limitSilence does nothing where a system has no such limit: keepalives and deadlines end the wait a little later.
func limitSilence(string, string, syscall.RawConn) error { return nil }
