package api

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// isLoopbackHost reports whether a Host header names this machine as only its own programs see it. Any other name is one
// that somebody's DNS led here (rebinding), and the page of that name would read and change all there is. Programs of
// HTTP/1.0 send none; browsers always do.
func isLoopbackHost(host string) bool {
	name := strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if before, _, err := net.SplitHostPort(host); err == nil {
		name = before
	}
	if name == "" {
		return host == ""
	}
	address, err := netip.ParseAddr(name)
	return err == nil && address.Unmap().IsLoopback() || strings.EqualFold(strings.TrimSuffix(name, "."), "localhost")
}

// isOtherSites reports whether a page of another origin made a browser send this. net/http asks that of all methods but
// GET and HEAD, which usually change nothing.
func isOtherSites(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site != "" && site != "same-origin" && site != "none"
}
