package queries

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
)

// ClassicSearch asks what the original demo's search asks. With neither part the answer is empty.
type ClassicSearch struct {
	CustomerName *string // any part of the customer's name, in any case; no wildcards; nil means any
	Online       *bool   // true means connected, false not connected; nil means any
	After        domain.Position
	Owner        domain.CustomerID // only what this customer owns is there; empty: everything
}

// MaxClassicResults is the most vehicles in a classic answer, which has no list pages.
const MaxClassicResults = 10_000

// ClassicVehicle is a vehicle in the shape of the original demo; ID is its VIN.
type ClassicVehicle struct {
	ID          domain.VIN      `json:"id" doc:"The VIN"`
	RegNo       string          `json:"reg_no"`
	HeartbeatTS domain.Instant  `json:"heartbeat_ts,omitzero" format:"date-time"`
	Online      bool            `json:"online"`
	Customer    ClassicCustomer `json:"customer"`
}

// ClassicCustomer is a customer in the shape of the original demo.
type ClassicCustomer struct {
	ID      domain.CustomerID `json:"id"`
	Name    string            `json:"name"`
	Address string            `json:"address"`
}

// ClassicSearchHandler answers [ClassicSearch].
type ClassicSearchHandler struct {
	Fleet     FleetReader
	Latest    LatestReader
	Relations RelationsReader
}

// customersAtOnce is how many customers one question to the fleet view names.
const customersAtOnce = 100

// Handle returns the matches in order of their VINs, at most [MaxClassicResults]: in that case some are missing.
func (h ClassicSearchHandler) Handle(ctx context.Context, q ClassicSearch) ([]ClassicVehicle, error) {
	answer := []ClassicVehicle{}
	if q.CustomerName == nil && q.Online == nil {
		return answer, nil
	}
	if _, err := await(ctx, untimed, q.After, h.Fleet, h.Latest, h.Relations); err != nil {
		return nil, err
	}
	vehicles, err := h.matches(ctx, q)
	if err != nil {
		return nil, err
	}
	if err := upToDate(ctx, h.Fleet, h.Latest, vehicles); err != nil {
		return nil, err
	}
	customers, err := h.owners(ctx, vehicles)
	if err != nil {
		return nil, err
	}
	for _, v := range vehicles {
		answer = append(answer, ClassicVehicle{
			ID: v.VIN, RegNo: v.RegistrationNumber, HeartbeatTS: v.LastHeartbeat, Online: v.Status == domain.Connected,
			Customer: ClassicCustomer{ID: v.Customer.ID, Name: v.Customer.Name, Address: customers[v.Customer.ID].Address},
		})
	}
	return answer, nil
}

// matches returns the vehicles that q means, in order of their VINs.
func (h ClassicSearchHandler) matches(ctx context.Context, q ClassicSearch) ([]Vehicle, error) {
	filter := Filter{Customers: Owned(nil, q.Owner)}
	if q.Online != nil {
		filter.Statuses = []domain.Status{domain.Connected}
		if !*q.Online {
			filter.Statuses = []domain.Status{domain.Disconnected, domain.NeverSeen}
		}
	}
	if q.CustomerName == nil || *q.CustomerName == "" {
		return h.vehicles(ctx, filter, nil)
	}
	ids, err := h.named(ctx, *q.CustomerName, q.Owner)
	if err != nil {
		return nil, err
	}
	var all []Vehicle
	for some := range slices.Chunk(ids, customersAtOnce) {
		filter.Customers = some
		if all, err = h.vehicles(ctx, filter, all); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b Vehicle) int { return cmp.Compare(a.VIN, b.VIN) })
	return all, nil
}

// named returns the customers with text in their name, of all or of the one that the caller is bound to.
func (h ClassicSearchHandler) named(ctx context.Context, text string, owner domain.CustomerID) ([]domain.CustomerID, error) {
	if err := checkText("customer_name", text); err != nil {
		return nil, err
	}
	var some []domain.CustomerID // nil: all
	if owner != "" {
		some = []domain.CustomerID{owner}
	}
	customers, err := h.Relations.CustomersByID(ctx, some)
	if err != nil {
		return nil, err
	}
	ids := []domain.CustomerID{}
	for id, c := range customers {
		if strings.Contains(textfold.Fold(c.Name), textfold.Fold(text)) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b domain.CustomerID) int {
		return cmp.Or(cmp.Compare(customers[a].Name, customers[b].Name), cmp.Compare(a, b))
	})
	return ids, nil
}

// vehicles appends every match of a filter to all, up to the most that an answer may have.
func (h ClassicSearchHandler) vehicles(ctx context.Context, filter Filter, all []Vehicle) ([]Vehicle, error) {
	q := ListVehicles{Filter: filter, Sort: SortVIN, Limit: MaxLimit}
	for len(all) < MaxClassicResults {
		list, err := h.Fleet.Vehicles(ctx, q, 0)
		if err != nil {
			return nil, err
		}
		all = append(all, list.Items[:min(len(list.Items), MaxClassicResults-len(all))]...)
		if list.Next == "" {
			break
		}
		q.Cursor = list.Next
	}
	return all, nil
}

// owners returns the customers of some vehicles.
func (h ClassicSearchHandler) owners(ctx context.Context, vehicles []Vehicle) (map[domain.CustomerID]domain.Customer, error) {
	var ids []domain.CustomerID
	for _, v := range vehicles {
		ids = append(ids, v.Customer.ID)
	}
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) == 0 {
		return nil, nil
	}
	return h.Relations.CustomersByID(ctx, ids)
}
