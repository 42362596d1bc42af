// Package textfold folds text, so that people find and compare it the way they read it.
//
// It owns the one rule by which names and registration numbers are equal, and the one by which a text that is searched for
// finds a vehicle. Commands fold to compare, views fold when indexing and readers when asking; two rules would make a vehicle
// that is there unfindable on one engine and not on another. It knows no storage. Changing the rule means rebuilding every view that stores folded text.
package textfold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns text in lower case and normal form C: "Åkeri", typed as one character or as A with a ring after it,
// becomes "åkeri". å, ä, ö and é stay letters of their own, as in Swedish alphabetical order. Each character is lowered
// by itself, whatever the language, so folding a part gives a part of the whole folded. Bytes that are not UTF-8 become
// U+FFFD. Folding what is folded changes nothing. It may be called by many goroutines at once.
func Fold(text string) string {
	if folded, ok := foldASCII(text); ok {
		return folded
	}
	// Lowering may leave a letter and a mark that together are one character, so it is composed again.
	return norm.NFC.String(strings.ToLower(norm.NFC.String(text)))
}

// foldASCII folds text without normalising, if it is all ASCII, which is in normal form already.
func foldASCII(text string) (string, bool) {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return "", false
		}
	}
	return strings.ToLower(text), true
}

// LettersAndDigits returns text folded, without anything but letters and digits: what customer names and registration
// numbers are compared by, so that "ABC 123" and "abc-123" are the same plate. A mark that stands directly on a letter,
// as the vowel signs of Indian scripts do, belongs to it and stays. The result is empty where text has neither letter
// nor digit, and unchanged by LettersAndDigits. It may be called by many goroutines at once.
func LettersAndDigits(text string) string {
	folded := Fold(text)
	onLetter := false
	dropped := false
	kept := strings.Map(func(c rune) rune {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			onLetter = true
			return c
		case onLetter && unicode.IsMark(c):
			return c
		}
		onLetter, dropped = false, true
		return -1
	}, folded)
	if dropped {
		return Fold(kept) // what stood apart may now compose
	}
	return kept
}

// Key returns what customer names and registration numbers are the same by: their letters and digits, folded. A text without
// any ("!!!") is compared as a whole, or all such would be the same. Key of what is folded is Key of the text. It may be called
// by many goroutines at once.
func Key(text string) string {
	if key := LettersAndDigits(text); key != "" {
		return key
	}
	return Fold(text)
}
