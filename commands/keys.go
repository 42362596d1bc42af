package commands

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
)

// compareKey returns what customer names and registration numbers are compared by.
func compareKey(text string) string { return textfold.Key(text) }

// customerIDFor returns the id under which a customer of this name is registered first. Being made from the name, it
// lets the exact revision of the customer's stream decide between two nodes that register the same name at once.
func customerIDFor(name string) domain.CustomerID {
	return hashID("customer", compareKey(name))
}

// otherCustomerID returns the id of a customer whose name's own id belongs to somebody who has since been renamed. seed
// makes it different each time, or the same again for the same import.
func otherCustomerID(name, seed string) domain.CustomerID {
	return hashID("customer", compareKey(name), seed)
}

func hashID(parts ...string) domain.CustomerID {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0}) // or "a","bc" would be "ab","c"
	}
	return domain.CustomerID(hex.EncodeToString(h.Sum(nil)[:8]))
}

// eventID returns an id that is the same for the same text: what makes a resumed import add nothing twice.
func eventID(text string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("fleetbeat:"+text))
}
