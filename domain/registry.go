package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CustomerID identifies a customer; it is ours, never typed by hand, and never changes.
type CustomerID string

// Customer owns vehicles.
type Customer struct {
	ID      CustomerID `json:"id"`
	Name    string     `json:"name"`
	Address string     `json:"address,omitzero"`
	Overrides
}

// Vehicle is what the registry knows of a vehicle.
type Vehicle struct {
	VIN                VIN        `json:"vin"`
	RegistrationNumber string     `json:"registrationNumber"`
	CustomerID         CustomerID `json:"customerId"`
	Overrides
}

// The most characters of what people type.
const (
	MaxNameLength               = 200
	MaxAddressLength            = 200
	MaxRegistrationNumberLength = 16
)

// UnassignedCustomer is the name of the customer that owns vehicles which registered themselves by pinging.
const UnassignedCustomer = "Unassigned"

// ParseName returns a customer's name without space around it, or the Invalid error naming field.
func ParseName(field, text string) (string, error) {
	return parseText(field, text, 1, MaxNameLength)
}

// ParseAddress returns an address without space around it; none is fine. The error is Invalid.
func ParseAddress(field, text string) (string, error) {
	return parseText(field, text, 0, MaxAddressLength)
}

// ParseRegistrationNumber returns a registration number in upper case without space around it, or the Invalid error
// naming field. It needs a letter or a digit, because only those tell two of them apart.
func ParseRegistrationNumber(field, text string) (string, error) {
	number, err := parseText(field, text, 1, MaxRegistrationNumberLength)
	if err != nil {
		return "", err
	}
	if !strings.ContainsFunc(number, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }) {
		return "", InvalidField(field, "%q has neither a letter nor a digit", number)
	}
	return strings.ToUpper(number), nil // last: it would have made invalid UTF-8 valid
}

func parseText(field, text string, least, most int) (string, error) {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case !utf8.ValidString(text):
		return "", InvalidField(field, "is not valid UTF-8")
	case n < least:
		return "", InvalidField(field, "must not be empty")
	case n > most:
		return "", InvalidField(field, "has %d characters, at most %d are allowed", n, most)
	case strings.ContainsFunc(text, unicode.IsControl):
		return "", InvalidField(field, "must not contain control characters")
	}
	return text, nil
}
