package domain_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestPositionOrder(t *testing.T) {
	t.Parallel()
	rising := []domain.Position{
		{}, {Commit: 0, Prepare: 1}, {Commit: 1, Prepare: 0}, {Commit: 1, Prepare: 1}, {Commit: 1, Prepare: 9},
		{Commit: 9, Prepare: 2}, {Commit: 10, Prepare: 1}, {Commit: math.MaxUint64, Prepare: 0}, {Commit: math.MaxUint64, Prepare: math.MaxUint64},
	}
	t.Run("is by commit, then by prepare, as numbers", func(t *testing.T) {
		t.Parallel()
		for i, p := range rising {
			for j, q := range rising {
				assert.Equal(t, i < j, p.Before(q), "%s before %s", p, q)
				assert.Equal(t, i == j, p.Compare(q) == 0, "%s and %s", p, q)
				assert.Equal(t, p.Compare(q), -q.Compare(p), "%s and %s", p, q)
			}
		}
		assert.True(t, slices.IsSortedFunc(rising, domain.Position.Compare))
	})
	t.Run("begins with zero, before the first event", func(t *testing.T) {
		t.Parallel()
		for i, p := range rising {
			assert.Equal(t, i == 0, p.IsZero(), p)
		}
	})
}

func TestPositionText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		position domain.Position
		text     string
	}{
		{domain.Position{}, "0"},
		{domain.Position{Commit: 17, Prepare: 17}, "17"},
		{domain.Position{Commit: 17, Prepare: 12}, "17-12"},
		{domain.Position{Commit: 0, Prepare: 1}, "0-1"},
		{domain.Position{Commit: 1, Prepare: 0}, "1-0"},
		{domain.Position{Commit: math.MaxUint64, Prepare: math.MaxUint64}, "18446744073709551615"},
		{domain.Position{Commit: math.MaxUint64, Prepare: 1}, "18446744073709551615-1"},
	} {
		t.Run(c.text+" round trips", func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.text, c.position.String())
			got, err := domain.ParsePosition(c.text)
			require.NoError(t, err)
			assert.Equal(t, c.position, got)

			raw, err := json.Marshal(c.position)
			require.NoError(t, err)
			assert.Equal(t, `"`+c.text+`"`, string(raw))
			var again domain.Position
			require.NoError(t, json.Unmarshal(raw, &again))
			assert.Equal(t, c.position, again)
		})
	}
	for _, text := range []string{
		"", "-", "1-", "-1", "--1", "1--2", "1-2-3", "1-1", "0-0", "01", "00", "1-02", "01-2", "+1", "1-+2", " 1", "1 ", "1_0", "0x1", "1.0", "1e3",
		"x", "٣", "18446744073709551616", "1-18446744073709551616", "1\x00",
	} {
		t.Run("refuses "+text, func(t *testing.T) {
			t.Parallel()
			p, err := domain.ParsePosition(text)
			require.ErrorContains(t, err, "is not a position")
			assert.True(t, p.IsZero())
			require.Error(t, p.UnmarshalText([]byte(text)))
		})
	}
}

func FuzzParsePosition(f *testing.F) {
	for _, seed := range []string{"0", "17", "17-12", "1-1", "01", "-1", "18446744073709551616", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := domain.ParsePosition(text)
		if err != nil {
			require.True(t, p.IsZero())
			return
		}
		require.Equal(t, text, p.String(), "each position has one text and no other")
	})
}
