package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/queries"
)

const (
	customersPath = "/api/v1/customers"
	customerPath  = "/api/v1/customers/{id}"
)

// NewCustomer is the body that registers a customer.
type NewCustomer struct {
	Name            string `json:"name" maxLength:"200"`
	Address         string `json:"address,omitzero" maxLength:"200"`
	IntervalSeconds *int64 `json:"intervalSeconds,omitempty" minimum:"1" maximum:"604800" doc:"Inherited unless given"`
	GraceSeconds    *int64 `json:"graceSeconds,omitempty" minimum:"0" maximum:"604800" doc:"Inherited unless given"`
}

// CustomerChange is the body that changes a customer.
type CustomerChange struct {
	Name            required[string] `json:"name,omitzero" maxLength:"200"`
	Address         optional[string] `json:"address,omitzero" maxLength:"200" doc:"null takes it away"`
	IntervalSeconds optional[int64]  `json:"intervalSeconds,omitzero" minimum:"1" maximum:"604800" doc:"null inherits again"`
	GraceSeconds    optional[int64]  `json:"graceSeconds,omitzero" minimum:"0" maximum:"604800" doc:"null inherits again"`
}

// CustomerWritten is a customer as a write leaves it.
type CustomerWritten struct {
	domain.Customer
	Position string `json:"position" doc:"Read with after= this to see the change"`
}

// addCustomers registers the registry of customers.
func (s *server) addCustomers() {
	export(s.exports, s.customerSheet(), func(ctx context.Context, r *request) (queries.CustomerList, error) {
		q := s.listCustomers(r)
		if err := r.err(); err != nil {
			return queries.CustomerList{}, err
		}
		return s.deps.Queries.ListCustomers.Handle(ctx, q)
	})
	register(s, operation{
		id: "getCustomer", method: http.MethodGet, path: customerPath, tag: tagCustomers,
		params: []*huma.Param{customerIDParam(), afterParam()}, problems: []int{http.StatusNotFound},
		summary: "Get a customer", doc: "One customer with the numbers of its vehicles. An interval or grace that is absent is the one for all.",
	}, func(ctx context.Context, r *request) (queries.CustomerDetail, error) {
		q := queries.GetCustomer{ID: domain.CustomerID(r.PathValue("id")), After: r.after(s.positions), Owner: ownerOf(ctx)}
		if err := r.err(); err != nil {
			return queries.CustomerDetail{}, err
		}
		return s.deps.Queries.GetCustomer.Handle(ctx, q)
	})
	register(s, operation{
		id: "registerCustomer", method: http.MethodPost, path: customersPath, tag: tagCustomers, status: http.StatusCreated,
		body: NewCustomer{}, problems: []int{http.StatusForbidden, http.StatusConflict},
		summary: "Register a customer", doc: "Names are compared by letters and digits, in any case.",
	}, s.registerCustomer)
	register(s, operation{
		id: "changeCustomer", method: http.MethodPatch, path: customerPath, tag: tagCustomers, params: []*huma.Param{customerIDParam()},
		body: CustomerChange{}, problems: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		summary: "Change a customer", doc: "What is absent stays as it is.",
	}, s.changeCustomer)
}

func (s *server) registerCustomer(ctx context.Context, r *request) (CustomerWritten, error) {
	body, err := bodyOf[NewCustomer](r)
	if err != nil {
		return CustomerWritten{}, err
	}
	result, err := s.deps.Commands.RegisterCustomer.Handle(ctx, commands.RegisterCustomer{
		Name: body.Name, Address: body.Address,
		Overrides: domain.Overrides{IntervalSeconds: body.IntervalSeconds, GraceSeconds: body.GraceSeconds},
	})
	if err != nil {
		return CustomerWritten{}, err
	}
	r.w.Header().Set("Location", "customers/"+string(result.ID)) // relative to this operation's own path
	return s.customerWritten(result), nil
}

func (s *server) changeCustomer(ctx context.Context, r *request) (CustomerWritten, error) {
	body, err := bodyOf[CustomerChange](r)
	if err != nil {
		return CustomerWritten{}, err
	}
	name, err := body.Name.value("name")
	if err != nil {
		return CustomerWritten{}, err
	}
	result, err := s.deps.Commands.ChangeCustomer.Handle(ctx, commands.ChangeCustomer{
		ID: domain.CustomerID(r.PathValue("id")), Name: name, Address: body.Address.Change,
		IntervalSeconds: body.IntervalSeconds.Change, GraceSeconds: body.GraceSeconds.Change,
	})
	return s.customerWritten(result), err
}

func (s *server) customerWritten(c commands.CustomerResult) CustomerWritten {
	return CustomerWritten{Customer: c.Customer, Position: s.positions.text(c.Position)}
}
