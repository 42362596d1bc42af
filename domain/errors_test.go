package domain_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		promise string
		err     *domain.Error
		want    string
	}{
		{"says its message", &domain.Error{Message: "vehicle not found"}, "vehicle not found"},
		{"says its cause, for the operator", &domain.Error{Message: "try again later", Cause: io.ErrUnexpectedEOF}, "try again later: unexpected EOF"},
		{"says every field and what is wrong with it",
			&domain.Error{Message: "the import has problems", Fields: []domain.Problem{{"line 3", "unknown column"}, {"line 7", "no VIN"}}, Cause: io.EOF},
			"the import has problems; line 3: unknown column; line 7: no VIN: EOF"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			assert.EqualError(t, c.err, c.want)
		})
	}

	t.Run("is found through wrapping, and so is its cause", func(t *testing.T) {
		t.Parallel()
		err := fmt.Errorf("register vehicle: %w", &domain.Error{Kind: domain.Unavailable, Cause: io.ErrClosedPipe, RetryAfter: 2})
		var e *domain.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, domain.Unavailable, e.Kind)
		assert.Equal(t, 2, e.RetryAfter)
		assert.ErrorIs(t, err, io.ErrClosedPipe)
		assert.Equal(t, io.ErrClosedPipe, errors.Unwrap(e))
	})
	t.Run("has no cause unless given one", func(t *testing.T) {
		t.Parallel()
		assert.NoError(t, domain.Errorf(domain.Taken, "taken").Unwrap())
	})
	t.Run("of no kind is internal, so that its text stays with the operator", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, domain.Internal, (&domain.Error{}).Kind)
	})
	t.Run("Errorf makes one of a kind", func(t *testing.T) {
		t.Parallel()
		err := domain.Errorf(domain.NotFound, "no vehicle %q", "X")
		assert.Equal(t, &domain.Error{Kind: domain.NotFound, Message: `no vehicle "X"`}, err)
	})
	t.Run("InvalidField makes the error of one field", func(t *testing.T) {
		t.Parallel()
		err := domain.InvalidField("name", "has %d characters", 201)
		requireInvalid(t, err, "name")
		assert.Equal(t, "has 201 characters", err.Message)
	})
	t.Run("every kind is another", func(t *testing.T) {
		t.Parallel()
		kinds := map[domain.Kind]bool{
			domain.Internal: true, domain.Malformed: true, domain.Invalid: true, domain.NotFound: true,
			domain.Taken: true, domain.Conflict: true, domain.Overloaded: true, domain.Unavailable: true,
		}
		assert.Len(t, kinds, 8)
	})
}
