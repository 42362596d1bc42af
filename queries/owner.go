package queries

import (
	"slices"

	"fleetbeat/domain"
)

// What belongs to others does not exist for a caller who is bound to a customer, and an answer must not tell one from the
// other: so what he asks for is narrowed before it is looked for, and nothing is looked at that is then left out.

// nobody is the id of no customer: ids are hexadecimal.
const nobody domain.CustomerID = "nobody"

// Owned returns the customers of a question as far as they are there for a caller: all that are asked for where owner is
// empty, else owner. Where he asks for others alone, the answer is that of a customer who does not exist.
func Owned(customers []domain.CustomerID, owner domain.CustomerID) []domain.CustomerID {
	switch {
	case owner == "":
		return customers
	case len(customers) == 0 || slices.Contains(customers, owner):
		return []domain.CustomerID{owner}
	}
	return []domain.CustomerID{nobody}
}

// owns reports whether what belongs to a customer is there for a caller who is bound to owner, to none where that is empty.
func owns(owner, customer domain.CustomerID) bool { return owner == "" || owner == customer }
