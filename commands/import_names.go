package commands

import (
	"strings"
	"unicode"
)

// closeDistance is how many characters may be put in, left out or replaced between two names that are close.
const closeDistance = 2

// compareBudget is how many pairs of names one import may compare, about a second's worth: the warning is a courtesy,
// and a file of 200,000 new customers would make thousands of millions of pairs.
const compareBudget = 2_000_000

// nameTable finds names that are close to one another, by length.
type nameTable struct {
	byLength map[int][]tabledName
	budget   int
}

type tabledName struct {
	key  []rune
	name string // as people write it
	line int    // of the import that brings it, 0 for a known customer
}

func newNameTable() *nameTable {
	return &nameTable{byLength: map[int][]tabledName{}, budget: compareBudget}
}

func (t *nameTable) add(name string, line int) {
	key := []rune(compareKey(name))
	t.byLength[len(key)] = append(t.byLength[len(key)], tabledName{key, name, line})
}

// closeTo returns a name that is close to another and not the same, and whether there is one. Beyond its budget it finds
// none.
func (t *nameTable) closeTo(name string) (tabledName, bool) {
	key := []rune(compareKey(name))
	for length := len(key) - closeDistance; length <= len(key)+closeDistance; length++ {
		for _, candidate := range t.byLength[length] {
			if t.budget--; t.budget < 0 {
				return tabledName{}, false
			}
			if areClose(key, candidate.key) {
				return candidate, true
			}
		}
	}
	return tabledName{}, false
}

// areClose reports whether two different names look like one mistyped. Short names are close only with one mistake: "ABB"
// and "SKF" are two customers. Names that differ in nothing but digits are numbered on purpose.
func areClose(a, b []rune) bool {
	most := closeDistance
	if min(len(a), len(b)) < 6 {
		most = 1
	}
	d := distance(a, b, most)
	return d > 0 && d <= most && withoutDigits(a) != withoutDigits(b)
}

func withoutDigits(name []rune) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsDigit(c) {
			return -1
		}
		return c
	}, string(name))
}

// distance returns how many characters must be put in, left out or replaced to make b of a (Levenshtein), or most + 1
// for more than most.
func distance(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal, least := row[0], i+1
		row[0] = i + 1
		for j := range b {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, diagonal+1, row[j]+1)
			least = min(least, row[j+1])
		}
		if least > most {
			return most + 1
		}
	}
	return min(row[len(b)], most+1)
}
