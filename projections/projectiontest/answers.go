package projectiontest

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

func answers(t *testing.T, open Open) {
	for seed := range seeds() {
		log := Generate(t, 100+seed, 2*logLength)
		m := modelOf(t, log)
		require.NotEmpty(t, m.vehicles)
		o := open(t, t.TempDir())
		if o.Distant && seed >= distantSeeds {
			require.NoError(t, o.Close())
			break
		}
		readers := map[string]*projections.Projection{}
		for _, view := range o.views() {
			// Half of it is built, half is followed: finding must not depend on how rows came to be.
			half := NewLog()
			half.events = log.events[:logLength]
			p := start(t, o, view, half)
			for from := logLength; from < log.Len(); from += 100 {
				handle(t, p, log, from, min(from+100, log.Len()), false)
			}
			readers[view.Name] = p
		}
		random := rand.New(rand.NewPCG(seed, 3))
		if o.Fleet != nil {
			fleet := o.Fleet(readers["fleet"])
			vehicleLists(t, m, fleet, random, o.Distant)
			rows(t, m, fleet)
			counts(t, m, o.Counts(readers["fleet"]))
			numbers(t, m, o.Counts(readers["fleet"]))
		}
		if o.Latest != nil {
			latest(t, m, o.Latest(readers["latest"]))
		}
		if o.Relations != nil {
			customers(t, m, o.Relations(readers["relations"]))
		}
		if o.Plates != nil {
			plates(t, m, o.Plates(readers["relations"]))
		}
		if o.Timeline != nil {
			timelines(t, m, o.Timeline(readers["timeline"]), random)
			histories(t, m, o.History(readers["timeline"]), random)
		}
		if o.Relations != nil && o.Counts != nil && o.History != nil {
			history := o.History(readers["timeline"])
			customerLists(t, m, queries.NewRoster(o.Relations(readers["relations"]), o.Counts(readers["fleet"]), history,
				queries.NewUsualRanges(history), func() domain.Instant { return m.asOf }), random)
		}
		require.NoError(t, o.Close())
	}
}

