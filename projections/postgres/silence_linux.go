package postgres

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// limitSilence has a connection end when what was sent is not acknowledged for a while: the network would go on trying for a
// quarter of an hour.
func limitSilence(_, _ string, raw syscall.RawConn) error {
	return raw.Control(func(fd uintptr) {
		// Where the system does not know it (a Unix socket), keepalives and deadlines end the wait a little later.
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(silentFor.Milliseconds()))
	})
}
