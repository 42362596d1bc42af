package elasticsearch

import (
	"encoding/base64"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

func TestPlaceOfStatus(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 9))
	ranks := []string{rankDisconnected, rankConnected, rankNeverSeen}
	limit := int64(253_402_300_799_999) // the end of the year 9999; before 1970 as far
	for range 10_000 {
		i, j := random.IntN(3), random.IntN(3)
		a, b := random.Int64N(2*limit)-limit, random.Int64N(2*limit)-limit
		if i != j {
			require.Equal(t, i < j, placeOfStatus(ranks[i], a) < placeOfStatus(ranks[j], b), "the status comes first")
			continue
		}
		require.Equal(t, a < b, placeOfStatus(ranks[i], a) < placeOfStatus(ranks[j], b), "then since")
	}
}

func TestCursor(t *testing.T) {
	t.Parallel()
	v := &projections.FleetVehicle{VIN: "YS2R4X20005399401", RegistrationNumber: "ÅÄÖ 1", CustomerName: "Kalles", Status: domain.Connected, Since: 17}
	orders := []queries.Sort{queries.SortStatus, queries.SortSince, queries.SortVIN, queries.SortRegistrationNumber, queries.SortCustomer}
	for _, sort := range orders {
		t.Run("of "+string(sort)+" is read by that order alone", func(t *testing.T) {
			t.Parallel()
			o := order{sort: sort}
			text, err := o.write(o.key(v))
			require.NoError(t, err)
			place, err := o.read(text)
			require.NoError(t, err)
			assert.Equal(t, o.key(v), *place)
			assert.Len(t, o.after(*place), len(o.sorting()), "one value a field")
			for _, other := range append(orders, sort) {
				foreign := order{sort: other, desc: other == sort}
				_, err := foreign.read(text)
				if foreign != o {
					require.Error(t, err)
				}
			}
		})
	}
	for _, text := range []string{"x", "e30", "!", base64.RawURLEncoding.EncodeToString([]byte(`{"o":"vin","v":"A","z":1}`))} {
		t.Run("none of ours is refused: "+text, func(t *testing.T) {
			t.Parallel()
			var known *domain.Error
			_, err := order{sort: queries.SortVIN}.read(text)
			require.ErrorAs(t, err, &known)
			assert.Equal(t, "cursor", known.Fields[0].Field)
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	t.Run("a body that is no JSON is kept short and valid", func(t *testing.T) {
		t.Parallel()
		err := refused(http.StatusTeapot, append([]byte("\xff"), make([]byte, 10_000)...))
		assert.Less(t, len(err.Error()), 300)
		assert.True(t, is(err, "unknown"))
	})
	t.Run("an index that is not there is a generation that moved", func(t *testing.T) {
		t.Parallel()
		err := moved(refused(http.StatusNotFound, []byte(`{"error":{"type":"index_not_found_exception","reason":"no such index"}}`)), projections.Generation{})
		require.ErrorIs(t, err, projections.ErrMoved)
		other := refused(http.StatusNotFound, []byte(`{"error":{"type":"x"}}`))
		assert.Equal(t, other, moved(other, projections.Generation{}))
	})
	t.Run("words for the operator name no host and no library", func(t *testing.T) {
		t.Parallel()
		for _, r := range []refusal{
			{401, "security_exception", "secret.host"}, {403, "security_exception", "secret.host"}, {429, typeBlocked, "read-only secret.host"},
			{503, typeBlocked, "secret.host"}, {403, typeBlocked, "secret.host"}, {500, "x", "No space left on device secret.host"}, {400, typeAliasName, "secret.host"},
			{400, "document_parsing_exception", "secret.host"}, {400, "validation_exception", "maximum normal shards open secret.host"}, {429, typeRejected, "secret.host"},
			{400, typeClosed, "secret.host"}, {503, typeUnavailable, "secret.host"}, {502, "unknown", "secret.host"}, {400, "search_phase_execution_exception", "secret.host"},
		} {
			var fault *projections.FaultError
			require.ErrorAs(t, named(&r), &fault, r.Type)
			assert.NotContains(t, fault.What, "secret")
			assert.NotContains(t, fault.What, "exception")
			assert.Contains(t, fault.Error(), r.Type, "the chain has it all")
		}
	})
	t.Run("what only a programmer can mend has none", func(t *testing.T) {
		t.Parallel()
		r := &refusal{400, "parsing_exception", "unknown query"}
		assert.Same(t, r, named(r))
	})
}
