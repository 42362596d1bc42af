package api

import (
	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// What the parameters of operations are called and mean, for the OpenAPI document. [params.read] refuses all others.

func pathParam(name, doc string, schema *huma.Schema) *huma.Param {
	return &huma.Param{Name: name, In: "path", Required: true, Description: doc, Schema: schema}
}

func vinParam() *huma.Param {
	return pathParam("vin", "17 characters, no I, O and Q; lower case is taken too", vinSchema("").Schema(nil))
}

func customerIDParam() *huma.Param {
	return pathParam("id", "The customer's id", &huma.Schema{Type: huma.TypeString})
}

func queryParam(name, doc string, schema *huma.Schema) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: doc, Schema: schema}
}

func textParam(name, doc string) *huma.Param {
	return queryParam(name, doc, &huma.Schema{Type: huma.TypeString})
}

func flagParam(name, doc string) *huma.Param {
	return queryParam(name, doc, &huma.Schema{Type: huma.TypeBoolean, Default: false})
}

func timeParam(name, doc string) *huma.Param {
	return queryParam(name, doc, &huma.Schema{Type: huma.TypeString, Format: "date-time"})
}

// listParam is a parameter that may be repeated; its values may be separated by commas, too.
func listParam(name, doc string, item *huma.Schema) *huma.Param {
	explode := true
	p := queryParam(name, doc+"; may be repeated or separated by commas", &huma.Schema{Type: huma.TypeArray, Items: item})
	p.Explode = &explode
	return p
}

func enumSchema(values ...any) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Enum: values}
}

func limitParam() *huma.Param {
	least, most := 1.0, float64(queries.MaxLimit)
	return queryParam("limit", "The most items in the answer",
		&huma.Schema{Type: huma.TypeInteger, Minimum: &least, Maximum: &most, Default: queries.DefaultLimit})
}

func cursorParam() *huma.Param {
	return textParam("cursor", "The next of the list page before, with everything else unchanged")
}

func afterParam() *huma.Param {
	return textParam("after", "A position that a write answered: wait until the answer reflects it, at most 2 s, then 503")
}

// listParams are the parameters of the list of vehicles.
func listParams() []*huma.Param {
	sorts := []any{}
	for _, s := range []queries.Sort{queries.SortStatus, queries.SortSince, queries.SortVIN, queries.SortRegistrationNumber, queries.SortCustomer} {
		sorts = append(sorts, string(s), "-"+string(s))
	}
	sort := queryParam("sort", "The order, - in front reverses it; status is disconnected, connected, never_seen, then since, then VIN", enumSchema(sorts...))
	sort.Schema.Default = string(queries.SortStatus)
	return []*huma.Param{
		listParam("customer", "Ids of customers", &huma.Schema{Type: huma.TypeString}),
		listParam("status", "Statuses", enumSchema(string(domain.Connected), string(domain.Disconnected), string(domain.NeverSeen))),
		listParam("vin", "VINs; unknown ones are absent from the answer", vinSchema("").Schema(nil)),
		textParam("q", "Any part of VIN, registration number or customer name, in any case; a registration number is found by its letters and digits too: abc123 and abc-123 find ABC 123. No character is a wildcard"),
		queryParam("silentFor", "Disconnected vehicles silent for at least this long: 5m, 1h, 7d",
			&huma.Schema{Type: huma.TypeString, Pattern: "^[0-9]+[smhd]$", Examples: []any{"1h"}}),
		flagParam("clash", "Vehicles whose registration number another one has too, compared by letters and digits"),
		flagParam("facets", "Add the ten customers with most disconnected vehicles among the matches, and the disconnected by how long they have been silent, "+
			"each ignoring its own part of the filter"),
		sort, limitParam(), cursorParam(), formatParam(), afterParam(),
	}
}
