package eventstoredb_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

// authority makes certificates.
type authority struct {
	*testing.T

	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string // its own certificate, PEM
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{T: t}
	var der []byte
	der, a.key = a.sign(&x509.Certificate{Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	var err error
	a.certificate, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	a.file = a.write("CERTIFICATE", der)
	return a
}

// sign makes a certificate; the authority's own one while it has none.
func (a *authority) sign(template *x509.Certificate) ([]byte, *ecdsa.PrivateKey) {
	a.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a, err)
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := a.certificate, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	require.NoError(a, err)
	return der, key
}

func (a *authority) write(kind string, der []byte) string {
	a.Helper()
	file := filepath.Join(a.TempDir(), kind[:4]+".pem")
	require.NoError(a, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return file
}

// pair makes the files of a certificate and its key.
func (a *authority) pair(template *x509.Certificate) (certificate, key string) {
	a.Helper()
	der, private := a.sign(template)
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(a, err)
	return a.write("CERTIFICATE", der), a.write("PRIVATE KEY", encoded)
}

// server starts a server with a certificate of the authority.
func (a *authority) server(o esdbtest.Options, change func(*tls.Config)) *esdbtest.Server {
	a.Helper()
	certificate, key := a.pair(&x509.Certificate{
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	pair, err := tls.LoadX509KeyPair(certificate, key)
	require.NoError(a, err)
	o.Listen = "127.0.0.1:0" // which the certificate names
	o.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	if change != nil {
		change(o.TLS)
	}
	return esdbtest.Start(a, o)
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

func TestTLS(t *testing.T) {
	t.Parallel()
	quick := eventstoredb.Options{Connect: time.Second}

	t.Run("a server whose certificate tlsCaFile has signed is used, for everything", func(t *testing.T) {
		t.Parallel()
		a := newAuthority(t)
		store := open(t, a.server(esdbtest.Options{}, nil).URL()+"&tlsCaFile="+a.file)
		sub := subscribe(t, store, eventstore.Position{})
		e := one()
		mustAppend(t, store, "s", eventstore.NoStream, e)
		assert.Equal(t, e, take(t, sub, 1)[0].Event)
		assert.Len(t, readAll(t, store), 1)
		require.NoError(t, store.SetMaxAge(t.Context(), "s", time.Hour))
	})

	t.Run("TLS is the default", func(t *testing.T) {
		t.Parallel()
		a := newAuthority(t)
		store := open(t, "esdb://"+a.server(esdbtest.Options{}, nil).Address()+"?tlsCaFile="+a.file)
		mustAppend(t, store, "s", eventstore.NoStream, one())
	})

	t.Run("a certificate of somebody else is refused, and the error says so", func(t *testing.T) {
		t.Parallel()
		a := newAuthority(t)
		for _, ca := range []string{"", "&tlsCaFile=" + newAuthority(t).file} {
			store := openWith(t, a.server(esdbtest.Options{}, nil).URL()+ca, quick)
			_, err := store.Append(t.Context(), "s", eventstore.NoStream, one())
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
			require.ErrorContains(t, err, "certificate signed by unknown authority")
		}
	})

	t.Run("with tlsVerifyCert=false any certificate will do, and that is logged as a warning", func(t *testing.T) {
		t.Parallel()
		var text bytes.Buffer
		o := eventstoredb.Options{Log: slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelWarn}))}
		store := openWith(t, newAuthority(t).server(esdbtest.Options{}, nil).URL()+"&tlsVerifyCert=false", o)
		mustAppend(t, store, "s", eventstore.NoStream, one())
		assert.Contains(t, text.String(), "not verified")
	})

	t.Run("a server that asks for a certificate is shown userCertFile, and without it refuses", func(t *testing.T) {
		t.Parallel()
		a := newAuthority(t)
		server := a.server(esdbtest.Options{}, func(c *tls.Config) {
			c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, a.pool()
		})
		certificate, key := a.pair(&x509.Certificate{Subject: pkix.Name{CommonName: "fleetbeat"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
		url := server.URL() + "&tlsCaFile=" + a.file
		_, err := openWith(t, url, quick).Head(t.Context())
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
		store := open(t, url+"&userCertFile="+certificate+"&userKeyFile="+key)
		mustAppend(t, store, "s", eventstore.NoStream, one())
	})

	t.Run("a server without TLS is not spoken to", func(t *testing.T) {
		t.Parallel()
		store := openWith(t, "esdb://"+esdbtest.Start(t).Address(), quick)
		_, err := store.Head(t.Context())
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
	})

	t.Run("files that are not there, or are no certificates, are found when the log is opened", func(t *testing.T) {
		t.Parallel()
		a := newAuthority(t)
		certificate, key := a.pair(&x509.Certificate{})
		for setting, want := range map[string]string{
			"tlsCaFile=/nowhere.pem":                                "tlsCaFile: no such file",
			"tlsCaFile=" + key:                                      "certificate file",
			"userCertFile=" + certificate:                           "go together",
			"userKeyFile=" + key:                                    "go together",
			"userCertFile=/nowhere&userKeyFile=" + key:              "no such file",
			"userCertFile=" + key + "&userKeyFile=" + certificate:   "userCertFile and userKeyFile",
			"tls=false&tlsCaFile=" + a.file:                         "never used with tls=false",
			"tls=false&userCertFile=" + key + "&userKeyFile=" + key: "never used with tls=false",
		} {
			_, err := eventstoredb.Open("esdb://localhost?"+setting, eventstoredb.Options{})
			require.ErrorContains(t, err, want, setting)
		}
	})
}

// words is a log that remembers everything.
type words struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *words) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	const user, password = "fleetbeat", "geh/eim?&%"
	const escaped = "geh%2Feim%3F%26%25"
	a := newAuthority(t)

	for name, open := range map[string]struct {
		userinfo string
		beside   eventstoredb.Credentials
	}{
		"in the connection string": {user + ":" + escaped + "@", eventstoredb.Credentials{}},
		"beside it":                {"", eventstoredb.Credentials{User: user, Password: password}},
	} {
		t.Run("credentials "+name+" arrive, with every call", func(t *testing.T) {
			t.Parallel()
			server := a.server(esdbtest.Options{User: user, Password: password}, nil)
			store := openWith(t, "esdb://"+open.userinfo+server.Address()+"?tlsCaFile="+a.file, eventstoredb.Options{Credentials: open.beside})
			mustAppend(t, store, "s", eventstore.NoStream, one())
			assert.Len(t, read(t, store, "s"), 1)
			assert.Len(t, readAll(t, store, "thing.happened.v1"), 1)
			take(t, subscribe(t, store, eventstore.Position{}), 1)
			require.NoError(t, store.SetMaxAge(t.Context(), "s", time.Hour))
			_, err := store.Head(t.Context())
			require.NoError(t, err)
		})
	}

	t.Run("without credentials, or with wrong ones, nothing is stored and every call fails", func(t *testing.T) {
		t.Parallel()
		server := a.server(esdbtest.Options{User: user, Password: password}, nil)
		for _, wrong := range []eventstoredb.Credentials{{}, {User: user, Password: "other"}} {
			store := openWith(t, server.URL()+"&tlsCaFile="+a.file, eventstoredb.Options{Credentials: wrong})
			_, err := store.Append(t.Context(), "s", eventstore.NoStream, one())
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
			_, err = store.Head(t.Context())
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
			_, err = store.Subscribe(t.Context(), eventstore.Position{})
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
			require.ErrorIs(t, store.SetMaxAge(t.Context(), "s", time.Hour), eventstore.ErrUnavailable)
		}
	})

	t.Run("credentials that would not be sent are refused", func(t *testing.T) {
		t.Parallel()
		for url, c := range map[string]eventstoredb.Credentials{
			"esdb://localhost?tls=false": {User: user, Password: password},
			"esdb://localhost":           {User: user},
			"esdb://localhost?":          {Password: password},
			"esdb://u:p@localhost":       {User: user, Password: password},
		} {
			_, err := eventstoredb.Open(url, eventstoredb.Options{Credentials: c})
			require.Error(t, err, url)
			assert.NotContains(t, err.Error(), "geh")
		}
	})

	t.Run("no error and no line of the log has the password, whatever goes wrong", func(t *testing.T) {
		t.Parallel()
		server := a.server(esdbtest.Options{User: user, Password: "another one"}, nil)
		said := &words{}
		log := slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))
		fails := func(err error) {
			require.Error(t, err)
			log.Info("failed", "error", err)
		}
		use := func(store *eventstoredb.Store) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := store.Append(ctx, "s", eventstore.NoStream, one())
			fails(err)
			_, err = store.Head(ctx)
			fails(err)
			_, err = store.Subscribe(ctx, eventstore.Position{})
			fails(err)
			fails(store.SetMaxAge(ctx, "s", time.Hour))
		}
		o := eventstoredb.Options{Log: log, Connect: 100 * time.Millisecond}
		beside := o
		beside.Credentials = eventstoredb.Credentials{User: user, Password: password}
		log.Info("options", "options", beside)
		log.Info("as go", "options", fmt.Sprintf("%v %+v %#v", beside, beside, beside.Credentials))
		inURL := openWith(t, "esdb://"+user+":"+escaped+"@"+server.Address()+"?tlsCaFile="+a.file, o)
		besideURL := openWith(t, server.URL()+"&tlsCaFile="+a.file, beside)
		untrusted := openWith(t, server.URL(), beside)
		for _, store := range []*eventstoredb.Store{inURL, besideURL, untrusted} {
			use(store)
		}
		server.Stop()
		use(inURL)
		for _, url := range []string{
			"esdb://" + user + ":" + password + "@localhost", "esdb://" + user + ":" + escaped + "@local host", "esdb://" + user + ":" + escaped + "@localhost:port",
			"esdb://" + user + ":" + escaped + "@localhost?tls=perhaps", "esdb://" + user + ":" + escaped + "@localhost?tls=false", "esdb://us/er:" + escaped + "@localhost",
			"esdb://" + user + ":" + escaped + "@localhost?unknown=1", "esdb://" + user + ":" + escaped + "@a,b:x", "http://" + user + ":" + escaped + "@localhost",
		} {
			_, err := eventstoredb.Open(url, o)
			fails(err)
		}
		require.NotEmpty(t, said.String())
		for _, secret := range []string{password, escaped, "geh", base64.StdEncoding.EncodeToString([]byte(user + ":" + password))} {
			assert.NotContains(t, said.String(), secret)
		}
	})
}
