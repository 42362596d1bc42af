package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Nodes is how many nodes a cluster of engines has: one may be lost.
const Nodes = 3

// cluster returns what keeps the nodes of an engine from being one cluster, or from staying one when a host is lost.
func (f *Files) cluster(found *findings) {
	for _, engine := range []struct {
		prefix, seeds, port string
		all                 map[string]string // variables that every node has, with their values
		self                []string          // variables that name the node
	}{
		{"esdb", "EVENTSTORE_GOSSIP_SEED", ":2113",
			map[string]string{"EVENTSTORE_CLUSTER_SIZE": strconv.Itoa(Nodes), "EVENTSTORE_DISCOVER_VIA_DNS": "false", "EVENTSTORE_INSECURE": ""},
			[]string{"EVENTSTORE_NODE_HOST_ADVERTISE_AS", "EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS"}},
		{"es", "discovery.seed_hosts", "",
			map[string]string{
				"cluster.initial_master_nodes": "es1,es2,es3", "xpack.security.enabled": "true",
				"xpack.security.http.ssl.enabled": "true", "xpack.security.transport.ssl.enabled": "true", "discovery.type": "",
			},
			[]string{"node.name"}},
	} {
		places := map[string]bool{}
		for i := 1; i <= Nodes; i++ {
			name := engine.prefix + strconv.Itoa(i)
			s, ok := f.Services[name]
			if !ok || s.Deploy == nil {
				found.add(name, "is missing")
				continue
			}
			for variable, want := range engine.all {
				if value(s, variable) != want {
					found.add(name, "%s must be %q", variable, want)
				}
			}
			for _, variable := range engine.self {
				if value(s, variable) != name {
					found.add(name, "%s must be its own name", variable)
				}
			}
			var others []string
			for j := 1; j <= Nodes; j++ {
				if j != i {
					others = append(others, engine.prefix+strconv.Itoa(j)+engine.port)
				}
			}
			if seeds := strings.Split(value(s, engine.seeds), ","); !slices.Equal(seeds, others) {
				found.add(name, "%s must name the two others", engine.seeds)
			}
			if s.Deploy.EndpointMode != "dnsrr" {
				found.add(name, "must be known by its own address: endpoint_mode dnsrr")
			}
			places[strings.Join(s.Deploy.Placement.Constraints, " ")] = true
		}
		if len(places) != Nodes {
			found.add(engine.prefix, "two of its nodes may be on one host")
		}
	}
	f.each(func(s types.ServiceConfig) {
		if n, err := strconv.Atoi(value(s, "FLEETBEAT_FLEET_REPLICAS")); value(s, "FLEETBEAT_FLEET") != "" && (err != nil || n < 1 || n >= Nodes) {
			found.add(s.Name, "the fleet view must be kept on two nodes or three: FLEETBEAT_FLEET_REPLICAS")
		}
	})
}

// value returns a variable of a service, empty where it has none.
func value(s types.ServiceConfig, name string) string {
	if v := s.Environment[name]; v != nil {
		return *v
	}
	return ""
}
