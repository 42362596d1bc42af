package elasticsearch

import (
	"strconv"
	"strings"
	"unicode"
)

// A text is found by any part of it without n-gram filters, which not every server has: it is written as one word a character,
// made of that and the two after it ("abcd" as "abc bcd cd d"), and split at the spaces alone. Of a needle of three characters
// the word is looked for, of more its words one after the other, of one or two the words that begin so. That is exact: no word
// of three characters reaches beyond the end of a text, so no needle does.

// wordLength is how many characters a word has, where as many are left.
const wordLength = 3

// grams returns the words of some texts.
func grams(texts ...string) string {
	var b strings.Builder
	for _, text := range texts {
		runes := []rune(text)
		for i := range runes {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			word(&b, runes[i:min(i+wordLength, len(runes))])
		}
	}
	return b.String()
}

// word writes characters so that none is taken for the end of a word. No two words are written alike.
func word(b *strings.Builder, runes []rune) {
	for _, r := range runes {
		switch {
		case r == ' ':
			b.WriteRune('\uE020')
		case r == '\\' || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Z, unicode.Co):
			b.WriteString(`\` + strconv.FormatInt(int64(r), 16) + ";")
		default:
			b.WriteRune(r)
		}
	}
}

// contains is the query for documents with a needle in a field of grams.
func contains(field, needle string) object {
	runes := []rune(needle)
	if len(runes) > wordLength {
		var b strings.Builder
		for i := range len(runes) - wordLength + 1 {
			if i > 0 {
				b.WriteByte(' ')
			}
			word(&b, runes[i:i+wordLength])
		}
		return object{"match_phrase": object{field: b.String()}}
	}
	var b strings.Builder
	word(&b, runes)
	if len(runes) == wordLength {
		return object{"term": object{field: b.String()}}
	}
	return object{"prefix": object{field: b.String()}}
}
