package api

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
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
	if !prefersStream(r.Header.Values("Accept")) {
		return false
	}
	r.Pattern = streamPattern
	matcher, from, err := s.streamQuestion(r.Context(), op, &request{Request: r, w: w})
	if err != nil {
		s.problem("followChanges", r, err).write(w)
		return true
	}
	header := w.Header()
	header["Content-Type"] = []string{streamType}
	header["X-Accel-Buffering"] = []string{"no"} // nginx would keep events until it has some kilobytes
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return true
	}
	// What the server allows a whole request would end the stream: a passed deadline of reading counts as a client gone.
	if err := http.NewResponseController(w).SetReadDeadline(time.Time{}); err != nil {
		panic(http.ErrAbortHandler)
	}
	if err := s.deps.Feed.follow(r.Context(), w, matcher, from); err != nil {
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
	filter, _, after := r.changeFilter(), r.limit(), r.after(s.positions)
	var from *domain.Position
	switch ids := r.Header.Values(lastEventID); {
	case len(ids) > 1:
		r.check(malformedField(lastEventID, "is given more than once"))
	case len(ids) == 1 && ids[0] != "": // a client forgets its place by sending none
		at, err := s.positions.parse(lastEventID, ids[0])
		r.check(err)
		from = &at
	}
	if err := r.err(); err != nil {
		return queries.ChangeMatcher{}, nil, err
	}
	matcher, err := filter.Matcher()
	if err == nil {
		err = s.deps.Feed.source.Await(ctx, after)
	}
	return matcher, from, err
}

// prefersStream reports whether a client that accepts these media types wants the stream: where it names it, and nothing
// of JSON that it would rather have.
func prefersStream(accept []string) bool {
	stream, list := 0.0, 0.0
	for _, one := range strings.Split(strings.Join(accept, ","), ",") {
		media, params, err := mime.ParseMediaType(one)
		if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
			continue
		}
		q := 1.0
		if text, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		switch media {
		case streamType:
			stream = max(stream, q)
		case "application/json":
			list = max(list, q)
		}
	}
	return stream > 0 && stream >= list
}
