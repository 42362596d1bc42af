package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"

	"fleetbeat/domain"
)

// problemType is the media type of every error.
const problemType = "application/problem+json"

// Problem is the body of every error (RFC 9457).
type Problem struct {
	Type   string          `json:"type" doc:"about:blank: the status says what kind of problem it is"`
	Title  string          `json:"title" doc:"The status in words"`
	Status int             `json:"status" doc:"The HTTP status"`
	Detail string          `json:"detail" doc:"What is wrong, in plain words"`
	Errors []ProblemDetail `json:"errors,omitempty" doc:"What is wrong where, if it is about a part of the request"`

	retryAfter int
	challenges []string // how one may say who one is
}

// ProblemDetail is one thing wrong with a request.
type ProblemDetail struct {
	Location string `json:"location" doc:"The field or parameter, as this document names it" example:"location.lat"`
	Message  string `json:"message" doc:"What is wrong with it, in plain words"`
}

// newProblem returns the problem of a status with a sentence for the caller.
func newProblem(status int, detail string, errs ...ProblemDetail) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Errors: errs}
}

// Error returns the sentence for the caller.
func (p *Problem) Error() string { return p.Detail }

// GetStatus tells huma the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders tells huma the headers that belong to the problem.
func (p *Problem) GetHeaders() http.Header {
	headers := http.Header{}
	if p.retryAfter != 0 {
		headers["Retry-After"] = []string{strconv.Itoa(p.retryAfter)}
	}
	if len(p.challenges) > 0 {
		headers["Www-Authenticate"] = p.challenges
	}
	return headers
}

// ContentType tells huma the media type of a problem in place of that of an answer.
func (p *Problem) ContentType(string) string { return problemType }

// statusOf returns the HTTP status of a kind of error: the one table there is.
func statusOf(kind domain.Kind) int {
	statuses := [...]int{
		domain.Internal:    http.StatusInternalServerError,
		domain.Malformed:   http.StatusBadRequest,
		domain.Invalid:     http.StatusUnprocessableEntity,
		domain.NotFound:    http.StatusNotFound,
		domain.Taken:       http.StatusConflict,
		domain.Conflict:    http.StatusConflict,
		domain.Overloaded:  http.StatusServiceUnavailable,
		domain.Unavailable: http.StatusServiceUnavailable,
	}
	if kind < 0 || int(kind) >= len(statuses) {
		return http.StatusInternalServerError
	}
	return statuses[kind]
}

// What callers read of errors that are not theirs to understand.
const (
	neutral = "something went wrong on our side; the operator finds more under the request id"
	tooSlow = "the answer took too long; try again"
)

// problemOf returns what the caller may know of an error, and whether it is one that the operator must hear of: its text
// is then not in the problem.
func problemOf(err error) (p *Problem, ours bool) {
	var known *domain.Error
	switch {
	case errors.As(err, &p):
		return p, false
	case errors.As(err, &known) && known.Kind != domain.Internal:
		p = newProblem(statusOf(known.Kind), sentence(known), detailsOf(known.Fields)...)
		p.retryAfter = known.RetryAfter
		return p, known.Kind == domain.Unavailable
	case errors.Is(err, context.DeadlineExceeded):
		p = newProblem(http.StatusServiceUnavailable, tooSlow)
		p.retryAfter = 1
		return p, true
	case errors.Is(err, context.Canceled): // nobody is there to read it
		return newProblem(http.StatusServiceUnavailable, "the request was given up"), false
	}
	return newProblem(http.StatusInternalServerError, neutral), true
}

// sentence returns the message of an error with the field that it is about, if it is about one.
func sentence(e *domain.Error) string {
	if len(e.Fields) == 1 && e.Fields[0].Message == e.Message && e.Fields[0].Field != "" {
		return e.Fields[0].Field + ": " + e.Message
	}
	return e.Message
}

func detailsOf(fields []domain.Problem) []ProblemDetail {
	var details []ProblemDetail
	for _, f := range fields {
		details = append(details, ProblemDetail{Location: f.Field, Message: f.Message})
	}
	return details
}

// write answers with the problem.
func (p *Problem) write(w http.ResponseWriter) { p.writeAs(w, p) }

// writeAs answers with the problem in the form of a document that holds it and more.
func (p *Problem) writeAs(w http.ResponseWriter, document any) {
	var body bytes.Buffer
	if err := marshal(&body, document); err != nil {
		panic(err) // texts and numbers: only a fault of the JSON library could be the cause
	}
	header := w.Header()
	for name, values := range p.GetHeaders() {
		header[name] = values
	}
	header["Content-Type"] = []string{problemType}
	header["Content-Length"] = lengthOf(body.Bytes())
	w.WriteHeader(p.Status)
	_, _ = w.Write(body.Bytes()) // a client that went away is no news
}
