package queries_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plates is a fake of the registration numbers in the relations view.
type plates struct {
	view
	vins map[string][]domain.VIN
	err  error
}

func (p plates) VINsByPlate(_ context.Context, folded []string) (map[string][]domain.VIN, error) {
	found := map[string][]domain.VIN{}
	for _, number := range folded {
		if vins := p.vins[number]; len(vins) > 0 {
			found[number] = vins
		}
	}
	return found, p.err
}

// lookupOf returns a lookup in a fleet of abc, def and ghi: ABC 123 is abc, M-AB 12 is def, 12 is ghi, and def and ghi both
// are TWICE.
func lookupOf() queries.LookupVehiclesHandler {
	return queries.LookupVehiclesHandler{
		Plates: plates{vins: map[string][]domain.VIN{"abc123": {abc}, "mab12": {def}, "12": {ghi}, "twice": {def, ghi}, "gone": {"YS2R4X20000000000"}, "åäö1": {abc}}},
		Fleet: fleet{rows: []queries.FleetRow{
			row(abc, domain.Connected, ago(time.Hour), ago(time.Hour)), row(def, domain.NeverSeen, 0, 0), row(ghi, domain.NeverSeen, 0, 0),
		}},
		Latest: latest{known: map[domain.VIN]queries.Latest{abc: {LastHeartbeat: ago(time.Second)}}},
		Now:    twoSecondsLate,
	}
}

// told writes items as "text=vehicles", with a ! for a duplicate; vehicles are the first letters of their names here.
func told(items []queries.LookedUp) []string {
	names := map[domain.VIN]string{abc: "a", def: "d", ghi: "g"}
	all := []string{}
	for _, item := range items {
		text := item.Text + "="
		for _, v := range item.Vehicles {
			text += names[v.VIN]
		}
		if item.Duplicate {
			text += "!"
		}
		all = append(all, text)
	}
	return all
}

func TestLookupReadsWhatPeoplePaste(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		items      []string
		unknown    []string
	}{
		{"a VIN in lower case", "ys2r4x20005399401", []string{"ys2r4x20005399401=a"}, nil},
		{"a VIN with spaces and hyphens in it", "YS2R4X2-000 5399401", []string{"YS2R4X2-000 5399401=a"}, nil},
		{"numbers in every form", "ABC123;abc-123\tABC 123,Abc·123", []string{"ABC123=a", "abc-123=a!", "ABC 123=a!", "Abc·123=a!"}, nil},
		{"numbers parted by spaces alone, with spaces in them", "abc 123 M AB 12 twice ABC123", []string{"abc 123=a", "M AB 12=d", "twice=dg", "ABC123=a!"}, nil},
		{"a dash with spaces around it", "M - AB 12", []string{"M - AB 12=d"}, nil},
		{"the most words that are known together", "AB 12", []string{"AB=", "12=g"}, []string{"AB"}},
		{"a line end that parts what spaces would join", "ABC\n123 \r\n ABC,123\rM/AB 12|12", []string{"ABC=", "123=", "ABC=!", "123=!", "M=", "AB=", "12=g", "12=g!"}, []string{"ABC", "123", "M", "AB"}},
		{"cells with quotation marks", "\"ABC 123\"\t“M-AB 12”\n\"twice\"", []string{"ABC 123=a", "M-AB 12=d", "twice=dg"}, nil},
		{"letters that are not ASCII, composed or not", "Åäö 1 A\u030aa\u0308o\u03081", []string{"Åäö 1=a", "A\u030aa\u0308o\u03081=a!"}, nil},
		{"spaces that do not break", "ABC\u00a0123", []string{"ABC\u00a0123=a"}, nil},
		{"a mark that says how the bytes are ordered", "\ufeffABC123", []string{"ABC123=a"}, nil},
		{"what is unknown, as it looks like one number", "XYZ 999 nope QQQ111 RR 11 A", []string{"XYZ 999=", "nope=", "QQQ111=", "RR 11=", "A="}, []string{"XYZ 999", "nope", "QQQ111", "RR 11", "A"}},
		{"what is unknown up to what is known", "XYZ ABC 123", []string{"XYZ=", "ABC 123=a"}, []string{"XYZ"}},
		{"letters without end", "A B C D E F G", []string{"A B C D E=", "F G="}, []string{"A B C D E", "F G"}},
		{"what is unknown twice, once", "nope, NOPE", []string{"nope=", "NOPE=!"}, []string{"nope"}},
		{"a number whose vehicle the fleet does not have", "gone", []string{"gone="}, []string{"gone"}},
		{"what is longer than any name", strings.Repeat("9", 40) + " 12", []string{strings.Repeat("9", 40) + "=", "12=g"}, []string{strings.Repeat("9", 40)}},
		{"separators without end", ",,; - \t\t 12 \n\n,", []string{"12=g"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			answer, err := lookupOf().Handle(t.Context(), queries.LookupVehicles{Text: test.text})
			require.NoError(t, err)
			assert.Equal(t, test.items, told(answer.Items))
			if test.unknown == nil {
				test.unknown = []string{}
			}
			assert.Equal(t, test.unknown, answer.Unknown)
		})
	}
}

