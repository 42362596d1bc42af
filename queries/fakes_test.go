package queries_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/require"
)

const (
	abc domain.VIN = "YS2R4X20005399401"
	def domain.VIN = "VLUR4X20009093588"
	ghi domain.VIN = "VLUR4X20009048066"
)

var errBroken = errors.New("the disk is gone")

// noon is the moment as of which every fake view holds, unless a test says otherwise.
func noon() domain.Instant {
	return domain.InstantOf(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
}

// ago returns a moment before noon.
func ago(d time.Duration) domain.Instant { return noon().Add(-d) }

// twoSecondsLate is a clock that is 2 s ahead of noon.
func twoSecondsLate() domain.Instant { return noon().Add(2 * time.Second) }

// view is a fake view: as of a moment, folded through a position.
type view struct {
	asOf    domain.Instant
	through domain.Position
	err     error
}

func (v view) Await(ctx context.Context, after domain.Position) (domain.Instant, error) {
	if v.through.Before(after) {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	if v.err != nil {
		return 0, v.err
	}
	if v.asOf == 0 {
		return noon(), nil
	}
	return v.asOf, nil
}

// fleet is a fake fleet view over rows in the order given; it pages by the index of a row.
type fleet struct {
	view
	rows     []queries.FleetRow
	spans    domain.Spans
	settings domain.Settings
	readErr  error
	asked    *[]queries.ListVehicles
	askedAt  *domain.Instant
}

func (f fleet) Vehicles(_ context.Context, q queries.ListVehicles, asOf domain.Instant) (queries.VehicleList, error) {
	if f.asked != nil {
		*f.asked = append(*f.asked, q)
	}
	if f.askedAt != nil {
		*f.askedAt = asOf
	}
	if f.readErr != nil {
		return queries.VehicleList{}, f.readErr
	}
	list := queries.VehicleList{Items: []queries.Vehicle{}}
	for _, row := range f.rows {
		switch {
		case len(q.Customers) > 0 && !slices.Contains(q.Customers, row.Customer.ID),
			len(q.Statuses) > 0 && !slices.Contains(q.Statuses, row.Status),
			q.Cursor != "" && string(row.VIN) <= q.Cursor:
			continue
		}
		if len(list.Items) == q.Limit {
			list.Next = string(list.Items[q.Limit-1].VIN)
			break
		}
		list.Items = append(list.Items, row.Vehicle)
	}
	total := int64(len(list.Items))
	list.Total = &total
	return list, nil
}

func (f fleet) Rows(_ context.Context, vins []domain.VIN) (map[domain.VIN]queries.FleetRow, error) {
	found := map[domain.VIN]queries.FleetRow{}
	for _, row := range f.rows {
		if slices.Contains(vins, row.VIN) {
			found[row.VIN] = row
		}
	}
	return found, f.readErr
}

func (f fleet) Unobserved(context.Context) (domain.Spans, domain.Settings, error) {
	settings := f.settings
	if settings == (domain.Settings{}) {
		settings = domain.Settings{IntervalSeconds: 60, GraceSeconds: 30}
	}
	return f.spans, settings, nil
}

// latest is a fake latest view.
type latest struct {
	view
	known map[domain.VIN]queries.Latest
	err   error
}

func (l latest) Latest(context.Context, []domain.VIN) (map[domain.VIN]queries.Latest, error) {
	return l.known, l.err
}

// relations is a fake relations view.
type relations struct {
	view
	customers []domain.Customer
	readErr   error
}

func (r relations) CustomersByID(_ context.Context, ids []domain.CustomerID) (map[domain.CustomerID]domain.Customer, error) {
	found := map[domain.CustomerID]domain.Customer{}
	for _, c := range r.customers {
		if ids == nil || slices.Contains(ids, c.ID) {
			found[c.ID] = c
		}
	}
	return found, r.readErr
}

// counters is a fake of the fleet view's counters.
type counters struct {
	view
	counts  map[domain.CustomerID]queries.Counts
	longest map[domain.CustomerID]*queries.Disconnection
	since   []int64
	askedOf *domain.CustomerID
	asked   *[]domain.Instant
	readErr error
}

func (c counters) CountsByCustomer(_ context.Context, ids []domain.CustomerID) (map[domain.CustomerID]queries.Counts, error) {
	found := map[domain.CustomerID]queries.Counts{}
	for id, counts := range c.counts {
		if ids == nil || slices.Contains(ids, id) {
			found[id] = counts
		}
	}
	return found, c.readErr
}

func (c counters) NumbersByCustomer(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]queries.CustomerNumbers, error) {
	found := map[domain.CustomerID]queries.CustomerNumbers{}
	counts, err := c.CountsByCustomer(ctx, ids)
	for id, counts := range counts {
		found[id] = queries.CustomerNumbers{Counts: counts, Longest: c.longest[id]}
	}
	return found, err
}

func (c counters) RankEveryCustomer(ctx context.Context) (map[domain.CustomerID]queries.CustomerRank, error) {
	found := map[domain.CustomerID]queries.CustomerRank{}
	counts, err := c.CountsByCustomer(ctx, nil)
	for id, counts := range counts {
		rank := queries.CustomerRank{Counts: counts}
		if c.longest[id] != nil {
			rank.Longest = c.longest[id].Since
		}
		found[id] = rank
	}
	return found, err
}

func (c counters) SilentSince(_ context.Context, id domain.CustomerID, moments []domain.Instant) ([]int64, error) {
	if c.asked != nil {
		*c.asked = moments
	}
	if c.askedOf != nil {
		*c.askedOf = id
	}
	if c.since == nil {
		return make([]int64, len(moments)), c.readErr
	}
	return c.since, c.readErr
}

// past is a fake timeline view.
type past struct {
	view
	changes []queries.StatusSince
	spans   domain.Spans
	unknown bool
	readErr error
	asked   *domain.Span
}

func (p past) Statuses(_ context.Context, _ domain.VIN, from, to domain.Instant) ([]queries.StatusSince, bool, error) {
	if p.asked != nil {
		*p.asked = domain.Span{From: from, To: to}
	}
	return p.changes, !p.unknown, p.readErr
}

func (p past) Spans(context.Context, domain.Instant, domain.Instant) (domain.Spans, error) {
	return p.spans, nil
}

// history is a fake of the timeline view's numbers: what was true from each moment on, per customer.
type history struct {
	view
	changes map[domain.CustomerID][]queries.CountsAt
	spans   domain.Spans
	readErr error
	reads   *int
}

func (h history) Quarters(_ context.Context, id domain.CustomerID, from, to domain.Instant) ([]queries.CountsAt, error) {
	if h.reads != nil {
		*h.reads++
	}
	const quarter = 900_000
	found := []queries.CountsAt{{At: from, Counts: h.before(id, from)}}
	for end := from + quarter; end-quarter < to; end += quarter {
		if now := h.before(id, end); now != found[len(found)-1].Counts {
			found = append(found, queries.CountsAt{At: end, Counts: now})
		}
	}
	return found, h.readErr
}

// before returns the numbers that had become true before a moment.
func (h history) before(id domain.CustomerID, at domain.Instant) (counts queries.Counts) {
	for _, change := range h.changes[id] {
		if change.At < at {
			counts = change.Counts
		}
	}
	return counts
}

func (h history) EachCustomer(
	ctx context.Context, from, to domain.Instant, visit func(domain.CustomerID, []queries.CountsAt),
) error {
	for id := range h.changes {
		counts, err := h.Quarters(ctx, id, from, to)
		if err != nil {
			return err
		}
		visit(id, counts)
	}
	return h.readErr
}

func (h history) Spans(context.Context, domain.Instant, domain.Instant) (domain.Spans, error) {
	return h.spans, nil
}

// row returns a row of the fleet view of a vehicle of Johans Bulk AB.
func row(vin domain.VIN, status domain.Status, since, last domain.Instant) queries.FleetRow {
	return queries.FleetRow{
		Vehicle: queries.Vehicle{
			VIN: vin, RegistrationNumber: "ABC123", Customer: queries.CustomerRef{ID: "c1", Name: "Johans Bulk AB"},
			Status: status, Since: since, LastHeartbeat: last, TimeoutSeconds: 90,
		},
		RegisteredAt: ago(48 * time.Hour),
	}
}

// requireKind requires an error of a kind and, where given, about a field.
func requireKind(t *testing.T, err error, kind domain.Kind, field string) {
	t.Helper()
	var e *domain.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind, e.Kind, e.Message)
	if field != "" {
		require.Len(t, e.Fields, 1)
		require.Equal(t, field, e.Fields[0].Field)
	}
}