// filters returns filters of each part alone and many of several.
func filters(m *model, random *rand.Rand) []queries.Filter {
	texts := []string{
		"ab", "YS2", "ys2r4x", "ÅÄÖ", "å", "%", "_", "*", "?", `\`, `"quoted"`, "kalles", "TRANSPORT", "värde", "100 %", "0", "12", "nobody", "a b",
		"tax101", "TAX-101", "t.a.x 1", "x1", "x-1", "åäö1", "A\u030AÄÖ-1", "-.-", " - ", "\u1161b", "å\u00AD1", "가b7",
	}
	texts = append(texts, needles(m, random, 12)...)
	filters := []queries.Filter{{}}
	for _, text := range texts {
		filters = append(filters, queries.Filter{Text: text})
	}
	for range 80 {
		f := queries.Filter{Clash: random.IntN(4) == 0}
		if random.IntN(2) == 0 {
			for range 1 + random.IntN(3) {
				f.Customers = append(f.Customers, domain.CustomerID([]string{"c1", "c2", "c3", "c4", "c5", "nobody"}[random.IntN(6)]))
			}
		}
		if random.IntN(2) == 0 {
			for range 1 + random.IntN(2) {
				f.Statuses = append(f.Statuses, []domain.Status{domain.NeverSeen, domain.Connected, domain.Disconnected}[random.IntN(3)])
			}
		}
		if random.IntN(4) == 0 {
			for range 1 + random.IntN(20) {
				f.VINs = append(f.VINs, VIN(random.IntN(fleetSize+3)))
			}
		}
		if random.IntN(4) == 0 {
			f.SilentFor = time.Duration(random.IntN(12*3600)) * time.Second
		}
		if random.IntN(3) == 0 {
			f.Text = texts[random.IntN(len(texts))]
		}
		filters = append(filters, f)
	}
	return filters
}

func vehicleLists(t *testing.T, m *model, fleet queries.FleetReader, random *rand.Rand, distant bool) {
	sorts := []queries.Sort{queries.SortStatus, queries.SortSince, queries.SortVIN, queries.SortRegistrationNumber, queries.SortCustomer}
	for _, f := range filters(m, random) {
		for _, sort := range sorts {
			for _, descending := range []bool{false, true} {
				if distant && random.IntN(8) > 0 {
					continue
				}
				q := queries.ListVehicles{Filter: f, Sort: sort, Descending: descending, Limit: 1 + random.IntN(12)}
				if q.Facets = random.IntN(2) == 0; random.IntN(3) == 0 {
					q.Owner = []domain.CustomerID{"c1", "c2", "c3", "nobody"}[random.IntN(4)]
				}
				want, counts := m.list(q, m.asOf)
				var facets *queries.Facets
				if q.Facets {
					facets = m.facets(q, m.asOf)
				}
				var got []queries.Vehicle
				for {
					list, err := fleet.Vehicles(t.Context(), q, m.asOf)
					require.NoError(t, err, "%+v", q)
					require.NotNil(t, list.Total, "%+v", q)
					require.EqualValues(t, len(want), *list.Total, "%+v", q)
					require.Equal(t, counts, list.Counts, "%+v", q)
					require.Equal(t, facets, list.Facets, "%+v", q)
					require.LessOrEqual(t, len(list.Items), q.Limit)
					got = append(got, list.Items...)
					if list.Next == "" {
						break
					}
					require.Len(t, list.Items, q.Limit, "only the last list page is shorter")
					q.Cursor = list.Next
				}
				for i := range got {
					got[i].Deadline = 0 // the handler's business
				}
				require.Equal(t, want, got, "%+v", q)
			}
		}
	}
	for _, cursor := range []string{"x", "e30", "bm9uZQ"} {
		_, err := fleet.Vehicles(t.Context(), queries.ListVehicles{Sort: queries.SortVIN, Limit: 5, Cursor: cursor}, m.asOf)
		var known *domain.Error
		require.ErrorAs(t, err, &known, cursor)
		require.Equal(t, domain.Invalid, known.Kind)
		require.Equal(t, "cursor", known.Fields[0].Field)
	}
}

func rows(t *testing.T, m *model, fleet queries.FleetReader) {
	want := map[domain.VIN]queries.FleetRow{}
	var vins []domain.VIN
	for n := range fleetSize + 3 {
		vins = append(vins, VIN(n), VIN(n))
		if v := m.vehicles[VIN(n)]; v != nil {
			want[v.VIN] = m.row(v)
		}
	}
	got, err := fleet.Rows(t.Context(), vins)
	require.NoError(t, err)
	for vin, row := range got {
		row.Deadline = 0 // the handler's business
		got[vin] = row
	}
	require.Equal(t, want, got)
	spans, settings, err := fleet.Unobserved(t.Context())
	require.NoError(t, err)
	assert.Equal(t, m.spans, spans)
	assert.Equal(t, m.settings, settings)
	asOf, err := fleet.Await(t.Context(), m.through)
	require.NoError(t, err)
	assert.Equal(t, m.asOf, asOf)
}

func counts(t *testing.T, m *model, reader queries.CountsReader) {
	want := map[domain.CustomerID]queries.Counts{}
	for id := range m.customers {
		_, numbers := m.list(queries.ListVehicles{Filter: queries.Filter{Customers: []domain.CustomerID{id}}}, m.asOf)
		if numbers != (queries.Counts{}) {
			want[id] = numbers
		}
	}
	got, err := reader.CountsByCustomer(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, want, got)
	got, err = reader.CountsByCustomer(t.Context(), []domain.CustomerID{"c1", "nobody", ""})
	require.NoError(t, err)
	require.LessOrEqual(t, len(got), 1)
	assert.Equal(t, want["c1"], got["c1"])
	for _, id := range []domain.CustomerID{"", "c1", "c2", "nobody"} {
		moments := []domain.Instant{m.asOf - 3_600_000, m.asOf, m.asOf - 60_000, m.asOf - 86_400_000, m.asOf}
		since, err := reader.SilentSince(t.Context(), id, moments)
		require.NoError(t, err)
		assert.Equal(t, m.silentSince(id, moments), since, id)
	}
}

func latest(t *testing.T, m *model, reader queries.LatestReader) {
	want := map[domain.VIN]queries.Latest{}
	var vins []domain.VIN
	for n := range fleetSize + 3 {
		vins = append(vins, VIN(n))
		if v := m.vehicles[VIN(n)]; v != nil && !v.latest.LastHeartbeat.IsZero() {
			want[v.VIN] = v.latest
		}
	}
	got, err := reader.Latest(t.Context(), vins)
	require.NoError(t, err)
	require.Equal(t, want, got)
}
