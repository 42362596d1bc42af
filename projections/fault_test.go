package projections_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/projections"
)

func TestFaultSaysWhatIsWrongAndKeepsItsCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("429 flood stage")
	err := fmt.Errorf("save 3 rows: %w", projections.Fault(cause, "the index %q is read-only", "fleet"))
	var fault *projections.FaultError
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, `the index "fleet" is read-only`, fault.What)
	require.ErrorIs(t, err, cause)
	assert.Equal(t, `save 3 rows: the index "fleet" is read-only: 429 flood stage`, err.Error())
}
