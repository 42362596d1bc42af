package esdbtest

import (
	"cmp"
	"slices"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Read implements reads and subscriptions, which the protocol tells apart by their options.
func (s *service) Read(request *streams.ReadReq, call streams.Streams_ReadServer) error {
	o := request.GetOptions()
	subscription := o.GetSubscription() != nil
	switch {
	case o.GetAll() != nil && subscription:
		return s.subscribe(o, call)
	case o.GetAll() != nil && o.GetFilter() == nil:
		return s.readAll(o, call)
	case o.GetStream() != nil && !subscription && o.GetFilter() == nil:
		return s.readStream(o, call)
	}
	return status.Error(codes.Unimplemented, "esdbtest does not model this kind of read")
}

func (s *service) readAll(o *streams.ReadReq_Options, call streams.Streams_ReadServer) error {
	records, err := s.book.selectAll(o)
	if err != nil {
		return err
	}
	return s.sendAll(call, records)
}

// selectAll returns what a read of $all yields: forwards from a position, that one included; backwards before it. What has
// expired is among it until it is scavenged.
func (b *book) selectAll(o *streams.ReadReq_Options) ([]*record, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.broken != nil {
		return nil, errBroken(b.broken)
	}
	at := 0
	switch p := o.GetAll().GetAllOption().(type) {
	case *streams.ReadReq_Options_AllOptions_End:
		at = len(b.all)
	case *streams.ReadReq_Options_AllOptions_Position:
		from := Position{p.Position.GetCommitPosition(), p.Position.GetPreparePosition()}
		if !b.valid(from) {
			return nil, errPosition()
		}
		at = b.from(from)
	}
	return cut(b.all, at, o), nil
}

// errBroken is the answer to everything once the journal could not be written.
func errBroken(err error) error { return status.Errorf(codes.Unavailable, "esdbtest: %v", err) }

func errPosition() error {
	return status.Error(codes.InvalidArgument, "Trying to read from an invalid position.")
}

// cut returns the records from index at on, in the direction and number that o asks for.
func cut(records []*record, at int, o *streams.ReadReq_Options) []*record {
	if o.GetReadDirection() == streams.ReadReq_Options_Forwards {
		records = slices.Clone(records[at:])
	} else {
		records = slices.Clone(records[:at])
		slices.Reverse(records)
	}
	return records[:min(uint64(len(records)), o.GetCount())]
}

func (s *service) readStream(o *streams.ReadReq_Options, call streams.Streams_ReadServer) error {
	name := string(o.GetStream().GetStreamIdentifier().GetStreamName())
	records, known, err := s.book.selectStream(name, o)
	if err != nil {
		return withTrailer(call, err, name)
	}
	if !known {
		return call.Send(&streams.ReadResp{Content: &streams.ReadResp_StreamNotFound_{
			StreamNotFound: &streams.ReadResp_StreamNotFound{StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(name)}},
		}})
	}
	return s.sendAll(call, records)
}

// selectStream returns what a read of a stream yields. A stream that was never written or is softly deleted is not known; one
// whose events have all expired is known and empty. The error is errDeleted.
func (b *book) selectStream(name string, o *streams.ReadReq_Options) (records []*record, known bool, err error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.broken != nil {
		return nil, false, errBroken(b.broken)
	}
	s, rule := b.stream(name), b.rule(name)
	switch {
	case s.last == tombstoned:
		return nil, false, errDeleted
	case s.last == noStream || rule.softDeleted():
		return nil, false, nil
	}
	seen := slices.DeleteFunc(slices.Clone(s.records), func(r *record) bool { return rule.hides(r, s.last) })
	backwards := o.GetReadDirection() == streams.ReadReq_Options_Backwards
	from := int64(0)
	switch r := o.GetStream().GetRevisionOption().(type) {
	case *streams.ReadReq_Options_StreamOptions_End:
		from = s.last + 1
		backwards = false // the index of the end, whichever way it is read from there
	case *streams.ReadReq_Options_StreamOptions_Revision:
		from = int64(r.Revision)
	}
	if backwards {
		from++
	}
	at := (&stream{records: seen}).index(from)
	return cut(seen, at, o), true, nil
}

// index returns where in records the first event at or after a revision is.
func (s *stream) index(revision int64) int {
	i, _ := slices.BinarySearchFunc(s.records, revision, func(r *record, want int64) int { return cmp.Compare(r.revision, want) })
	return i
}

func (s *service) sendAll(call streams.Streams_ReadServer, records []*record) error {
	for _, r := range records {
		if err := call.Send(s.event(r)); err != nil {
			return err
		}
	}
	return nil
}
