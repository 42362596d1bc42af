package api

import (
	"context"
	"net/http"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

const (
	streamType  = "text/event-stream"
	lastEventID = "Last-Event-ID"
	// streamPattern is what streams are counted under: they last for hours, and would make the times of lists look so.
	streamPattern = "GET " + changesPath + " " + streamType
)

// streamed answers with the stream where that is what is asked for. It returns when the stream has ended.
func (s *server) streamed(op operation, w http.ResponseWriter, r *http.Request) bool {
	w.Header()["Vary"] = []string{"Accept"}
	if !prefers(r.Header.Values("Accept"), streamType) {
		return false
	}
	r.Pattern = streamPattern
	matcher, from, err := s.streamQuestion(r.Context(), op, &request{Request: r, w: w})
	if err != nil {
		s.problem("followChanges", r, err).write(w)
		return true
	}
	leave, err := s.deps.Feed.enter()
	if err != nil {
		s.problem("followChanges", r, err).write(w)
		return true
	}
	defer leave()
	header := w.Header()
	header["Content-Type"] = []string{streamType}
	header["Cache-Control"] = []string{"no-store, no-transform"} // what compresses keeps events until it has a block
	header["X-Accel-Buffering"] = []string{"no"}                 // nginx would keep them until it has some kilobytes
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return true
	}
	// What the server allows a whole request would end the stream: a passed deadline of reading counts as a client gone.
	if err := http.NewResponseController(w).SetReadDeadline(time.Time{}); err != nil {
		panic(http.ErrAbortHandler)
	}
	ctx, done := s.whileLetIn(r.Context())
	defer done()
	if err := s.deps.Feed.follow(ctx, w, matcher, from); err != nil {
		panic(http.ErrAbortHandler) // there may be half an event on its way: only a broken connection says so
	}
	return true
}

// streamQuestion reads what is to be followed: the filter and, unless it is from now on, after which position.
func (s *server) streamQuestion(ctx context.Context, op operation, r *request) (queries.ChangeMatcher, *domain.Position, error) {
	err := r.params.read(r.URL.RawQuery, op.params)
	if err != nil {
		return queries.ChangeMatcher{}, nil, err
	}
	filter, _, after, from := r.changeFilter(), r.limit(), r.after(s.positions), r.lastEventID(s.positions)
	if err := r.err(); err != nil {
		return queries.ChangeMatcher{}, nil, err
	}
	matcher, err := filter.Matcher()
	if err == nil {
		err = s.deps.Feed.source.Await(ctx, after)
	}
	if err == nil && from != nil {
		err = s.reached(ctx, *from)
	}
	return matcher, from, err
}

// lastEventID reads after which position the stream goes on, nil for from now on.
func (r *request) lastEventID(p positions) *domain.Position {
	switch ids := r.Header.Values(lastEventID); {
	case len(ids) > 1:
		r.check(malformedField(lastEventID, "is given more than once"))
	case len(ids) == 1 && ids[0] != "": // a client forgets its place by sending none
		at, err := p.parse(lastEventID, ids[0])
		r.check(err)
		return &at
	}
	return nil
}

// reached returns the error of a position that the log has not come to: nobody can have got it from this log as it is now.
func (s *server) reached(ctx context.Context, at domain.Position) error {
	ok, err := s.deps.Feed.source.Reached(ctx, at)
	if err == nil && !ok {
		err = malformedField(lastEventID, "lies beyond the end of the log, which was put back to an earlier moment: begin anew, without it")
	}
	return err
}
