package commands

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCloseNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b  string
		close bool
		why   string
	}{
		{"Kalles Grus AB", "Kales Grus AB", true, "a letter left out"},
		{"Kalles Grus AB", "Kalles Gurs AB", true, "two letters swapped"},
		{"Åkeri Syd", "Akeri Syd", true, "å and a are two letters"},
		{"Volvo", "Vovlo", false, "two mistakes in a short name"},
		{"Volvo", "Volvp", true, "one mistake in a short name"},
		{"ABB", "SKF", false, "nothing in common"},
		{"Depot 1", "Depot 2", false, "numbered on purpose"},
		{"Depot 1", "Depott 2", true, "not only the number differs"},
		{"Kalle", "KALLE!", false, "the same name"},
		{"Kalles Grus", "Kalles Grus och Sand", false, "much longer"},
		{"", "a", true, "one letter more than nothing"},
	} {
		t.Run(fmt.Sprintf("%q and %q: %s", c.a, c.b, c.why), func(t *testing.T) {
			t.Parallel()
			table := newNameTable()
			table.add(c.a, 7)
			near, ok := table.closeTo(c.b)
			assert.Equal(t, c.close, ok)
			if ok {
				assert.Equal(t, c.a, near.name)
				assert.Equal(t, 7, near.line)
			}
			assert.Equal(t, areClose([]rune(compareKey(c.a)), []rune(compareKey(c.b))), areClose([]rune(compareKey(c.b)), []rune(compareKey(c.a))))
		})
	}

	t.Run("stops comparing beyond the budget", func(t *testing.T) {
		t.Parallel()
		table := newNameTable()
		table.budget = 1
		table.add("aaaaaaa", 1)
		table.add("kallesgrus", 1)
		table.add("kallesgrus", 2)
		_, ok := table.closeTo("kallesgruz")
		assert.True(t, ok)
		_, ok = table.closeTo("kallesgruz")
		assert.False(t, ok)
		assert.Negative(t, table.budget)
	})
}

func FuzzDistance(f *testing.F) {
	f.Add("kalle", "kale")
	f.Add("", "x")
	f.Fuzz(func(t *testing.T, a, b string) {
		ra, rb := []rune(a), []rune(b)
		if len(ra) > 12 || len(rb) > 12 {
			return
		}
		assert.Equal(t, min(plainDistance(ra, rb), 3), distance(ra, rb, 2))
	})
}

// plainDistance is the textbook's definition with memory.
func plainDistance(a, b []rune) int {
	known := map[[2]int]int{}
	var d func(i, j int) int
	d = func(i, j int) int {
		if i == 0 || j == 0 {
			return i + j
		}
		if n, ok := known[[2]int{i, j}]; ok {
			return n
		}
		replaced := d(i-1, j-1)
		if a[i-1] != b[j-1] {
			replaced++
		}
		n := min(replaced, d(i-1, j)+1, d(i, j-1)+1)
		known[[2]int{i, j}] = n
		return n
	}
	return d(len(a), len(b))
}
