package textfold_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"golang.org/x/text/unicode/norm"

	"fleetbeat/internal/textfold"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"lowers ASCII":                                 {"Kalles Grustransporter AB", "kalles grustransporter ab"},
		"lowers å, ä and ö and keeps them":             {"ÅKERI ÄÖ", "åkeri äö"},
		"makes one character of a letter and a mark":   {"A\u030Akeri", "åkeri"},
		"takes the Ångström sign for an å":             {"\u212Bkeri", "åkeri"},
		"takes the Kelvin sign for a k":                {"\u212Aalle", "kalle"},
		"keeps space, punctuation and wildcards":       {" 100% _*?\\ ", " 100% _*?\\ "},
		"keeps an empty text empty":                    {"", ""},
		"lowers beyond Latin":                          {"ΑΘΗΝΑ ДИМА", "αθηνα дима"},
		"replaces what is not UTF-8":                   {"a\xffB", "a\uFFFDb"},
		"keeps ß, which has no single upper case":      {"Straße", "straße"},
		"lowers the Turkish dotted I like any other":   {"İ", "i"},
		"folds a mark that stands after a space as is": {"a \u030A", "a \u030A"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, textfold.Fold(c.text))
		})
	}
}

func TestLettersAndDigits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"drops space and punctuation":             {"ABC 123", "abc123"},
		"does not care which punctuation":         {"abc-1.2/3", "abc123"},
		"keeps å, ä and ö apart from a and o":     {"Åkeri & Äpple AB", "åkeriäppleab"},
		"drops symbols and emoji":                 {"Fleet 🚚 №1", "fleet1"},
		"is empty without a letter or a digit":    {"--- !", ""},
		"keeps digits of other scripts":           {"٣٤-ب", "٣٤ب"},
		"keeps the vowel signs that tell words":   {"की का", "कीका"},
		"drops a mark that stands on nothing":     {"a \u030A b", "ab"},
		"composes Hangul that was torn apart":     {"\u1100-\u1161", "가"},
		"keeps an uncomposed mark on its letter":  {"x\u030A", "x\u030A"},
		"drops what is not UTF-8":                 {"a\xffb", "ab"},
		"folds the same plate written two ways":   {"A\u030A-1", "å1"},
		"lowers what is nothing but letters":      {"VOLVO", "volvo"},
		"drops superscripts, which are no digits": {"m²", "m"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, textfold.LettersAndDigits(c.text))
		})
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "abc123", textfold.Key("ABC-123"))
	assert.Equal(t, "!?", textfold.Key("!?"), "a text without letters and digits is a whole")
	assert.NotEqual(t, textfold.Key("!!"), textfold.Key("!!!"))
}

func FuzzFold(f *testing.F) {
	for _, seed := range []string{"", "ABC 123", "A\u030Akeri", "\u1100-\u1161", "\xff", "İ", "\u0345a", "ΐ\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		folded := textfold.Fold(text)
		assert.Equal(t, folded, textfold.Fold(folded), "folding twice folds once")
		assert.True(t, utf8.ValidString(folded))
		assert.True(t, norm.NFC.IsNormalString(folded))
		assert.Equal(t, folded, textfold.Fold(norm.NFD.String(string([]rune(text)))),
			"however it was typed")

		bare := textfold.LettersAndDigits(text)
		assert.Equal(t, bare, textfold.LettersAndDigits(bare), "dropping twice drops once")
		assert.Equal(t, textfold.Key(text), textfold.Key(folded), "what is stored folded is compared as it was written")
		assert.False(t, strings.ContainsFunc(bare, func(c rune) bool {
			return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c)
		}))
	})
}
