package esdbtest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// readBatch is how many events the real server reads at once.
const readBatch = 32

// follower is one subscription to $all, walking the log by position.
type follower struct {
	service    *service
	call       streams.Streams_ReadServer
	filter     func(*record) bool // nil where there is none, and then no checkpoints either
	interval   int                // events considered between two checkpoints
	considered int
	at         Position // of the last event considered
	told       Position // of the last checkpoint sent
}

func (s *service) subscribe(o *streams.ReadReq_Options, call streams.Streams_ReadServer) error {
	f := &follower{service: s, call: call}
	var err error
	if f.filter, f.interval, err = filter(o.GetFilter()); err != nil {
		return err
	}
	head := s.book.head()
	switch p := o.GetAll().GetAllOption().(type) {
	case *streams.ReadReq_Options_AllOptions_End:
		f.at = head
	case *streams.ReadReq_Options_AllOptions_Position:
		f.at = Position{p.Position.GetCommitPosition(), p.Position.GetPreparePosition()}
	}
	drop, behind := s.faults.watch()
	if err := call.Send(confirmation(uuid.NewString())); err != nil {
		return err
	}
	// A start at or beyond the end is live at once; what lies at or before it is not wanted even when it comes later.
	live := f.at.compare(head) >= 0
	if live {
		if err := call.Send(caughtUp()); err != nil {
			return err
		}
	}
	if !live && !s.book.mayStart(f.at) {
		return errPosition()
	}
	return f.run(live, drop, behind)
}

// run sends what there is and what comes until the client goes, the server stops or a fault ends it.
func (f *follower) run(live bool, drop, behind *signal) error {
	for {
		records, changed, err := f.service.book.after(f.at, readBatch)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := f.consider(r); err != nil {
				return err
			}
		}
		if len(records) > 0 {
			continue
		}
		if !live {
			if err := f.tell(f.at); err != nil {
				return err
			}
			if err := f.call.Send(caughtUp()); err != nil {
				return err
			}
			live = true
		}
		select {
		case <-changed:
		case <-behind.raised:
			_, behind = f.service.faults.watch()
			live = false
			if err := f.call.Send(fellBehind()); err != nil {
				return err
			}
		case <-f.call.Context().Done():
			return status.FromContextError(f.call.Context().Err()).Err()
		case <-drop.raised:
			return drop.err
		}
	}
}

func (f *follower) consider(r *record) error {
	f.at = r.position
	f.considered++
	if f.filter == nil || f.filter(r) {
		if err := f.call.Send(f.service.event(r)); err != nil {
			return err
		}
	}
	if f.considered < f.interval {
		return nil
	}
	f.considered = 0
	return f.tell(r.position)
}

// tell sends a checkpoint, once for a place and only to those who filter.
func (f *follower) tell(p Position) error {
	if f.filter == nil || p == (Position{}) || p.compare(f.told) <= 0 {
		return nil
	}
	f.told = p
	if rewrite := f.service.hooks().Checkpoint; rewrite != nil {
		p = rewrite(p)
	}
	return f.call.Send(checkpoint(p))
}

// mayStart is valid, for a reader that does not hold the lock.
func (b *book) mayStart(p Position) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.valid(p)
}

// filter returns what o lets through and how many events lie between two checkpoints; nil for no filter.
func filter(o *streams.ReadReq_Options_FilterOptions) (func(*record) bool, int, error) {
	if o == nil {
		return nil, 0, nil
	}
	if o.GetCheckpointIntervalMultiplier() == 0 {
		return nil, 0, status.Error(codes.Unknown, "Exception was thrown by handler.")
	}
	field := func(r *record) string { return r.eventType }
	expression := o.GetEventType()
	if expression == nil {
		field = func(r *record) string { return r.stream }
		expression = o.GetStreamIdentifier()
	}
	window := uint32(readBatch)
	if w, ok := o.GetWindow().(*streams.ReadReq_Options_FilterOptions_Max); ok {
		window = w.Max
	}
	interval := int(window * o.GetCheckpointIntervalMultiplier())
	if text := expression.GetRegex(); text != "" {
		re, err := regexp.Compile(text)
		if err != nil {
			return nil, 0, status.Errorf(codes.InvalidArgument, "regular expression: %v", err)
		}
		return func(r *record) bool { return re.MatchString(field(r)) }, interval, nil
	}
	prefixes := expression.GetPrefix()
	return func(r *record) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(field(r), p) })
	}, interval, nil
}
