package esdbtest

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// maxAppendSize is the real server's default.
const maxAppendSize = 1 << 20

// Append implements the protocol: options first, then events, stored when the client has sent the last of them.
func (s *service) Append(call streams.Streams_AppendServer) error {
	options, records, err := receiveAppend(call)
	if err != nil {
		return err
	}
	name := string(options.GetStreamIdentifier().GetStreamName())
	want, err := appendExpectation(options)
	if err != nil {
		return err
	}
	hooks := s.hooks()
	if hooks.BeforeAppend != nil {
		if err := hooks.BeforeAppend(call.Context(), name); err != nil {
			return withTrailer(call, err, name)
		}
	}
	answer, err := s.book.append(name, want, records)
	if err != nil {
		return withTrailer(call, err, name)
	}
	if hooks.AfterAppend != nil {
		if err := hooks.AfterAppend(call.Context(), name); err != nil {
			return err
		}
	}
	if hooks.Answer != nil {
		hooks.Answer(answer)
	}
	return call.SendAndClose(answer)
}

// receiveAppend reads the whole request. It refuses what is too large as soon as it is, while the client is still sending.
func receiveAppend(call streams.Streams_AppendServer) (*streams.AppendReq_Options, []*record, error) {
	request, err := call.Recv()
	if err != nil {
		return nil, nil, err
	}
	options := request.GetOptions()
	if options == nil {
		return nil, nil, status.Error(codes.Unknown, "Exception was thrown by handler.")
	}
	var records []*record
	for size := 0; ; {
		request, err := call.Recv()
		if errors.Is(err, io.EOF) {
			return options, records, nil
		}
		if err != nil {
			return nil, nil, err
		}
		r, err := proposed(request.GetProposedMessage())
		if err != nil {
			return nil, nil, err
		}
		if size += len(r.data) + len(r.metadata) + 2*len(r.eventType); size > maxAppendSize {
			call.SetTrailer(metadata.Pairs("exception", "maximum-append-size-exceeded", "maximum-append-size", strconv.Itoa(maxAppendSize)))
			return nil, nil, status.Errorf(codes.InvalidArgument, "Maximum Append Size of %d Exceeded.", maxAppendSize)
		}
		records = append(records, r)
	}
}

func proposed(m *streams.AppendReq_ProposedMessage) (*record, error) {
	for _, key := range []string{"type", "content-type"} {
		if _, ok := m.GetMetadata()[key]; !ok {
			return nil, status.Errorf(codes.InvalidArgument, "Required Metadata Property '%s' is missing", key)
		}
	}
	return &record{
		id: fromUUID(m.GetId()), eventType: m.GetMetadata()["type"], contentType: m.GetMetadata()["content-type"],
		data: m.GetData(), metadata: m.GetCustomMetadata(),
	}, nil
}

func appendExpectation(o *streams.AppendReq_Options) (expectation, error) {
	switch e := o.GetExpectedStreamRevision().(type) {
	case *streams.AppendReq_Options_Revision:
		return expectation{exactRevision, int64(e.Revision)}, nil
	case *streams.AppendReq_Options_NoStream:
		return expectation{exactRevision, noStream}, nil
	case *streams.AppendReq_Options_Any:
		return expectation{kind: anyRevision}, nil
	case *streams.AppendReq_Options_StreamExists:
		return expectation{kind: streamExists}, nil
	}
	return expectation{}, status.Error(codes.Unknown, "Exception was thrown by handler.")
}

// errDeleted is an operation on a stream that has a tombstone.
var errDeleted = errors.New("stream is deleted")

// append judges and, where it may, writes. The answer is the protocol's; the error is errDeleted, or says that the log is broken.
func (b *book) append(name string, want expectation, records []*record) (answer *streams.AppendResp, err error) {
	if broken := b.change(func() { answer, err = b.decide(name, want, records) }); broken != nil {
		return nil, errBroken(broken)
	}
	return answer, err
}

