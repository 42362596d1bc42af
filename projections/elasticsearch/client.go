package elasticsearch

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
	"github.com/elastic/go-elasticsearch/v8/esapi"
	"github.com/go-json-experiment/json"
)

// client sends requests to the nodes in turn and names what goes wrong. The typed client of the same module is not used: it
// alone takes two minutes to compile, and this is all that it would be asked for.
type client struct {
	transport *elastictransport.Client
	base      *http.Transport
}

const (
	dialTimeout   = 5 * time.Second
	triesOfOthers = 3 // after a node that does not answer, or says that it cannot
	poolSize      = 32
)

func newClient(o Options) (*client, error) {
	urls, err := o.urls()
	if err != nil {
		return nil, err
	}
	pem, err := o.certificates()
	if err != nil {
		return nil, err
	}
	base := &http.Transport{
		Proxy:       http.ProxyFromEnvironment,
		DialContext: (&net.Dialer{Timeout: dialTimeout, KeepAlive: 15 * time.Second}).DialContext,
		// A node that takes a request and never answers would hold its caller for ever.
		ResponseHeaderTimeout: o.Timeout, TLSHandshakeTimeout: dialTimeout, IdleConnTimeout: time.Minute,
		MaxIdleConnsPerHost: poolSize, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if pem != nil {
		base.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !base.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("elasticsearch: the trusted certificates are not PEM")
		}
	}
	given := []elastictransport.Option{
		elastictransport.WithURLs(urls...), elastictransport.WithTransport(base), elastictransport.WithMaxRetries(triesOfOthers),
		elastictransport.WithRetryOnError(anotherNode),
		elastictransport.WithRetryBackoff(func(attempt int) time.Duration { return time.Duration(attempt) * 20 * time.Millisecond }),
	}
	if o.APIKey != "" {
		given = append(given, elastictransport.WithAPIKey(o.APIKey))
	} else if o.User != "" {
		given = append(given, elastictransport.WithBasicAuth(o.User, o.Password))
	}
	transport, err := elastictransport.NewClient(given...)
	if err != nil {
		return nil, fmt.Errorf("elasticsearch: make a client: %w", err)
	}
	return &client{transport: transport, base: base}, nil
}

// anotherNode reports whether a request that failed is sent to another node: not one that took too long to be answered, or the
// caller would wait as long for each.
func anotherNode(r *http.Request, err error) bool {
	var slow net.Error
	var op *net.OpError
	dialing := errors.As(err, &op) && op.Op == "dial"
	return r.Context().Err() == nil && (dialing || !errors.As(err, &slow) || !slow.Timeout())
}

func (c *client) close() { c.base.CloseIdleConnections() }

// do sends a request and reads its answer into into, which may be nil. What the server refuses is a *refusal.
func (c *client) do(ctx context.Context, req esapi.Request, into any) error {
	res, err := req.Do(ctx, c.transport)
	if err != nil {
		return unreached(ctx, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return unreached(ctx, err)
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return refused(res.StatusCode, body)
	}
	if res.Header.Get("X-Elastic-Product") != "Elasticsearch" {
		return errForeign()
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("read an answer of elasticsearch: %w", err)
	}
	return nil
}

// object is a JSON object on its way to the server.
type object = map[string]any

// body returns a value as JSON. Values are of this package and always can be written.
func body(value any) (io.Reader, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write a request to elasticsearch: %w", err)
	}
	return bytes.NewReader(raw), nil
}

// yes is true where the client wants a pointer.
func yes() *bool { return ref(true) }

func ref[T any](v T) *T { return &v }
