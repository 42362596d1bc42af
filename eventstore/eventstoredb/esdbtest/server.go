package esdbtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

// Options says how a server is to be. The zero Options are good.
type Options struct {
	Listen  string           // address; "127.0.0.1:0" where empty
	Version string           // what the server says it is; "24.10.5" where empty
	Now     func() time.Time // the server's clock, for "created" and $maxAge; time.Now where nil
	Data    string           // a file that keeps the log, durable before anything is answered; in memory only where empty
}

// Server is a running server. All methods may be called by many goroutines at once.
type Server struct {
	service *service
	address string
	cut     int64

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
}

func (s *service) hooks() Hooks { return *s.hook.Load() }

// Start starts a server on a free port of the loopback interface and stops it when the test ends.
func Start(t testing.TB, o ...Options) *Server {
	t.Helper()
	var options Options
	if len(o) > 0 {
		options = o[0]
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
	s := &Server{address: o.Listen, service: &service{book: newBook(o.Now), version: o.Version}}
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
	s.grpc = grpc.NewServer(
		// The client pings every 10 s, streams or not. The default enforcement would cut it off at the third; the real server has none.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Nanosecond, PermitWithoutStream: true}),
		grpc.UnaryInterceptor(func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
			if err := s.service.called(ctx, info.FullMethod); err != nil {
				return nil, err
			}
			return handle(ctx, request)
		}),
		grpc.StreamInterceptor(func(srv any, call grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
			if err := s.service.called(call.Context(), info.FullMethod); err != nil {
				return err
			}
			return handle(srv, call)
		}),
	)
	streams.RegisterStreamsServer(s.grpc, s.service)
	serverfeatures.RegisterServerFeaturesServer(s.grpc, s.service)
	gossip.RegisterGossipServer(s.grpc, &gossipService{address: s.address})
	server, done := s.grpc, make(chan struct{})
	s.done = done
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends with the listener, which Stop closes
	}()
}

func (s *service) called(ctx context.Context, method string) error {
	if call := s.hooks().Call; call != nil {
		return call(ctx, method)
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

// URL returns the connection string of the server.
func (s *Server) URL() string { return "esdb://" + s.address + "?tls=false" }

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

// gossipService says that there is one node, the leader.
type gossipService struct {
	gossip.UnimplementedGossipServer
	address string
}

// Read answers with the cluster of one.
func (g *gossipService) Read(context.Context, *shared.Empty) (*gossip.ClusterInfo, error) {
	host, text, err := net.SplitHostPort(g.address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, err
	}
	return &gossip.ClusterInfo{Members: []*gossip.MemberInfo{{
		InstanceId: toUUID(uuid.New()), TimeStamp: time.Now().UnixNano() / 100, State: gossip.MemberInfo_Leader, IsAlive: true,
		HttpEndPoint: &gossip.EndPoint{Address: host, Port: uint32(port)},
	}}}, nil
}
