package projectiontest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"fleetbeat/queries"
)

// folded returns a text of a generated log as it is compared and sorted.
func folded(text string) string { return strings.ToLower(norm.NFC.String(text)) }

// bare returns the letters and digits of a text of a generated log, which has no marks of its own once it is composed.
func bare(text string) string {
	return norm.NFC.String(strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return c
		}
		return -1
	}, folded(text)))
}

// comparable returns what registration numbers are compared by.
func comparable(plate string) string {
	if key := bare(plate); key != "" {
		return key
	}
	return folded(plate)
}

// hasText reports whether a vehicle is meant by a text that is searched for: a part of its VIN, of its plate or of its
// customer's name, or the letters and digits of a part of its plate.
func hasText(v queries.Vehicle, text string) bool {
	for _, each := range []string{string(v.VIN), v.RegistrationNumber, v.Customer.Name} {
		if strings.Contains(folded(each), folded(text)) {
			return true
		}
	}
	return bare(text) != "" && strings.Contains(bare(v.RegistrationNumber), bare(text))
}

// needles returns n parts of what vehicles have, typed in other ways: with other case and other marks between, or none.
func needles(m *model, random *rand.Rand, n int) (found []string) {
	vins := slices.Sorted(maps.Keys(m.vehicles))
	for range n {
		v := m.vehicles[vins[random.IntN(len(vins))]]
		source := []rune([]string{string(v.VIN), v.RegistrationNumber, v.RegistrationNumber, m.customers[v.CustomerID].Name}[random.IntN(4)])
		from := random.IntN(len(source))
		part := source[from : from+1+random.IntN(len(source)-from)]
		var typed strings.Builder
		for _, c := range part {
			switch p := random.IntN(8); {
			case p == 0:
				fmt.Fprintf(&typed, "%c%s", c, []string{" ", "-", ".", "%", "\u2011"}[random.IntN(5)])
			case p == 1:
				typed.WriteString(norm.NFD.String(string(c)))
			case p == 2:
				typed.WriteRune(unicode.ToUpper(c))
			case p > 3 || unicode.IsLetter(c) || unicode.IsDigit(c):
				typed.WriteRune(c)
			}
		}
		found = append(found, typed.String())
	}
	return found
}
