package api

import (
	"net/http"
	"strconv"
	"strings"
)

// answer is the way of an answer to the client. It remembers the status, and it puts a problem in place of what the mux
// itself says in plain text of a path without a route or a method.
type answer struct {
	http.ResponseWriter
	request  *http.Request // the mux sets its Pattern when it has found a route
	status   int
	replaced bool // the mux's own body goes nowhere
}

// What callers read where the mux finds no route.
const (
	noRoute  = "there is nothing at this path; /docs lists what there is"
	noMethod = "this path does not take this method"
)

// WriteHeader sends the status once.
func (a *answer) WriteHeader(status int) {
	if a.status != 0 {
		return // net/http would complain in the log
	}
	if status < http.StatusOK { // news on the way, not yet the answer
		a.ResponseWriter.WriteHeader(status)
		return
	}
	a.status = status
	if a.request.Pattern != "" || a.ResponseWriter.Header().Get("Content-Type") == problemType {
		a.ResponseWriter.WriteHeader(status)
		return
	}
	a.replaced = true
	p := newProblem(status, noRoute)
	if status == http.StatusMethodNotAllowed {
		p.Detail = noMethod + "; it takes " + strings.ReplaceAll(a.Header().Get("Allow"), ", ", " and ")
	}
	p.write(a.ResponseWriter)
}

// Write sends a part of the body.
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.replaced {
		return len(b), nil
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// code returns the status as it was or will be sent.
func (a *answer) code() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}

// lengthOf writes a Content-Length.
func lengthOf(body []byte) []string { return []string{strconv.Itoa(len(body))} }
