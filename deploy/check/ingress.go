package check

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// IngressRules returns the broken rules of the ingress's configuration, as the service named ingress mounts it.
func (f *Files) IngressRules(text string) []string {
	var found findings
	say := func(format string, args ...any) { found.add("nginx.conf", format, args...) }
	text = regexp.MustCompile(`(?m)#.*$`).ReplaceAllString(text, "")
	service := f.Services["ingress"]
	for _, rule := range []struct{ what, why string }{
		{`(?m)^    proxy_buffering off;`, "changes and exports must be streamed"},
		{`(?m)^    proxy_request_buffering off;`, "uploads must be read as they come"},
		{`(?m)^    client_max_body_size 0;`, "the size of an upload is Fleetbeat's to refuse"},
		{`(?m)^    proxy_read_timeout 1h;`, "a stream must not be cut"},
		{`(?m)^    proxy_http_version 1.1;`, "connections to the nodes must be kept"},
		{`(?m)^    proxy_set_header Connection "";`, "connections to the nodes must be kept"},
		{`proxy_set_header Host \$http_host;`, "what a page sends must look like its own site's"},
		{`proxy_set_header X-Forwarded-Proto \$scheme;`, "a session's cookie must be for https alone"},
		{`listen 8080;\s+location / \{ return 308 https://\$host\$request_uri; \}`, "http must lead to https, with the method as it was"},
		{`ssl_protocols TLSv1\.2 TLSv1\.3;`, "older TLS must not be spoken"},
		{`location /heartbeat/ \{[^}]*proxy_next_upstream [^;]*http_503 non_idempotent;`, "a ping that one node refuses must go to the next"},
		{`location /heartbeat/ \{[^}]*proxy_request_buffering on;`, "a ping must be kept until it is answered, to be sent again"},
		{`(?m)^    proxy_next_upstream error timeout;`, "what may have been done must not be sent twice"},
		{`location = /metrics \{ return 404; \}`, "metrics are each node's own"},
		{`pid /tmp/`, "nothing but /tmp can be written to"},
	} {
		if !regexp.MustCompile(rule.what).MatchString(text) {
			say("%s: %s", rule.why, rule.what)
		}
	}
	at := mounted(service)
	for _, file := range regexp.MustCompile(`ssl_certificate(?:_key)? ([^;]+);`).FindAllStringSubmatch(text, -1) {
		if !at[file[1]] {
			say("%s is not mounted", file[1])
		}
	}
	for _, dir := range regexp.MustCompile(`_temp_path ([^;]+);`).FindAllStringSubmatch(text, -1) {
		if path.Dir(dir[1]) != "/tmp" {
			say("%s cannot be written to", dir[1])
		}
	}
	for _, server := range regexp.MustCompile(`server ([a-z]+):([0-9]+)([^;]*);`).FindAllStringSubmatch(text, -1) {
		there, ok := f.Services[server[1]]
		switch {
		case !ok || portOf(there) != server[2] || !slices.ContainsFunc(networks(service), func(n string) bool { return slices.Contains(networks(there), n) }):
			say("%s:%s leads nowhere", server[1], server[2])
		case !strings.Contains(server[3], " resolve "):
			say("%s is looked up once, and never again when its tasks move", server[1])
		case Drain(there) < 2*remembered(text):
			say("%s must answer for as long as its address is remembered: FLEETBEAT_DRAIN", server[1])
		case there.Deploy == nil || there.Deploy.EndpointMode != "dnsrr":
			say("%s must be known by the addresses of its tasks: endpoint_mode dnsrr", server[1])
		}
	}
	f.published(service, text, say)
	return found
}

// remembered returns how long the ingress uses an address that DNS has forgotten.
func remembered(text string) time.Duration {
	valid := regexp.MustCompile(`resolver [^;]*valid=([0-9]+s)`).FindStringSubmatch(text)
	if valid == nil {
		return time.Hour // as long as the answer says: whatever that is
	}
	d, err := time.ParseDuration(valid[1])
	if err != nil {
		return time.Hour
	}
	return d
}

// published returns the ports that lead to no server, and a health check that asks nobody.
func (f *Files) published(service types.ServiceConfig, text string, say func(string, ...any)) {
	listens := map[string]bool{}
	for _, port := range regexp.MustCompile(`listen (?:127\.0\.0\.1:)?([0-9]+)`).FindAllStringSubmatch(text, -1) {
		listens[port[1]] = true
	}
	targets := map[string]string{"80": "8080", "443": "8443"}
	for _, p := range service.Ports {
		if targets[p.Published] == "" || targets[p.Published] != numbered(p.Target) || !listens[numbered(p.Target)] {
			say("the port %s leads to %d, where no server listens", p.Published, p.Target)
		}
		delete(targets, p.Published)
	}
	for published := range targets {
		say("the port %s is not published", published)
	}
	if !listens[portOf(service)] {
		say("nobody answers the health check on %s", portOf(service))
	}
}
