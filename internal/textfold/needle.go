package textfold

import (
	"strings"
	"unicode"
)

// Needle is a text that vehicles are searched for, folded once for all of them. It is the one rule of that search: every
// reader of vehicles, whatever its engine has found by an index, lets this decide. It may be used by many goroutines at once.
type Needle struct {
	Text string // folded; empty: every vehicle has it
	Bare string // the letters and digits of it, folded; plates are found by them too
	vin  string // Text as a VIN is written; empty where no VIN can have it
}

// NewNeedle folds a text that is searched for. No character of it has a meaning of its own.
func NewNeedle(text string) Needle {
	n := Needle{Text: Fold(text), Bare: LettersAndDigits(text)}
	// Upper case of other letters may be ASCII: the long s would be found in every VIN with an S.
	if strings.IndexFunc(n.Text, func(c rune) bool { return c > unicode.MaxASCII }) < 0 {
		n.vin = strings.ToUpper(n.Text)
	}
	return n
}

// Matches reports whether a vehicle with these texts, as they are written, is meant: one of them has the needle as a part of
// it, folded, or the plate has its letters and digits, so that "abc123" finds the plate "ABC 123", and "abc-123" does too.
func (n Needle) Matches(vin, plate, customer string) bool {
	return n.In(vin, Fold(plate), LettersAndDigits(plate), Fold(customer))
}

// In is [Needle.Matches] of texts that are folded already, but for the VIN, which has one way to be written. bare is
// LettersAndDigits of the plate; its Key serves as well, because a plate without letters and digits has no needle's.
func (n Needle) In(vin, plate, bare, customer string) bool {
	return n.vin != "" && strings.Contains(vin, n.vin) || strings.Contains(plate, n.Text) ||
		n.Bare != "" && strings.Contains(bare, n.Bare) || strings.Contains(customer, n.Text)
}
