package testengines

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// Ports are taken from below those that the system hands out by itself: one of these could be a client's own end of a connection by
// the time that a killed engine wants it back.
const (
	firstPort = 20000
	lastPort  = 31999
)

// freePort returns a port on which nobody listens. Somebody may before we do: starting an engine is tried again then.
func freePort() (int, error) {
	var last error
	for range 100 {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		l, err := net.Listen("tcp", address(port))
		if err == nil {
			return port, l.Close()
		}
		last = err
	}
	return 0, fmt.Errorf("find a free port: %w", last)
}
