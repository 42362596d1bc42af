package sqlite_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/eventstore/storetest"
)

func TestSubscription(t *testing.T) {
	t.Parallel()

	t.Run("does not read the file for types that it did not ask for", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		rare, err := s.Subscribe(t.Context(), eventstore.Position{}, "rare")
		require.NoError(t, err)
		every, err := s.Subscribe(t.Context(), eventstore.Position{})
		require.NoError(t, err)
		for _, sub := range []eventstore.Subscription{rare, every} {
			_, err := sub.Next(t.Context())
			require.NoError(t, err)
		}
		appendTo(t, s, "s", eventstore.NoStream, storetest.Events(5, 10, "frequent")...)
		assert.False(t, sqlite.Rung(rare))
		assert.True(t, sqlite.Rung(every))
		appendTo(t, s, "s", 4, append(storetest.Events(1, 10, "frequent"), storetest.Events(1, 10, "rare")...)...)
		assert.True(t, sqlite.Rung(rare))
	})

	t.Run("is finished by a corrupt row, and one that begins after it is not", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		appendTo(t, s, "s", eventstore.NoStream, storetest.Events(3, 10, "a")...)
		good := appendTo(t, s, "t", eventstore.NoStream, storetest.Events(3, 10, "a")...)
		require.NoError(t, s.Execute(`UPDATE appends SET type = 77 WHERE position = 1`, nil))
		sub, err := s.Subscribe(t.Context(), eventstore.Position{})
		require.NoError(t, err)
		_, err = sub.Next(t.Context())
		require.ErrorIs(t, err, eventstore.ErrCorrupt)
		_, err = sub.Next(t.Context())
		require.ErrorIs(t, err, eventstore.ErrClosed)
		sub, err = s.Subscribe(t.Context(), eventstore.Position{Commit: 4, Prepare: 4})
		require.NoError(t, err)
		d, err := sub.Next(t.Context())
		require.NoError(t, err)
		assert.Equal(t, good.Position, d.Page.Last())
	})
}

func TestCorrupt(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"a body cut short":  `UPDATE appends SET body = substr(body, 1, 20) WHERE position = 1`,
		"a body of rubbish": "UPDATE appends SET body = x'" + strings.Repeat("ff", 60) + "' WHERE position = 1",
		"an empty body":     `UPDATE appends SET body = x'' WHERE position = 1`,
	} {
		t.Run(name+" is said of each way of reading, and never panics", func(t *testing.T) {
			t.Parallel()
			s := fresh(t)
			events := storetest.Events(3, 10, "a")
			appendTo(t, s, "s", eventstore.NoStream, events...)
			require.NoError(t, s.Execute(damage, nil))
			for _, d := range []eventstore.Direction{eventstore.Forwards, eventstore.Backwards} {
				var last error
				for _, err := range s.ReadStream(t.Context(), "s", 2, d) {
					last = err
				}
				assert.ErrorIs(t, last, eventstore.ErrCorrupt)
			}
			var last error
			for page, err := range s.ReadAll(t.Context(), eventstore.Position{}) { // whole rows are not looked into, so the page says it
				require.NoError(t, err)
				for _, err := range page.Events() {
					last = err
				}
			}
			assert.ErrorIs(t, last, eventstore.ErrCorrupt)
			for _, err := range s.ReadAll(t.Context(), eventstore.Position{Commit: 2, Prepare: 2}) {
				last = err
			}
			assert.ErrorIs(t, last, eventstore.ErrCorrupt)
			_, err := s.Append(t.Context(), "s", eventstore.NoStream, events...)
			assert.ErrorIs(t, err, eventstore.ErrCorrupt)
		})
	}
}
