package domain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

type parseText func(field, text string) (string, error)

func TestTextThatPeopleType(t *testing.T) {
	t.Parallel()
	parsers := []struct {
		name     string
		parse    parseText
		most     int
		required bool
	}{
		{"name", domain.ParseName, domain.MaxNameLength, true},
		{"address", domain.ParseAddress, domain.MaxAddressLength, false},
		{"registrationNumber", domain.ParseRegistrationNumber, domain.MaxRegistrationNumberLength, true},
	}
	for _, p := range parsers {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			for promise, text := range map[string]string{
				"takes as many characters as allowed":         strings.Repeat("A", p.most),
				"counts characters, not bytes":                strings.Repeat("Å", p.most),
				"counts without the space around it":          "  " + strings.Repeat("A", p.most) + "\n",
				"removes space of every kind around the text": " \t\r\nAB C\u00a0\u2003",
			} {
				t.Run(promise, func(t *testing.T) {
					got, err := p.parse(p.name, text)
					require.NoError(t, err)
					assert.Equal(t, strings.TrimSpace(text), got)
				})
			}
			for promise, text := range map[string]string{
				"refuses one character too many":            strings.Repeat("A", p.most+1),
				"refuses one character of many bytes more":  strings.Repeat("Å", p.most+1),
				"refuses invalid UTF-8":                     "AB\xff1",
				"refuses UTF-8 cut off at the end":          "AB1\xc3",
				"refuses invalid UTF-8 before lower case":   "\xffabc",
				"refuses a line break inside":               "AB\n1",
				"refuses a tab inside":                      "AB\t1",
				"refuses NUL":                               "AB\x001",
				"refuses DEL":                               "AB\x7f1",
				"refuses a C1 control character":            "AB\u00811",
				"refuses an escape that colours a terminal": "AB\x1b[31m1",
			} {
				t.Run(promise, func(t *testing.T) {
					got, err := p.parse(p.name, text)
					requireInvalid(t, err, p.name)
					assert.Empty(t, got)
				})
			}
			for _, nothing := range []string{"", " ", "\t\n"} {
				got, err := p.parse(p.name, nothing)
				assert.Empty(t, got)
				if p.required {
					requireInvalid(t, err, p.name)
				} else {
					require.NoError(t, err, "an address may be left out")
				}
			}
		})
	}
}

func TestParseName(t *testing.T) {
	t.Parallel()
	t.Run("keeps case, letters of every script and space inside", func(t *testing.T) {
		t.Parallel()
		for _, name := range []string{"Kalles Grustransporter AB", "Łódź  Spedycja", "ООО «Ромашка»", "株式会社", "O'Brien & Sons, 3–5"} {
			got, err := domain.ParseName("name", name)
			require.NoError(t, err)
			assert.Equal(t, name, got)
		}
	})
}

func TestParseRegistrationNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ promise, text, want string }{
		{"gives upper case", "abc123", "ABC123"},
		{"gives upper case beyond ASCII", "ö-åä 123", "Ö-ÅÄ 123"},
		{"keeps what separates its parts", "B-FB 1234", "B-FB 1234"},
		{"takes one digit", "7", "7"},
		{"takes other scripts", "京A12345", "京A12345"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			got, err := domain.ParseRegistrationNumber("registrationNumber", c.text)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
	for _, text := range []string{"-", "---", "· ·", "!?", "\u200b"} {
		t.Run("refuses what has neither letter nor digit: "+text, func(t *testing.T) {
			t.Parallel()
			got, err := domain.ParseRegistrationNumber("plate", text)
			requireInvalid(t, err, "plate")
			assert.Empty(t, got)
		})
	}
}
