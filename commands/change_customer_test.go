package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestChangeCustomer(t *testing.T) {
	t.Parallel()
	kalle := customerIDFor("Kalle")
	whole := &domain.CustomerRegistered{At: before, Customer: domain.Customer{
		ID: kalle, Name: "Kalle", Address: "Gatan 1", Overrides: domain.Overrides{IntervalSeconds: seconds64(300), GraceSeconds: seconds64(60)},
	}}
	name := func(text string) *string { return &text }

	for title, c := range map[string]struct {
		cmd  ChangeCustomer
		want func(*domain.Customer)
	}{
		"a name": {ChangeCustomer{Name: name(" Kalle II ")}, func(c *domain.Customer) { c.Name = "Kalle II" }},
		"how the name is written, which is its own still": {ChangeCustomer{Name: name("KALLE")}, func(c *domain.Customer) { c.Name = "KALLE" }},
		"an address":        {ChangeCustomer{Address: To("Gatan 2")}, func(c *domain.Customer) { c.Address = "Gatan 2" }},
		"to no address":     {ChangeCustomer{Address: Away[string]()}, func(c *domain.Customer) { c.Address = "" }},
		"an interval":       {ChangeCustomer{IntervalSeconds: To[int64](10)}, func(c *domain.Customer) { c.IntervalSeconds = seconds64(10) }},
		"to inherit again":  {ChangeCustomer{IntervalSeconds: Away[int64](), GraceSeconds: Away[int64]()}, func(c *domain.Customer) { c.Overrides = domain.Overrides{} }},
		"grace and address": {ChangeCustomer{GraceSeconds: To[int64](0), Address: To("B")}, func(c *domain.Customer) { c.GraceSeconds, c.Address = seconds64(0), "B" }},
	} {
		t.Run("changes "+title+" and leaves the rest", func(t *testing.T) {
			t.Parallel()
			s := given(t, whole)
			c.cmd.ID = kalle
			want := whole.Customer
			c.want(&want)
			result, err := s.ChangeCustomer.Handle(t.Context(), c.cmd)
			require.NoError(t, err)
			assert.Equal(t, CustomerResult{want, s.lastPosition()}, result)
			s.then(&domain.CustomerChanged{Customer: want, At: now})
		})
	}

	for title, cmd := range map[string]ChangeCustomer{
		"nothing is given":        {},
		"all is given as it is":   {Name: name("Kalle"), Address: To(" Gatan 1 "), IntervalSeconds: To[int64](300), GraceSeconds: To[int64](60)},
		"only the grace as it is": {GraceSeconds: To[int64](60)},
	} {
		t.Run("appends nothing and answers where the customer was last changed when "+title, func(t *testing.T) {
			t.Parallel()
			s := given(t, whole, customer("Other"))
			cmd.ID = kalle
			result, err := s.ChangeCustomer.Handle(t.Context(), cmd)
			require.NoError(t, err)
			assert.Equal(t, CustomerResult{whole.Customer, domain.Position{Commit: 2, Prepare: 2}}, result)
			s.thenNothing()
		})
	}

	t.Run("refuses an unknown customer", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		for _, id := range []domain.CustomerID{"nobody", "", domain.CustomerID(make([]byte, 300))} {
			_, err := s.ChangeCustomer.Handle(t.Context(), ChangeCustomer{ID: id, Name: name("X")})
			refused(t, err, domain.NotFound)
		}
		s.thenNothing()
	})

	t.Run("refuses the name of another customer", func(t *testing.T) {
		t.Parallel()
		s := given(t, whole, customer("Anna"))
		_, err := s.ChangeCustomer.Handle(t.Context(), ChangeCustomer{ID: kalle, Name: name("ANNA!")})
		refused(t, err, domain.Taken, "name")
		s.thenNothing()
	})

	for title, c := range map[string]struct {
		cmd    ChangeCustomer
		fields []string
	}{
		"an empty name": {ChangeCustomer{Name: name("")}, []string{"name"}},
		"a bad address": {ChangeCustomer{Address: To("a\nb")}, []string{"address"}},
		"a timeout that is too long together with the other half": {ChangeCustomer{GraceSeconds: To[int64](7 * 24 * 3600)}, []string{"graceSeconds"}},
		"a bad interval and a bad grace":                          {ChangeCustomer{IntervalSeconds: To[int64](0), GraceSeconds: To[int64](-1)}, []string{"intervalSeconds", "graceSeconds"}},
	} {
		t.Run("refuses "+title, func(t *testing.T) {
			t.Parallel()
			s := given(t, whole)
			c.cmd.ID = kalle
			_, err := s.ChangeCustomer.Handle(t.Context(), c.cmd)
			refused(t, err, domain.Invalid, c.fields...)
			s.thenNothing()
		})
	}

	t.Run("lets a customer move whose timeout was allowed once and no longer is", func(t *testing.T) {
		t.Parallel()
		long := *whole
		long.GraceSeconds = seconds64(7 * 24 * 3600)
		s := given(t, &long)
		_, err := s.ChangeCustomer.Handle(t.Context(), ChangeCustomer{ID: kalle, Address: To("Gatan 3")})
		require.NoError(t, err)
	})
}
