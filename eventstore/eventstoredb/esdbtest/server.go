package esdbtest

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Options says how a server is to be. The zero Options are good.
type Options struct {
	Listen  string           // address; "127.0.0.1:0" where empty
	Version string           // what the server says it is; "24.10.5" where empty
	Now     func() time.Time // the server's clock, for "created" and $maxAge; time.Now where nil
	Data    string           // a file that keeps the log, durable before anything is answered; in memory only where empty
	TLS     *tls.Config      // the server's certificate, and which of clients it asks for; no TLS where nil
	// User and Password are demanded of every call that touches events, where User is not empty.
	User, Password string
}

// Server is a running server. All methods may be called by many goroutines at once.
type Server struct {
	service *service
	address string
	cut     int64
	tls     *tls.Config

	mu   sync.Mutex
	grpc *grpc.Server // nil while stopped
	done chan struct{}
}

// service is the server halves of the protocol. It outlives a stop: the log is kept.
type service struct {
	streams.UnimplementedStreamsServer
	serverfeatures.UnimplementedServerFeaturesServer
	book    *book
	faults  faults
	hook    atomic.Pointer[Hooks]
	version string
	demand  string // the authorization header that is demanded; none where empty
}

func (s *service) hooks() Hooks { return *s.hook.Load() }

// loopback returns an address with any free port. Where the machine has many loopback addresses it is one that nobody else has: a
// server that is stopped would otherwise lose its port to the next one, and its clients would talk to that.
func loopback() string {
	if runtime.GOOS != "linux" {
		return "127.0.0.1:0"
	}
	return fmt.Sprintf("127.%d.%d.%d:0", 1+rand.N(254), rand.N(256), 1+rand.N(254))
}

// Start starts a server on a free port of the loopback interface and stops it when the test ends.
func Start(t testing.TB, o ...Options) *Server {
	t.Helper()
	var options Options
	if len(o) > 0 {
		options = o[0]
	}
	if options.Listen == "" {
		options.Listen = loopback()
	}
	s, err := New(options)
	if err != nil {
		t.Fatalf("start esdbtest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close esdbtest: %v", err)
		}
	})
	return s
}

// New starts a server, with an empty log or with what the file of [Options.Data] holds. The error says that it cannot listen, or what
// is wrong with the file.
func New(o Options) (*Server, error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Version == "" {
		o.Version = "24.10.5"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{address: o.Listen, tls: o.TLS, service: &service{book: newBook(o.Now), version: o.Version}}
	if o.User != "" {
		s.service.demand = "Basic " + base64.StdEncoding.EncodeToString([]byte(o.User+":"+o.Password))
	}
	s.service.faults.drop, s.service.faults.behind = newSignal(), newSignal()
	s.SetHooks(Hooks{})
	listener, err := s.listen() // before the file is touched: another server may be at it
	if err != nil {
		return nil, err
	}
	if o.Data != "" {
		if s.service.book.journal, s.cut, err = openJournal(o.Data, s.service.book); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
	}
	s.serve(listener)
	return s, nil
}

// Cut returns how many bytes of a torn end were cut off the file: appends that were under way when a server was killed, and were
// never answered.
func (s *Server) Cut() int64 { return s.cut }

// Close stops the server for good and closes its file. Closing twice is harmless.
func (s *Server) Close() error {
	s.Stop()
	return s.service.book.close()
}

// Resume listens again at the same address, with the same log, after Stop. The error says that it cannot listen.
func (s *Server) Resume() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.grpc != nil {
		return errors.New("esdbtest is running")
	}
	listener, err := s.listen()
	if err != nil {
		return err
	}
	s.serve(listener)
	return nil
}

func (s *Server) listen() (net.Listener, error) {
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return nil, fmt.Errorf("listen for esdbtest: %w", err)
	}
	s.address = listener.Addr().String()
	return listener, nil
}

func (s *Server) serve(listener net.Listener) {
	options := []grpc.ServerOption{
		// The client pings every 10 s, streams or not. The default enforcement would cut it off at the third; the real server has none.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Nanosecond, PermitWithoutStream: true}),
		grpc.UnaryInterceptor(func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
			if err := s.service.called(ctx, info.FullMethod, unaryTrailers{grpc.ServerTransportStreamFromContext(ctx)}); err != nil {
				return nil, err
			}
			return handle(ctx, request)
		}),
		grpc.StreamInterceptor(func(srv any, call grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
			if err := s.service.called(call.Context(), info.FullMethod, call); err != nil {
				return err
			}
			return handle(srv, call)
		}),
	}
	if s.tls != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(s.tls)))
	}
	s.grpc = grpc.NewServer(options...)
	streams.RegisterStreamsServer(s.grpc, s.service)
	serverfeatures.RegisterServerFeaturesServer(s.grpc, s.service)
	gossip.RegisterGossipServer(s.grpc, &gossipService{service: s.service, address: s.address})
	server, done := s.grpc, make(chan struct{})
	s.done = done
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends with the listener, which Stop closes
	}()
}

// called is what happens before anything of a call is read.
func (s *service) called(ctx context.Context, method string, to trailers) error {
	if err := s.admit(ctx, method); err != nil {
		return err
	}
	if call := s.hooks().Call; call != nil {
		return withTrailer(to, call(ctx, method), "")
	}
	return nil
}

// admit judges who calls. Whoever is nobody may look for servers and not touch events; whoever claims to be somebody must be.
func (s *service) admit(ctx context.Context, method string) error {
	said := metadata.ValueFromIncomingContext(ctx, "authorization")
	switch {
	case s.demand == "" || !strings.HasPrefix(method, "/event_store.client.streams."):
		return nil
	case len(said) == 0:
		return status.Error(codes.PermissionDenied, "Access Denied")
	case said[0] != s.demand:
		return status.Error(codes.Unauthenticated, "Unauthenticated")
	}
	return nil
}

// Stop cuts every connection and stops listening; the log is kept for [Server.Resume]. Stopping twice is harmless. Hooks that wait
// must let go when their context ends.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.grpc == nil {
		return
	}
	s.grpc.Stop()
	<-s.done
	s.grpc = nil
}

// Address returns where the server listens, host:port.
func (s *Server) Address() string { return s.address }

// URL returns the connection string of the server, without user and certificates.
func (s *Server) URL() string {
	if s.tls != nil {
		return "esdb://" + s.address + "?tls=true"
	}
	return "esdb://" + s.address + "?tls=false"
}

// GetSupportedMethods tells the client what it speaks to.
func (s *service) GetSupportedMethods(context.Context, *shared.Empty) (*serverfeatures.SupportedMethods, error) {
	answer := &serverfeatures.SupportedMethods{EventStoreServerVersion: s.version}
	for _, name := range []string{"read", "append", "delete", "tombstone"} {
		answer.Methods = append(answer.Methods, &serverfeatures.SupportedMethod{
			ServiceName: "event_store.client.streams.streams", MethodName: name,
		})
	}
	return answer, nil
}
