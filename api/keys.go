package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/commands"
	"fleetbeat/domain"
)

const (
	keysPath = "/api/v1/keys"
	keyPath  = "/api/v1/keys/{id}"
)

// NewKey is the body that makes an API key.
type NewKey struct {
	Name       string   `json:"name" maxLength:"200" doc:"For people: whose it is, or what for"`
	Scopes     []string `json:"scopes" minItems:"1" nullable:"false" enum:"ingest,read,admin" doc:"ingest sends heartbeats and reads nothing, read changes nothing, admin is everything. The first key must have admin"`
	CustomerID string   `json:"customerId,omitzero" doc:"Binds the key to this customer: what belongs to others does not exist for it. Not with admin"`
}

// KeyMade is a key that was just made.
type KeyMade struct {
	domain.Key
	Text     string `json:"key" doc:"The key itself. It is shown this once and kept nowhere"`
	Position string `json:"position"`
}

// KeyWritten is a key as a write leaves it.
type KeyWritten struct {
	domain.Key
	Position string `json:"position"`
}

// KeyList is all keys.
type KeyList struct {
	Items []domain.Key `json:"items" doc:"In the order in which they were made; revoked ones too"`
}

// addKeys registers the keys.
func (s *server) addKeys() {
	register(s, operation{
		id: "listKeys", method: http.MethodGet, path: keysPath, tag: tagAccess, summary: "List API keys",
		doc: "All keys as this node knows them, without the keys themselves, which nobody knows but their holders.",
	}, func(context.Context, *request) (KeyList, error) { return KeyList{Items: s.deps.Keys.List()}, nil })
	register(s, operation{
		id: "createKey", method: http.MethodPost, path: keysPath, tag: tagAccess, status: http.StatusCreated, body: NewKey{},
		summary: "Make an API key",
		doc:     "The first key closes the service: from then on every request needs one, this operation's too.",
	}, s.createKey)
	register(s, operation{
		id: "revokeKey", method: http.MethodDelete, path: keyPath, tag: tagAccess, problems: []int{http.StatusNotFound},
		params:  []*huma.Param{pathParam("id", "The key's id", &huma.Schema{Type: huma.TypeString})},
		summary: "Revoke an API key",
		doc: "When this is answered, the key and its sessions let nobody in on this node, and streams and uploads that it let in end. " +
			"The last key with admin cannot be revoked: make another first.",
	}, func(ctx context.Context, r *request) (KeyWritten, error) {
		result, err := s.deps.Commands.RevokeKey.Handle(ctx, commands.RevokeKey{ID: r.PathValue("id")})
		return KeyWritten{Key: result.Key, Position: s.positions.text(result.Position)}, err
	})
}

func (s *server) createKey(ctx context.Context, r *request) (KeyMade, error) {
	body, err := bodyOf[NewKey](r)
	if err != nil {
		return KeyMade{}, err
	}
	result, err := s.deps.Commands.CreateKey.Handle(ctx, commands.CreateKey{
		Name: body.Name, Scopes: body.Scopes, CustomerID: domain.CustomerID(body.CustomerID),
	})
	if err != nil {
		return KeyMade{}, err
	}
	r.w.Header().Set("Location", "keys/"+result.ID) // relative to this operation's own path
	return KeyMade{Key: result.Key, Text: result.Text, Position: s.positions.text(result.Position)}, nil
}
