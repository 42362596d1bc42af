package target

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Address is where a Fleetbeat is, and how it lets one in.
type Address struct {
	base url.URL // without a path: http://host:port
	path string  // what lies before every path, without a slash at its end
	host string  // host:port to dial
	key  string
}

// ParseAddress reads a URL like http://localhost:8080 or https://host/prefix. The key is an API key, or empty.
func ParseAddress(text, key string) (Address, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Address{}, fmt.Errorf("%q is not a URL like http://localhost:8080", text)
	}
	if strings.ContainsFunc(key, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return Address{}, fmt.Errorf("the API key has characters that no key has")
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return Address{
		base: url.URL{Scheme: u.Scheme, Host: u.Host}, path: strings.TrimRight(u.EscapedPath(), "/"), host: net.JoinHostPort(u.Hostname(), port), key: key,
	}, nil
}

// String returns the URL.
func (a Address) String() string { return a.base.String() + a.path }

// dialWithin is how long making a connection may take.
const dialWithin = 5 * time.Second

func (a Address) dial(ctx context.Context) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: dialWithin}
	if a.base.Scheme == "https" {
		return (&tls.Dialer{NetDialer: dialer, Config: &tls.Config{MinVersion: tls.VersionTLS12}}).DialContext(ctx, "tcp", a.host)
	}
	return dialer.DialContext(ctx, "tcp", a.host)
}
