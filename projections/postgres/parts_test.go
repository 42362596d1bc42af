package postgres

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

func TestStorable(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, text := range []string{"", "Åkeri Öst", "100 %", "\x00", "\x01", "\x0100", "a\x00", "\xff", "\xc3", "å\xa5", "\x01\x01", "\ufffd"} {
		stored := storable(text)
		assert.Equal(t, text, original(stored))
		assert.NotContains(t, stored, "\x00")
		assert.NotContains(t, seen, stored, "different texts stay different")
		seen[stored] = text
	}
	assert.Equal(t, "Åkeri Öst", storable("Åkeri Öst"), "whoever looks into the table reads what it is")
}

func FuzzStorable(f *testing.F) {
	f.Add("a\x00\x01\xff")
	f.Fuzz(func(t *testing.T, text string) { assert.Equal(t, text, original(storable(text))) })
}

func TestSpansAsText(t *testing.T) {
	t.Parallel()
	for _, spans := range []domain.Spans{nil, {{From: 1, To: 2}}, {{From: -5, To: 3}, {From: 1_700_000_000_000, To: 1_700_000_000_500}}} {
		got, err := readSpans(writeSpans(spans))
		require.NoError(t, err)
		assert.Equal(t, spans, got)
	}
	for _, text := range []string{"1", "1:", ":", "a:b", "1:2 3"} {
		_, err := readSpans(text)
		assert.Error(t, err, text)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		o      Options
		schema string
		most   int32
	}{
		"have defaults":                         {Options{URL: "postgres://u@h/db"}, "fleetbeat", 10},
		"take the schema from the URL":          {Options{URL: "postgres://u@h/db?search_path=depot"}, "depot", 10},
		"put the schema named before the URL's": {Options{URL: "postgres://u@h/db?search_path=depot", Schema: "yard"}, "yard", 10},
		"take the connections from the URL":     {Options{URL: "postgres://u@h/db?pool_max_conns=7"}, "fleetbeat", 7},
		"put the connections named before it":   {Options{URL: "postgres://u@h/db?pool_max_conns=7", Connections: 3}, "fleetbeat", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, schema, err := test.o.config()
			require.NoError(t, err)
			assert.Equal(t, test.schema, schema)
			assert.Equal(t, test.schema, c.ConnConfig.RuntimeParams["search_path"])
			assert.Equal(t, test.most, c.MaxConns)
			assert.Equal(t, "fleetbeat", c.ConnConfig.RuntimeParams["application_name"])
			assert.Equal(t, "5000", c.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"],
				"a paused owner's locks end before its successor is missed")
			assert.Equal(t, connectWithin, c.ConnConfig.ConnectTimeout)
			assert.NotNil(t, c.ConnConfig.ValidateConnect, "of several servers the one that can be written")
		})
	}
	t.Run("leave what the URL says", func(t *testing.T) {
		t.Parallel()
		c, _, err := Options{URL: "postgres://u:one@a,b/db?application_name=x&statement_timeout=7&connect_timeout=2&target_session_attrs=any", Password: "two"}.config()
		require.NoError(t, err)
		assert.Equal(t, "x", c.ConnConfig.RuntimeParams["application_name"])
		assert.Equal(t, "7", c.ConnConfig.RuntimeParams["statement_timeout"])
		assert.EqualValues(t, 2e9, c.ConnConfig.ConnectTimeout)
		assert.Nil(t, c.ConnConfig.ValidateConnect)
		assert.Equal(t, "two", c.ConnConfig.Password, "a secret of its own comes before the URL's")
		assert.NotEmpty(t, c.ConnConfig.Fallbacks)
	})
	for _, schema := range []string{"a, b", `a"b`, "A", "1a", "a;drop", "$user"} {
		_, _, err := Options{URL: "postgres://u@h/db", Schema: schema}.config()
		assert.ErrorContains(t, err, "is not one name", schema)
	}
}

func TestASaveOfWhichNobodyHeard(t *testing.T) {
	t.Parallel()
	connect(t, "test_unheard") // drops it in the end
	views, err := Open(t.Context(), Options{URL: testURL(t), Schema: "test_unheard"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, views.Close()) })
	ctx := t.Context()
	g, err := views.Create(ctx, relationsView, 1)
	require.NoError(t, err)
	g, err = views.Activate(ctx, g, projections.Checkpoint{LogID: "x"})
	require.NoError(t, err)
	customer := &projections.RelationsCustomer{Customer: domain.Customer{ID: "c1", Name: "Johans Bulk AB"}}
	to := projections.Checkpoint{LogID: "x", Position: domain.Position{Commit: 7, Prepare: 7}}
	rows, err := statements(g, []projections.Change{{Key: customer.Key(), After: customer}})
	require.NoError(t, err)
	for name, rows := range map[string][]statement{"with rows": rows, "of a checkpoint alone": nil} {
		from := g.Checkpoint.Position
		s := saver{g: g, to: to, checkpoint: checkpointArgs(g, from, to), rows: rows}
		require.NoError(t, views.do(ctx, saving, s.save), name)
		require.NoError(t, views.do(ctx, saving, s.save), "%s: done again, it is found to be done", name)
		other := saver{g: g, to: to, checkpoint: checkpointArgs(g, from, to), rows: rows}
		require.ErrorIs(t, views.do(ctx, saving, other.save), projections.ErrMoved, "%s: another's is not ours", name)
		g.Checkpoint = to
		to.Position.Commit++
	}
}
