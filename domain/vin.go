package domain

import (
	"strings"
	"unicode/utf8"
)

// VIN identifies a vehicle: 17 of A–Z and 0–9 without I, O and Q (ISO 3779), upper case.
type VIN string

// vinLength is the number of characters of every VIN.
const vinLength = 17

// ParseVIN returns the VIN that text spells, in upper case. The error is Invalid and names the field "vin".
//
// A wrong check digit is no error: European makers leave it out. Ask [VIN.CheckDigitHolds] to warn of it.
func ParseVIN(text string) (VIN, error) {
	if n := utf8.RuneCountInString(text); n != vinLength {
		return "", InvalidField("vin", "a VIN has 17 characters, this one has %d", n)
	}
	for _, c := range text { // before it is upper case: "ſ" would have become an S
		if c == 'I' || c == 'O' || c == 'Q' || c == 'i' || c == 'o' || c == 'q' {
			return "", InvalidField("vin", "a VIN never has the letters I, O and Q")
		}
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			return "", InvalidField("vin", "a VIN has only letters A–Z and digits")
		}
	}
	return VIN(strings.ToUpper(text)), nil
}

// vinValues are the values of A to Z in the check sum of North American VINs; I, O and Q have none.
const vinValues = "12345678012345070923456789"

// vinWeights are the weights of the 17 places; the check digit itself has none.
const vinWeights = "\x08\x07\x06\x05\x04\x03\x02\x0a\x00\x09\x08\x07\x06\x05\x04\x03\x02"

// CheckDigitHolds reports whether the ninth character is the check digit that North American makers must put there.
// False means a typing error or a VIN from elsewhere; nobody can tell which.
func (v VIN) CheckDigitHolds() bool {
	if len(v) != vinLength {
		return false
	}
	sum := 0
	for i := range vinLength {
		digit := v[i]
		switch {
		case digit >= 'A' && digit <= 'Z':
			digit = vinValues[digit-'A']
		case digit < '0' || digit > '9':
			return false
		}
		sum += int(digit-'0') * int(vinWeights[i])
	}
	return v[8] == "0123456789X"[sum%11]
}
