package domain

import (
	"slices"
	"strings"
)

// Scope is something that an API key may be allowed to do.
type Scope string

// The scopes. Admin is everything, the other two included: a key that may make any other key could help itself.
const (
	ScopeIngest Scope = "ingest" // send heartbeats, and read nothing
	ScopeRead   Scope = "read"   // ask, and change nothing
	ScopeAdmin  Scope = "admin"  // everything: the registry, settings, keys
)

// Key is an API key without its secret. CustomerID binds it: what belongs to others does not exist for it. It is not
// changed after it is made, but for RevokedAt.
type Key struct {
	ID         string     `json:"id" doc:"Also the second part of the key itself, so that one can be told from the other"`
	Name       string     `json:"name"`
	Scopes     []Scope    `json:"scopes" enum:"ingest,read,admin" doc:"admin is everything"`
	CustomerID CustomerID `json:"customerId,omitzero" doc:"The customer that the key is bound to; absent: none"`
	CreatedAt  Instant    `json:"createdAt"`
	RevokedAt  Instant    `json:"revokedAt,omitzero" doc:"Absent for a key that is in force"`
}

// May reports whether the key has a scope. A key that is bound to a customer is never an admin's, whatever it says.
func (k *Key) May(scope Scope) bool {
	if k.CustomerID != "" {
		return scope != ScopeAdmin && slices.Contains(k.Scopes, scope)
	}
	return slices.Contains(k.Scopes, scope) || slices.Contains(k.Scopes, ScopeAdmin)
}

// ParseScopes returns scopes, each once and in a fixed order, or the Invalid error naming field: there must be one.
func ParseScopes(field string, given []string) ([]Scope, error) {
	var scopes []Scope
	for _, scope := range []Scope{ScopeIngest, ScopeRead, ScopeAdmin} {
		if slices.Contains(given, string(scope)) {
			scopes = append(scopes, scope)
		}
	}
	for _, text := range given {
		if !slices.Contains(scopes, Scope(text)) {
			return nil, InvalidField(field, "%q is not one of ingest, read and admin", short(text))
		}
	}
	if len(scopes) == 0 {
		return nil, InvalidField(field, "must name at least one of ingest, read and admin")
	}
	return scopes, nil
}

// short makes text that somebody sent fit for an error.
func short(text string) string {
	const most = 32
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strings.ToValidUTF8(text, "�")
}
