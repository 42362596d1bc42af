package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/queries"
)

// PastedNames is the body that looks vehicles up.
type PastedNames struct {
	Text string `json:"text" maxLength:"65000" doc:"VINs and registration numbers, in any case, as they are pasted from a mail or a spreadsheet" example:"abc-123, DEF 456; YS2R4X20005399401"`
}

const lookupDoc = "The vehicles that a pasted text names, in its order, and what of it is unknown: up to 1,000 VINs and registration numbers. " +
	"Line ends, tabs, commas, semicolons, slashes, bars and quotation marks part names. Spaces may part names or lie within one: of the words from a place on, " +
	"the most, up to five, that together are a known VIN or registration number are one name. Case, hyphens and dots do not count. " +
	"Words that are unknown are shown one by one, but up to three letters together with the word after them: ABC 123. " +
	"A registration number that several vehicles have names all of them. It reads and changes nothing."

// addLookup registers POST /api/v1/vehicles:lookup: a question, but too long for a URL.
func (s *server) addLookup() {
	register(s, operation{
		id: "lookupVehicles", method: http.MethodPost, path: "/api/v1/vehicles:lookup", tag: tagVehicles,
		params: []*huma.Param{afterParam()}, body: PastedNames{}, summary: "Look up pasted VINs and registration numbers", doc: lookupDoc,
	}, func(ctx context.Context, r *request) (queries.VehicleLookup, error) {
		after := r.after(s.positions)
		if err := r.err(); err != nil {
			return queries.VehicleLookup{}, err
		}
		body, err := bodyOf[PastedNames](r)
		if err != nil {
			return queries.VehicleLookup{}, err
		}
		return s.deps.Queries.LookupVehicles.Handle(ctx, queries.LookupVehicles{Text: body.Text, Owner: ownerOf(ctx), After: after})
	})
}
