package esdbtest

import (
	"context"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Delete hides every event of a stream; an append brings it back, counting on from where it was.
func (s *service) Delete(ctx context.Context, request *streams.DeleteReq) (*streams.DeleteResp, error) {
	o := request.GetOptions()
	name := string(o.GetStreamIdentifier().GetStreamName())
	want := expectation{kind: anyRevision}
	switch e := o.GetExpectedStreamRevision().(type) {
	case *streams.DeleteReq_Options_Revision:
		want = expectation{exactRevision, int64(e.Revision)}
	case *streams.DeleteReq_Options_NoStream:
		want = expectation{exactRevision, noStream}
	case *streams.DeleteReq_Options_StreamExists:
		want = expectation{kind: streamExists}
	}
	p, err := s.remove(ctx, name, want, func(b *book) *record { return b.truncate(name, tombstoned) })
	if err != nil {
		return nil, err
	}
	at := &streams.DeleteResp_Position{CommitPosition: p.Commit, PreparePosition: p.Prepare}
	return &streams.DeleteResp{PositionOption: &streams.DeleteResp_Position_{Position: at}}, nil
}

// Tombstone ends a stream for ever.
func (s *service) Tombstone(ctx context.Context, request *streams.TombstoneReq) (*streams.TombstoneResp, error) {
	o := request.GetOptions()
	name := string(o.GetStreamIdentifier().GetStreamName())
	want := expectation{kind: anyRevision}
	switch e := o.GetExpectedStreamRevision().(type) {
	case *streams.TombstoneReq_Options_Revision:
		want = expectation{exactRevision, int64(e.Revision)}
	case *streams.TombstoneReq_Options_NoStream:
		want = expectation{exactRevision, noStream}
	case *streams.TombstoneReq_Options_StreamExists:
		want = expectation{kind: streamExists}
	}
	p, err := s.remove(ctx, name, want, func(b *book) *record {
		r := &record{id: uuid.New(), stream: name, revision: tombstoned, eventType: "$streamDeleted", contentType: "application/octet-stream"}
		b.write(r)
		return r
	})
	if err != nil {
		return nil, err
	}
	at := &streams.TombstoneResp_Position{CommitPosition: p.Commit, PreparePosition: p.Prepare}
	return &streams.TombstoneResp{PositionOption: &streams.TombstoneResp_Position_{Position: at}}, nil
}

// remove judges a deletion as an append of something new and lets write do it.
func (s *service) remove(ctx context.Context, name string, want expectation, write func(*book) *record) (at Position, err error) {
	broken := s.book.change(func() {
		switch v, _ := s.book.judge(name, want, []uuid.UUID{uuid.New()}); v {
		case streamDeleted:
			err = withTrailer(unaryTrailers{grpc.ServerTransportStreamFromContext(ctx)}, errDeleted, name)
		case wrongRevision:
			_ = grpc.SetTrailer(ctx, metadata.Pairs("exception", "wrong-expected-version", "stream-name", name))
			err = status.Errorf(codes.FailedPrecondition, "Delete failed due to WrongExpectedVersion. Stream: %s", name)
		case accept, repeated:
			at = write(s.book).position
		}
	})
	if broken != nil {
		return Position{}, errBroken(broken)
	}
	return at, err
}
