package esdbtest

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Member is one server of a cluster, as gossip tells of it. The servers of a test share no log: what one is told the others do not
// know. That is enough to see where a client goes.
type Member struct {
	Address string // host:port
	Leader  bool   // else a follower
	Dead    bool
}

// NotLeader is the error with which a hook refuses what only the leader may do: it names the leader's address, or, during an election,
// none.
func NotLeader(leader string) error { return notLeaderError{leader} }

type notLeaderError struct{ leader string }

func (e notLeaderError) Error() string {
	return fmt.Sprintf("not the leader, which is at %q", e.leader)
}

// answer is the status and trailers that the real server sends.
func (e notLeaderError) answer(call trailers) error {
	host, port, err := net.SplitHostPort(e.leader)
	if err != nil {
		return status.Error(codes.Unknown, "No leader info available in response")
	}
	call.SetTrailer(metadata.Pairs("exception", "not-leader", "leader-endpoint-host", host, "leader-endpoint-port", port))
	return status.Error(codes.NotFound, "Leader info available")
}

// gossipService says which nodes there are: one, the leader, unless a hook knows of more.
type gossipService struct {
	gossip.UnimplementedGossipServer
	service *service
	address string
}

// Read answers with the cluster.
func (g *gossipService) Read(context.Context, *shared.Empty) (*gossip.ClusterInfo, error) {
	members := []Member{{Address: g.address, Leader: true}}
	if told := g.service.hooks().Members; told != nil {
		members = told()
	}
	answer := &gossip.ClusterInfo{}
	for _, m := range members {
		host, text, err := net.SplitHostPort(m.Address)
		if err != nil {
			return nil, err
		}
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return nil, err
		}
		state := gossip.MemberInfo_Follower
		if m.Leader {
			state = gossip.MemberInfo_Leader
		}
		answer.Members = append(answer.Members, &gossip.MemberInfo{
			InstanceId: toUUID(uuid.New()), TimeStamp: time.Now().UnixNano() / 100, State: state, IsAlive: !m.Dead,
			HttpEndPoint: &gossip.EndPoint{Address: host, Port: uint32(port)},
		})
	}
	return answer, nil
}
