package postgres

import (
	"strings"
	"unicode/utf8"
)

// escape introduces a byte that Postgres cannot keep in a text. No text that the domain lets in holds it, so that what
// people look for in the tables is there as it is.
const escape = '\x01'

const hexDigits = "0123456789abcdef"

// storable returns a text as Postgres can keep it: it refuses NUL and what is not UTF-8, and a view that met such a text in
// the log would be stuck for ever. Different texts stay different.
func storable(text string) string {
	if utf8.ValidString(text) && !strings.ContainsAny(text, "\x00\x01") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		if c == 0 || c == escape || c == utf8.RuneError && size == 1 {
			b.WriteByte(escape)
			b.WriteByte(hexDigits[text[i]>>4])
			b.WriteByte(hexDigits[text[i]&15])
		} else {
			b.WriteString(text[i : i+size])
		}
		i += size
	}
	return b.String()
}

// original returns the text that storable was given.
func original(text string) string {
	if strings.IndexByte(text, escape) < 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == escape && i+2 < len(text) {
			b.WriteByte(byte(strings.IndexByte(hexDigits, text[i+1])<<4 | strings.IndexByte(hexDigits, text[i+2])))
			i += 2
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