func TestLookupAnswersVehiclesAsListsDo(t *testing.T) {
	t.Parallel()
	answer, err := lookupOf().Handle(t.Context(), queries.LookupVehicles{Text: "twice abc123 " + string(abc)})
	require.NoError(t, err)
	assert.Equal(t, 3, answer.Found, "each once")
	assert.Equal(t, queries.Freshness{AsOf: noon(), LagMs: 2000}, answer.Freshness)
	got := answer.Items[1].Vehicles[0]
	assert.Equal(t, ago(time.Second), got.LastHeartbeat, "joined with the latest view")
	assert.Equal(t, ago(time.Second).Add(90*time.Second), got.Deadline)
	assert.False(t, answer.Items[2].Duplicate, "a VIN is not the same as a number")
}

func TestLookupForAnOwnerKnowsNothingOfOthers(t *testing.T) {
	t.Parallel()
	h := lookupOf()
	rows := h.Fleet.(fleet)
	rows.rows[1].Customer.ID, rows.rows[2].Customer.ID = "c1", "c2"
	h.Fleet = rows
	answer, err := h.Handle(t.Context(), queries.LookupVehicles{Text: "twice, M AB 12, 12, " + string(ghi), Owner: "c1"})
	require.NoError(t, err)
	assert.Equal(t, []string{"twice=d", "M AB 12=d", "12=", string(ghi) + "="}, told(answer.Items))
	assert.Equal(t, []string{"12", string(ghi)}, answer.Unknown)
	assert.Equal(t, 1, answer.Found)
}

func TestLookupHasBounds(t *testing.T) {
	t.Parallel()
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "Q%d\n", i)
		}
		return b.String()
	}
	for name, test := range map[string]struct{ text, says string }{
		"nothing":                   {"", "names no"},
		"nothing but signs":         {" -,\n;\t…", "names no"},
		"one more than are allowed": {many(1_001), "1001 VINs"},
		"far more":                  {many(5_001), "5001 words"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := lookupOf().Handle(t.Context(), queries.LookupVehicles{Text: test.text})
			var e *domain.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, domain.Invalid, e.Kind)
			assert.Equal(t, "text", e.Fields[0].Field)
			assert.Contains(t, e.Message, test.says)
		})
	}
	answer, err := lookupOf().Handle(t.Context(), queries.LookupVehicles{Text: many(1_000)})
	require.NoError(t, err)
	assert.Len(t, answer.Unknown, 1_000)
	answer, err = lookupOf().Handle(t.Context(), queries.LookupVehicles{Text: strings.Repeat("A B C D 1\n", 1_000)})
	require.NoError(t, err, "words are not names")
	assert.Len(t, answer.Items, 1_000)
}

func TestLookupPassesOnErrors(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*queries.LookupVehiclesHandler){
		"of the numbers":     func(h *queries.LookupVehiclesHandler) { h.Plates = plates{err: errBroken} },
		"of a view's moment": func(h *queries.LookupVehiclesHandler) { h.Plates = plates{view: view{err: errBroken}} },
		"of the fleet view":  func(h *queries.LookupVehiclesHandler) { h.Fleet = fleet{readErr: errBroken} },
		"of the latest view": func(h *queries.LookupVehiclesHandler) { h.Latest = latest{err: errBroken} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := lookupOf()
			change(&h)
			_, err := h.Handle(t.Context(), queries.LookupVehicles{Text: "ABC123"})
			require.ErrorIs(t, err, errBroken)
		})
	}
}
