package api

import (
	"context"
	"iter"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/queries"
)

// CustomerExporter finds all customers that a question means, a list page at a time: a queries.ExportCustomersHandler.
type CustomerExporter interface {
	Pages(ctx context.Context, q queries.ListCustomers) iter.Seq2[queries.CustomerList, error]
}

const listCustomersDoc = "One list page of customers with the numbers of their vehicles: how many are disconnected beyond what is usual at this hour, and which has been " +
	"disconnected the longest. The numbers hold as of asOf; the order of more than 1,000 customers may be that of up to 10 s before."

const exportCustomersDoc = exportFileDoc + "Its columns are id, name, address, vehicles, connected, disconnected, never_seen, usual_lo, usual_hi, beyond, longest_vin, " +
	"longest_registration_number, longest_since, interval_seconds, grace_seconds (both empty where inherited) and as_of, the moment that the line is of. A name, address or " +
	"registration number that a spreadsheet would take for a formula has an apostrophe before it. Each customer is there once." + exportEndDoc

// customerSheet is the list of customers as a file.
func (s *server) customerSheet() sheet {
	return sheet{
		operation: "exportCustomers", name: "customers", without: []string{"limit", "cursor"},
		columns: []string{
			"id", "name", "address", "vehicles", "connected", "disconnected", "never_seen", "usual_lo", "usual_hi", "beyond",
			"longest_vin", "longest_registration_number", "longest_since", "interval_seconds", "grace_seconds", "as_of",
		},
		list: operation{
			id: "listCustomers", method: http.MethodGet, path: customersPath, tag: tagCustomers, params: customerListParams(),
			summary: "List customers", doc: listCustomersDoc + exportCustomersDoc,
		},
		pages: func(r *request) iter.Seq2[sheetPage, error] {
			q := s.listCustomers(r)
			return func(yield func(sheetPage, error) bool) {
				for list, err := range s.deps.Queries.ExportCustomers.Pages(r.Context(), q) {
					if !yield(sheetPage{list.AsOf, customerLines(list)}, err) {
						return
					}
				}
			}
		},
	}
}

// customerListParams are the parameters of the list of customers.
func customerListParams() []*huma.Param {
	sorts := []any{}
	for _, sort := range queries.CustomerSorts() {
		sorts = append(sorts, string(sort), "-"+string(sort))
	}
	sort := queryParam("sort", "The order, smallest first; - in front reverses it, so that -beyond shows first where something is unusual. beyond is then the share of "+
		"disconnected vehicles; connected is the share of connected ones (without vehicles last); longest is longest.since, oldest first (without one last); then always name, then id",
		enumSchema(sorts...))
	sort.Schema.Default = string(queries.SortName)
	return []*huma.Param{
		textParam("q", "Any part of name or address, in any case; no character is a wildcard"),
		sort, limitParam(), cursorParam(), formatParam(), afterParam(),
	}
}

// listCustomers reads the question from the parameters.
func (s *server) listCustomers(r *request) queries.ListCustomers {
	q := queries.ListCustomers{Text: r.text("q"), Limit: r.limit(), Cursor: r.text("cursor"), After: r.after(s.positions), Owner: ownerOf(r.Context())}
	sort, reversed := r.sort()
	q.Sort, q.Descending = queries.CustomerSort(sort), reversed
	r.format()
	return q
}

// customerLines returns a line a customer.
func customerLines(list queries.CustomerList) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		var cells []string
		asOf := momentCell(list.AsOf)
		for i := range list.Items {
			c := &list.Items[i]
			n := c.Counts
			all := n.Connected + n.Disconnected + n.NeverSeen
			var lo, hi *int64
			if c.Usual != nil {
				lo, hi = &c.Usual.Lo, &c.Usual.Hi
			}
			var longest queries.Disconnection
			if c.Longest != nil {
				longest = *c.Longest
			}
			cells = append(cells[:0], string(c.ID), textCell(c.Name), textCell(c.Address), numberCell(&all), numberCell(&n.Connected),
				numberCell(&n.Disconnected), numberCell(&n.NeverSeen), numberCell(lo), numberCell(hi), numberCell(c.Beyond), string(longest.VIN),
				textCell(longest.RegistrationNumber), momentCell(longest.Since), numberCell(c.IntervalSeconds), numberCell(c.GraceSeconds), asOf)
			if !yield(cells) {
				return
			}
		}
	}
}
