package e2e

import (
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// gate is the way of one process to a server: TCP that can be cut in two ways, and slowed down.
type gate struct {
	t       *testing.T
	to      func() []string // where connections may go, the best first
	address string

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]string // and where they lead
	flows    chan struct{}       // closed while bytes pass
	delay    time.Duration       // of each piece
	serving  sync.WaitGroup
}

// newGate returns an open gate on a free port.
func newGate(t *testing.T, to func() []string) *gate {
	t.Helper()
	g := &gate{t: t, to: to, address: "127.0.0.1:0", conns: map[net.Conn]string{}, flows: make(chan struct{})}
	close(g.flows)
	g.open()
	t.Cleanup(func() {
		g.refuse()
		g.lighten()
		g.serving.Wait()
	})
	return g
}

// logBehind returns a gate to the log of a cluster, and the URL of the log behind it.
func (c *cluster) logBehind() (*gate, string) {
	c.t.Helper()
	address := strings.TrimPrefix(strings.TrimSuffix(c.events, "?tls=false"), "esdb://")
	g := newGate(c.t, func() []string { return []string{address} })
	return g, "esdb://" + g.address + "?tls=false"
}

// open lets connections come.
func (g *gate) open() {
	g.t.Helper()
	var listener net.Listener
	eventually(g.t, "a gate listens", func() (ok bool) {
		var err error
		listener, err = net.Listen("tcp", g.address)
		return err == nil
	})
	g.mu.Lock()
	defer g.mu.Unlock()
	g.listener, g.address = listener, listener.Addr().String()
	g.serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			g.serving.Go(func() { g.serve(conn) })
		}
	})
}

// refuse ends all connections and refuses new ones, as a server that is gone.
func (g *gate) refuse() {
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = g.listener.Close() // closed twice where it refuses already
	closed(slices.Collect(maps.Keys(g.conns))...)
}

// darken has nothing pass any more and nobody told, as a network that drops packets; lighten ends that, and what was held up
// passes.
func (g *gate) darken() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.flows = make(chan struct{})
}

func (g *gate) lighten() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.flows:
	default:
		close(g.flows)
	}
}

// slow delays each piece that passes.
func (g *gate) slow(by time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.delay = by
}

// hold waits as long as nothing passes.
func (g *gate) hold() {
	g.mu.Lock()
	flows, delay := g.flows, g.delay
	g.mu.Unlock()
	<-flows
	if delay > 0 {
		pass(delay)
	}
}

// serve connects one client with the first place that takes it.
func (g *gate) serve(from net.Conn) {
	defer closed(from)
	g.hold()
	for _, address := range g.to() {
		to, err := net.DialTimeout("tcp", address, glance)
		if err != nil {
			continue
		}
		g.keep(from, to, address)
		var both sync.WaitGroup
		both.Go(func() { g.pump(to, from) })
		both.Go(func() { g.pump(from, to) })
		both.Wait()
		g.forget(from, to)
		return
	}
}

// pump passes bytes on, and ends both connections with either.
func (g *gate) pump(to, from net.Conn) {
	defer closed(to, from)
	piece := make([]byte, 64<<10)
	for {
		n, err := from.Read(piece)
		g.hold()
		if n > 0 {
			if _, err := to.Write(piece[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (g *gate) keep(from, to net.Conn, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conns[from], g.conns[to] = address, address
}

func (g *gate) forget(conns ...net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, conn := range conns {
		delete(g.conns, conn)
	}
}

// cutOff ends the connections that lead to a place.
func (g *gate) cutOff(address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for conn, leads := range g.conns {
		if leads == address {
			closed(conn)
		}
	}
}

// closed closes connections, some of them twice.
func closed(conns ...net.Conn) {
	for _, conn := range conns {
		_ = conn.Close() // whoever used it finds out
	}
}
