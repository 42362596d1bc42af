package esdbtest

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"
)

// Proxy is the network between a client and a server: it passes bytes on until it is told to fail. All methods may be called by
// many goroutines at once.
type Proxy struct {
	target  string
	address string

	mu       sync.Mutex
	listener net.Listener  // nil while connections are refused
	gate     chan struct{} // closed while bytes pass
	pipes    map[*pipe]bool
	running  sync.WaitGroup
}

// pipe is one connection through the proxy.
type pipe struct {
	client net.Conn
	life   context.Context // ends when it is cut
	end    context.CancelFunc
	lost   bool // never passes anything again; guarded by the mutex of the Proxy
}

// StartProxy starts a network in front of an address, on a free port, and takes it down when the test ends.
func StartProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	p := &Proxy{target: target, address: loopback(), gate: make(chan struct{}), pipes: map[*pipe]bool{}}
	close(p.gate)
	if err := p.Heal(); err != nil {
		t.Fatalf("start proxy: %v", err)
	}
	t.Cleanup(func() {
		p.Refuse()
		p.running.Wait()
	})
	return p
}

// Address returns where the proxy listens.
func (p *Proxy) Address() string { return p.address }

// Refuse cuts every connection and refuses new ones.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		_ = p.listener.Close()
		p.listener = nil
	}
	p.cut()
}

// Connections returns how many connections there are.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.pipes)
}

// Cut cuts every connection; new ones are accepted.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut()
}

func (p *Proxy) cut() {
	for one := range p.pipes {
		one.end()
	}
}

// Swallow stops passing bytes on, both ways and without a word; new connections are accepted and silent.
func (p *Proxy) Swallow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.gate:
		p.gate = make(chan struct{})
	default:
	}
}

// Lose is Swallow for the connections that there are: they stay silent for ever, as behind a router that forgot them.
func (p *Proxy) Lose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for one := range p.pipes {
		one.lost = true
	}
}

// Heal listens and passes bytes on again, those that were held back first. The error says that it cannot listen.
func (p *Proxy) Heal() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.gate:
	default:
		close(p.gate)
	}
	if p.listener != nil {
		return nil
	}
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		return fmt.Errorf("listen for proxy: %w", err)
	}
	p.listener, p.address = listener, listener.Addr().String()
	p.running.Go(func() { p.accept(listener) })
	return nil
}

func (p *Proxy) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return // it was closed
		}
		one := &pipe{client: client}
		one.life, one.end = context.WithCancel(context.Background())
		context.AfterFunc(one.life, func() { _ = client.Close() })
		p.mu.Lock()
		p.pipes[one] = true
		refused := p.listener != listener
		p.mu.Unlock()
		if refused {
			one.end()
		}
		p.running.Go(func() { p.run(one) })
	}
}

// run connects a pipe to the server, once bytes may pass, and passes them until one side ends.
func (p *Proxy) run(one *pipe) {
	defer func() {
		one.end()
		p.mu.Lock()
		delete(p.pipes, one)
		p.mu.Unlock()
	}()
	if !p.pass(one) {
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer context.AfterFunc(one.life, func() { _ = server.Close() })()
	var both sync.WaitGroup
	both.Go(func() { p.copy(one, server, one.client) })
	both.Go(func() { p.copy(one, one.client, server) })
	both.Wait()
}

// copy passes bytes one way. The end of a side is passed on like bytes: behind a network that swallows nobody learns of it.
func (p *Proxy) copy(one *pipe, to, from net.Conn) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if !p.pass(one) {
			return
		}
		if _, failed := to.Write(buffer[:n]); failed != nil || err != nil {
			one.end()
			return
		}
	}
}

// pass waits until bytes of a pipe may pass; false: never.
func (p *Proxy) pass(one *pipe) bool {
	for {
		p.mu.Lock()
		gate, lost := p.gate, one.lost
		p.mu.Unlock()
		if lost {
			<-one.life.Done()
			return false
		}
		select {
		case <-gate:
		case <-one.life.Done():
			return false
		}
		p.mu.Lock()
		open := p.gate == gate && !one.lost
		p.mu.Unlock()
		if open {
			return true
		}
	}
}
