package textfold_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"fleetbeat/internal/textfold"
)

func TestNeedle(t *testing.T) {
	t.Parallel()
	const vin, plate, customer = "YS2R4X20005399401", "ABC 123", "Åkeri & Söner AB"
	for name, c := range map[string]struct {
		needle string
		want   bool
	}{
		"nothing finds every vehicle":                    {"", true},
		"finds a part of the VIN in any case":            {"r4x2", true},
		"finds a plate as it is written":                 {"bc 12", true},
		"finds a plate without its space":                {"abc123", true},
		"finds a plate by a part across its space":       {"c1", true},
		"finds a plate written with a hyphen":            {"abc-123", true},
		"finds a plate written with dots":                {"A.B.C.1", true},
		"finds a plate, whatever stands around it":       {" (abc 123) ", true},
		"does not find a plate by other letters":         {"abc124", false},
		"finds a customer in any case":                   {"åkeri", true},
		"finds a customer however its ring was typed":    {"A\u030Ak", true},
		"finds a customer by what stands in its name":    {"& s", true},
		"keeps a customer's spaces: only plates fold so": {"åkerisöner", false},
		"keeps a VIN's letters together: it has no gaps": {"ys2-r4x", false},
		"finds no VIN by a letter whose upper case fits": {"y\u017F2", false},
		"takes no character for a wildcard":              {"%", false},
		"does not find all by punctuation":               {"--", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, textfold.NewNeedle(c.needle).Matches(vin, plate, customer))
		})
	}
	assert.True(t, textfold.NewNeedle("abc 123").Matches("", "abc-123", ""), "each may be written in its own way")
	assert.False(t, textfold.NewNeedle("a").Matches("", "!!", ""), "a plate without letters has none")
	assert.True(t, textfold.NewNeedle("!").Matches("", "!!", ""), "but it has its marks")
}

func FuzzNeedle(f *testing.F) {
	f.Add("abc-123", "ABC 123", "Åkeri AB")
	f.Add("\u1161b", "\u1100-\u1161b", "İ")
	f.Add("\u030A1", "x\u030A.1", "\xff")
	f.Fuzz(func(t *testing.T, text, plate, customer string) {
		const vin = "YS2R4X20005399401"
		needle, folded, bare := textfold.NewNeedle(text), textfold.Fold(text), textfold.LettersAndDigits(text)
		want := strings.Contains(textfold.Fold(vin), folded) || strings.Contains(textfold.Fold(plate), folded) ||
			strings.Contains(textfold.Fold(customer), folded) || bare != "" && strings.Contains(textfold.LettersAndDigits(plate), bare)
		assert.Equal(t, want, needle.Matches(vin, plate, customer), "as the rule is written")
		assert.Equal(t, want, needle.In(vin, textfold.Fold(plate), textfold.Key(plate), textfold.Fold(customer)), "by what views store")
		assert.True(t, textfold.NewNeedle(plate).Matches(vin, plate, ""), "each plate finds itself")
	})
}
