package simulate

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"fleetbeat/simulate/target"
	"fleetbeat/simulate/truth"
)

func TestVerdicts(t *testing.T) {
	t.Parallel()
	address, _ := target.ParseAddress("http://127.0.0.1:1", "")
	_, nobody := target.NewConnection(address).Post(t.Context(), target.Request{Path: "/x"}, time.Second)
	for name, c := range map[string]struct {
		status int
		err    error
		want   verdict
	}{
		"a 202 means that the target has it":                      {202, nil, verdict{truth.Accepted, "", false}},
		"so does the 200 of an upload":                            {200, nil, verdict{truth.Accepted, "", false}},
		"a 404 that it does not, and never will":                  {404, nil, verdict{truth.Refused, "404", false}},
		"a 429 that it does not yet":                              {429, nil, verdict{truth.Refused, "429", true}},
		"after a 503 nobody knows: the append may yet succeed":    {503, nil, verdict{truth.Unknown, "503", true}},
		"nor after a 500":                                         {500, nil, verdict{truth.Unknown, "500", true}},
		"nor after a timeout":                                     {0, fmt.Errorf("ask: %w", os.ErrDeadlineExceeded), verdict{truth.Unknown, "timeout", true}},
		"nor after a connection that broke off":                   {0, errors.New("EOF"), verdict{truth.Unknown, "connection", true}},
		"nor when the run was cut off, and nobody tries again":    {0, context.Canceled, verdict{truth.Unknown, "cut off", false}},
		"what was never sent is not there":                        {0, nobody, verdict{truth.Refused, "connect", true}},
		"a wrapped timeout of a connection is one too":            {0, &net.OpError{Err: os.ErrDeadlineExceeded}, verdict{truth.Unknown, "timeout", true}},
		"any other answer is a refusal that no retry makes right": {302, nil, verdict{truth.Refused, "302", false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, verdictOf(c.status, c.err))
		})
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for range 1000 {
		for attempt, least := range []time.Duration{1: 2 * time.Second, 2: 4 * time.Second, 9: longestWait, 70: longestWait} {
			if least == 0 {
				continue
			}
			wait := backoff(attempt, 0)
			assert.True(t, wait >= least && wait <= least+least/4, "attempt %d waits %s", attempt, wait)
		}
		told := backoff(0, time.Minute)
		assert.True(t, told >= time.Minute && told <= 75*time.Second, "who is told to wait waits: %s", told)
	}
}
