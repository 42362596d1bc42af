package e2e

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// balancer is what an operator has in front of several nodes: it sends each connection to the next one that says it is ready,
// and cuts off those to a node that says it is not, or is gone. Where none is, any will do. One that is slow to say anything keeps
// what it has.
func (c *cluster) balancer(nodes []*node) (base string) {
	c.t.Helper()
	var mu sync.Mutex
	var addresses []string
	ready, turn := map[string]bool{}, 0
	for _, n := range nodes {
		addresses = append(addresses, strings.TrimPrefix(n.base, "http://"))
	}
	g := newGate(c.t, func() (to []string) {
		mu.Lock()
		defer mu.Unlock()
		turn++
		var others []string
		for i := range addresses {
			if address := addresses[(turn+i)%len(addresses)]; ready[address] {
				to = append(to, address)
			} else {
				others = append(others, address)
			}
		}
		return append(to, others...)
	})
	look := func(address string) {
		status, _ := fetch(http.MethodGet, "http://"+address+"/readyz", 5*glance)
		mu.Lock()
		was := ready[address]
		ready[address] = status == http.StatusOK
		mu.Unlock()
		if was && status != http.StatusOK {
			g.cutOff(address)
		}
	}
	done := make(chan struct{})
	var looking sync.WaitGroup
	for _, address := range addresses {
		look(address)
		looking.Go(func() {
			for {
				select {
				case <-time.After(glance / 4):
					look(address)
				case <-done:
					return
				}
			}
		})
	}
	c.t.Cleanup(func() { close(done); looking.Wait() })
	return "http://" + g.address
}
