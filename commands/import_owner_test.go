package commands

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestImportFleetOfOneCustomer(t *testing.T) {
	t.Parallel()
	kalle := customerIDFor("Kalle")
	world := []domain.Event{customer("Kalle"), customer("Anna"), vehicle(volvo, "V 1", "Anna"), vehicle(honda, "H 1", "Kalle")}
	as := func(s *scenario, owner domain.CustomerID, rows ...Row) (ImportResult, error) {
		return s.ImportFleet.Handle(s.t.Context(), ImportFleet{Rows: rows, Owner: owner})
	}

	t.Run("registers and changes that customer's vehicles", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		result, err := as(s, kalle, row(2, honda, "H 2", "KALLE"), row(3, scania, "S 1", "Kalle"))
		require.NoError(t, err)
		assert.Equal(t, []int{1, 1}, []int{result.Registered, result.Changed})
	})

	for name, c := range map[string]struct {
		row     Row
		field   string
		message string
	}{
		"another customer":                    {row(2, scania, "S 1", "Anna"), "line 2: customer", "is not the customer whose vehicles you may import"},
		"a customer that there is none of":    {row(2, scania, "S 1", "Bertil"), "line 2: customer", "is not the customer whose vehicles you may import"},
		"a VIN of another customer":           {row(2, volvo, "S 1", "Kalle"), "line 2: vin", "is registered already"},
		"a number of another customer's":      {row(2, scania, "V 1", "Kalle"), "line 2: registration_number", "belongs to another vehicle"},
		"a number of another of his vehicles": {row(2, scania, "H 1", "Kalle"), "line 2: registration_number", `belongs to vehicle "1HGCM82633A004352"`},
	} {
		t.Run("refuses "+name+" and says nothing of others", func(t *testing.T) {
			t.Parallel()
			s := given(t, world...)
			_, err := as(s, kalle, c.row)
			e := refused(t, err, domain.Invalid, c.field)
			assert.Equal(t, c.message, e.Fields[0].Message)
			s.thenNothing()
		})
	}

	t.Run("refuses everything where there is no such customer", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		_, err := as(s, "nobody", row(2, scania, "S 1", ""), row(3, honda, "H 1", "Kalle"))
		refused(t, err, domain.Invalid, "line 2: customer", "line 3: customer")
		s.thenNothing()
	})
}

func TestMessagesHoldNoWholeFile(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ö", 100)
	s := given(t)
	r := row(2, honda, "A", "Kalle")
	r.IntervalSeconds = &long
	_, err := s.importRows(r)
	e := refused(t, err, domain.Invalid, "line 2: interval_seconds")
	assert.Equal(t, `"`+long[:80]+`…" is not a whole number of seconds`, e.Fields[0].Message)
	_, err = ParseImport(strings.NewReader("vin," + long))
	assert.Less(t, len(err.Error()), 300)
}

func TestALineProblemSaysWhereItIs(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]LineProblem{
		"line 7: vin": {Line: 7, Field: "vin"}, "line 7": {Line: 7}, "file: customer": {Field: "customer"}, "file": {},
	} {
		assert.Equal(t, want, p.Location())
	}
}
