package check

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// address is where a service is asked to go.
type address struct{ variable, host, port string }

// addresses returns the hosts that the environment of a service names: URLs, of which one may hold several with commas, and
// lists of nodes.
func addresses(s types.ServiceConfig) (all []address) {
	for name, value := range s.Environment {
		if value == nil {
			continue
		}
		if name == "discovery.seed_hosts" {
			for host := range strings.SplitSeq(*value, ",") {
				all = append(all, address{name, host, "9200"})
			}
			continue
		}
		text := *value
		if name != "EVENTSTORE_GOSSIP_SEED" && !strings.Contains(text, "://") {
			continue
		}
		for part := range strings.SplitSeq(text, ",") {
			if !strings.Contains(part, "://") {
				part = "x://" + part
			}
			if u, err := url.Parse(part); err == nil && u.Hostname() != "" {
				all = append(all, address{name, u.Hostname(), u.Port()})
			}
		}
	}
	return all
}

// hosts returns the addresses that lead nowhere: to a service that is not there, is in no network that this one is in, or
// does not listen there.
func (f *Files) hosts(s types.ServiceConfig, found *findings) {
	for _, a := range addresses(s) {
		there, ok := f.Services[a.host]
		switch {
		case !ok:
			found.add(s.Name, "%s names %q, which is no service", a.variable, a.host)
		case !slices.ContainsFunc(networks(s), func(n string) bool { return slices.Contains(networks(there), n) }):
			found.add(s.Name, "%s names %q, with which it shares no network", a.variable, a.host)
		case a.port != portOf(there):
			found.add(s.Name, "%s names %s, and %s listens on %s", a.variable, net.JoinHostPort(a.host, a.port), a.host, portOf(there))
		}
	}
}

func networks(s types.ServiceConfig) (names []string) {
	for name := range s.Networks {
		names = append(names, name)
	}
	return names
}
