package testengines

import (
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

func TestShare(t *testing.T) {
	t.Parallel()
	postgres, elasticsearch := Postgres(t), Elasticsearch(t)
	made := func() *Share {
		s, err := NewShare(t.Context(), postgres, elasticsearch, esdbtest.Options{})
		require.NoError(t, err)
		return s
	}
	mine, theirs := made(), made()
	defer func() { assert.NoError(t, theirs.Close(t.Context())) }()
	flags := mine.Flags()
	require.Len(t, flags, 6)
	assert.Equal(t, []string{"--events", mine.Log().URL(), "--fleet"}, flags[:3])
	assert.Equal(t, "--relations", flags[4])
	fill := func(s *Share) {
		conn, err := pgx.Connect(t.Context(), s.Flags()[5])
		require.NoError(t, err)
		defer func() { assert.NoError(t, conn.Close(t.Context())) }()
		_, err = conn.Exec(t.Context(), "CREATE TABLE kept (n int)")
		require.NoError(t, err, "nobody else's table is there, nor one of before")
		for _, index := range []string{"-v1", "-v2"} {
			status, said := request(t, http.MethodPut, s.Flags()[3]+index, "")
			require.Equal(t, 200, status, said)
		}
	}
	there := func(s *Share) (n int) {
		for _, index := range []string{"-v1", "-v2"} {
			if status, _ := request(t, http.MethodHead, s.Flags()[3]+index, ""); status == 200 {
				n++
			}
		}
		return n
	}
	fill(mine)
	fill(theirs)

	require.NoError(t, mine.Forget(t.Context()))
	assert.Zero(t, there(mine))
	assert.Equal(t, 2, there(theirs), "another share keeps what it has")
	fill(mine)

	require.NoError(t, mine.Close(t.Context()))
	assert.Zero(t, there(mine))
	_, err := pgx.Connect(t.Context(), mine.Flags()[5])
	require.ErrorContains(t, err, "does not exist")
	name := strings.TrimPrefix(flags[3], elasticsearch+"/")
	assert.Equal(t, strings.ToLower(name), name, "an index has no capital letters")
}
