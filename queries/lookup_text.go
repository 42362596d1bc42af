package queries

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fleetbeat/internal/textfold"
)

// What a pasted text may hold of one name.
const (
	// joinAtMost is how many words one registration number may be written in: "M - AB 12 34" has four.
	joinAtMost = 5
	// keyAtMost is how many letters and digits a name has at most: a VIN's.
	keyAtMost = 17
)

// pasted is a word of a pasted text.
type pasted struct {
	start, end int    // where it is in the text, in bytes
	key        string // its letters and digits, folded
	glued      bool   // only space lies between this word and the one before, so that both may be one name
}

// words cuts a pasted text into words. Lines, tabs, commas, semicolons, slashes and quotation marks part names for certain;
// spaces may part them or lie within one. What has neither letter nor digit names nothing and is left out: the dash of
// "M - AB 1234".
func words(text string) []pasted {
	var found []pasted
	glued, start := false, -1 // of the word at hand; -1: between words
	end := func(at int) {
		if start < 0 {
			return
		}
		if key := textfold.LettersAndDigits(text[start:at]); key != "" {
			found = append(found, pasted{start: start, end: at, key: key, glued: glued})
			glued = true
		}
		start = -1
	}
	for at, c := range text {
		switch {
		case parts(c):
			end(at)
			glued = false
		case unicode.IsSpace(c):
			end(at)
		case start < 0:
			start = at
		}
	}
	end(len(text))
	return found
}

// parts reports whether a character parts two names for certain.
func parts(c rune) bool {
	return strings.ContainsRune("\n\r\t\v\f,;/|\"“”„\u0085\u2028\u2029\ufeff", c)
}

// joined returns the key of the first n words as one name. It is false where they cannot be one.
func joined(list []pasted, n int) (key string, ok bool) {
	for i, w := range list[:n] {
		if i > 0 && !w.glued {
			return "", false
		}
		key += w.key
	}
	if n == 1 {
		return key, true
	}
	return textfold.LettersAndDigits(key), utf8.RuneCountInString(key) <= keyAtMost
}

// unknownRun returns how many words, from the first on, are shown as one name that nobody knows: short words of letters
// alone and the one after them, as in "ABC 123" or "M AB 1234", unless that one is known to begin another name.
func unknownRun(list []pasted, known func(i int) bool) int {
	n := 1
	for n < min(len(list), joinAtMost) && list[n].glued && begins(list[n-1].key) && !known(n) {
		if _, ok := joined(list, n+1); !ok {
			break
		}
		n++
	}
	return n
}

// begins reports whether a word looks like the beginning of a registration number: up to three letters and no digit.
func begins(key string) bool {
	return utf8.RuneCountInString(key) <= 3 && !strings.ContainsFunc(key, unicode.IsDigit)
}