// decide is append for one of [book.change].
func (b *book) decide(name string, want expectation, records []*record) (*streams.AppendResp, error) {
	ids := make([]uuid.UUID, len(records))
	for i, r := range records {
		ids[i] = r.id
	}
	v, first := b.judge(name, want, ids)
	last := first + int64(len(records)) - 1
	switch v {
	case streamDeleted:
		return nil, errDeleted
	case wrongRevision:
		return wrongExpected(want, b.stream(name).last), nil
	case repeated:
		// The place is looked up in the stream as readers see it: where the event has expired there is none to give.
		r := b.stream(name).at(last)
		if r == nil || b.rule(name).hides(r, b.stream(name).last) {
			r = nil
		}
		return success(last, r), nil
	case accept:
	}
	softDeleted := b.rule(name).softDeleted()
	var r *record
	for i := range records {
		r = records[i]
		r.stream, r.revision = name, first+int64(i)
		b.write(r)
	}
	if softDeleted && len(records) > 0 {
		b.truncate(name, first)
	}
	return success(last, r), nil
}

func success(revision int64, r *record) *streams.AppendResp {
	s := &streams.AppendResp_Success{
		CurrentRevisionOption: &streams.AppendResp_Success_CurrentRevision{CurrentRevision: uint64(revision)},
		PositionOption:        &streams.AppendResp_Success_NoPosition{NoPosition: &shared.Empty{}},
	}
	if revision == noStream {
		s.CurrentRevisionOption = &streams.AppendResp_Success_NoStream{NoStream: &shared.Empty{}}
	}
	if r != nil {
		s.PositionOption = &streams.AppendResp_Success_Position{
			Position: &streams.AppendResp_Position{CommitPosition: r.position.Commit, PreparePosition: r.position.Prepare},
		}
	}
	return &streams.AppendResp{Result: &streams.AppendResp_Success_{Success: s}}
}

func wrongExpected(want expectation, current int64) *streams.AppendResp {
	w := &streams.AppendResp_WrongExpectedVersion{}
	if current == noStream {
		w.CurrentRevisionOption = &streams.AppendResp_WrongExpectedVersion_CurrentNoStream{CurrentNoStream: &shared.Empty{}}
	} else {
		w.CurrentRevisionOption = &streams.AppendResp_WrongExpectedVersion_CurrentRevision{CurrentRevision: uint64(current)}
	}
	switch {
	case want.kind == anyRevision:
		w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedAny{ExpectedAny: &shared.Empty{}}
	case want.kind == streamExists:
		w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedStreamExists{ExpectedStreamExists: &shared.Empty{}}
	case want.revision == noStream:
		w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedNoStream{ExpectedNoStream: &shared.Empty{}}
	default:
		w.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedRevision{ExpectedRevision: uint64(want.revision)}
	}
	return &streams.AppendResp{Result: &streams.AppendResp_WrongExpectedVersion_{WrongExpectedVersion: w}}
}

// trailers is the half of a gRPC call that takes trailers, whichever kind of call it is.
type trailers interface{ SetTrailer(metadata.MD) }

// withTrailer turns errDeleted and NotLeader into the status and trailers by which the client knows them.
func withTrailer(call trailers, err error, name string) error {
	var elsewhere notLeaderError
	if errors.As(err, &elsewhere) {
		return elsewhere.answer(call)
	}
	if !errors.Is(err, errDeleted) {
		return err
	}
	call.SetTrailer(metadata.Pairs("exception", "stream-deleted", "stream-name", name))
	return status.Error(codes.FailedPrecondition, fmt.Sprintf("Event stream '%s' is deleted.", name))
}

// unaryTrailers lets a unary call take trailers.
type unaryTrailers struct{ call grpc.ServerTransportStream }

func (u unaryTrailers) SetTrailer(md metadata.MD) { _ = u.call.SetTrailer(md) }
