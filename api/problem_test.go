package api_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
)

func TestEachKindOfErrorHasItsStatus(t *testing.T) {
	t.Parallel()
	field := []domain.Problem{{Field: "name", Message: "is taken"}}
	tests := []struct {
		name   string
		err    error
		status int
		retry  string
		detail string
		logged bool
	}{
		{"malformed", domain.Errorf(domain.Malformed, "no sense"), 400, "", "no sense", false},
		{"invalid, with its field", domain.InvalidField("name", "is odd"), 422, "", "name: is odd", false},
		{"not found", domain.Errorf(domain.NotFound, "nobody"), 404, "", "nobody", false},
		{"taken", &domain.Error{Kind: domain.Taken, Message: "somebody has it", Fields: field}, 409, "", "somebody has it", false},
		{"a lost race", domain.Errorf(domain.Conflict, "lost"), 409, "", "lost", false},
		{"overloaded", &domain.Error{Kind: domain.Overloaded, Message: "full", RetryAfter: 3}, 503, "3", "full", false},
		{"unavailable", &domain.Error{Kind: domain.Unavailable, Message: "gone", RetryAfter: 4, Cause: errBroken}, 503, "4", "gone", true},
		{"wrapped", fmt.Errorf("append to %q: %w", "x", domain.Errorf(domain.NotFound, "nobody")), 404, "", "nobody", false},
		{"internal, of the domain", &domain.Error{Kind: domain.Internal, Message: "secret", Cause: errBroken}, 500, "",
			"something went wrong on our side; the operator finds more under the request id", true},
		{"of a kind that nobody knows", &domain.Error{Kind: 99, Message: "?"}, 500, "", "?", false},
		{"of no kind", errBroken, 500, "", "something went wrong on our side; the operator finds more under the request id", true},
		{"too slow", context.DeadlineExceeded, 503, "1", "the answer took too long; try again", true},
		{"given up by the caller", context.Canceled, 503, "", "the request was given up", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d, log := logged()
			d.Queries.GetSettings = &answers[queries.GetSettings, domain.Settings]{err: test.err}
			w := do(t, d, http.MethodGet, "/api/v1/settings", "", "X-Request-Id", "req-7")
			p := requireProblem(t, w, test.status)
			assert.Equal(t, test.detail, p.Detail)
			assert.Equal(t, test.retry, w.Header().Get("Retry-After"))
			if !test.logged {
				assert.Empty(t, log.String(), "returned, so not logged")
				return
			}
			assert.Contains(t, log.String(), `"requestId":"req-7"`)
			assert.Contains(t, log.String(), `"operation":"getSettings"`)
			assert.Contains(t, log.String(), `"msg":"request failed"`)
		})
	}
}

func TestEveryFieldOfAnErrorIsNamed(t *testing.T) {
	t.Parallel()
	d := deps()
	d.Queries.GetSettings = &answers[queries.GetSettings, domain.Settings]{err: &domain.Error{
		Kind: domain.Invalid, Message: "several fields are wrong",
		Fields: []domain.Problem{{Field: "a", Message: "is odd"}, {Field: "b", Message: "is even"}},
	}}
	w := do(t, d, http.MethodGet, "/api/v1/settings", "")
	assert.JSONEq(t, `{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"several fields are wrong",
		"errors":[{"location":"a","message":"is odd"},{"location":"b","message":"is even"}]}`, w.Body.String())
}

func TestTheChainOfAFaultGoesToTheOperatorOnce(t *testing.T) {
	t.Parallel()
	d, log := logged()
	d.Queries.GetSettings = &answers[queries.GetSettings, domain.Settings]{err: fmt.Errorf("read settings: %w", errBroken)}
	requireProblem(t, do(t, d, http.MethodGet, "/api/v1/settings", ""), http.StatusInternalServerError)
	assert.Contains(t, log.String(), "read settings: pq: connection refused")
	assert.Equal(t, 1, countLines(log.String()))
}

func countLines(text string) (n int) {
	for _, c := range text {
		if c == '\n' {
			n++
		}
	}
	return n
}
