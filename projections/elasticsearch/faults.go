package elasticsearch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"

	"fleetbeat/projections"
)

// refusal is what the server says no with.
type refusal struct {
	Status int    `json:"-"`
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

// Error returns the status, the type and the reason, for the operator.
func (r *refusal) Error() string {
	return fmt.Sprintf("elasticsearch answers %d %s: %s", r.Status, r.Type, r.Reason)
}

// The refusals that are looked for by name.
const (
	typeNoIndex     = "index_not_found_exception"
	typeExists      = "resource_already_exists_exception"
	typeConflict    = "version_conflict_engine_exception"
	typeBlocked     = "cluster_block_exception"
	typeRejected    = "es_rejected_execution_exception"
	typeBreaker     = "circuit_breaking_exception"
	typeUnavailable = "unavailable_shards_exception"
	typeNoShard     = "no_shard_available_action_exception"
	typeAliasName   = "invalid_alias_name_exception"
	typeClosed      = "index_closed_exception"
	typeSeveral     = "illegal_argument_exception" // of a document by an alias: that of several indexes
)

// is reports whether err is a refusal of a type.
func is(err error, refusalType string) bool {
	var r *refusal
	return errors.As(err, &r) && r.Type == refusalType
}

// refused returns the error of an answer that is none.
func refused(status int, body []byte) error {
	var answer struct {
		Error refusal `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Error.Type == "" { // a proxy's page, or an error that is bare text
		answer.Error = refusal{Type: "unknown", Reason: strings.ToValidUTF8(string(body[:min(len(body), 200)]), "?")}
	}
	answer.Error.Status = status
	return named(&answer.Error)
}

// named gives a refusal that an operator can do something about its words.
func named(r *refusal) error {
	switch {
	case r.Status == http.StatusUnauthorized:
		return projections.Fault(r, "Elasticsearch refuses the user or the API key; it goes on when it takes them")
	case r.Type == typeBlocked && strings.Contains(r.Reason, "read-only"):
		return projections.Fault(r, "the index is read-only, as when the disk of Elasticsearch is nearly full; it goes on when the block is gone")
	case r.Type == typeBlocked && r.Status == http.StatusServiceUnavailable:
		return projections.Fault(r, "Elasticsearch has no master, or is still starting; it goes on by itself")
	case r.Type == typeBlocked:
		return projections.Fault(r, "the index is blocked for writing; it goes on when the block is gone")
	case r.Status == http.StatusForbidden:
		return projections.Fault(r, "Elasticsearch does not allow this user or API key what the view needs; it goes on when it does")
	case strings.Contains(r.Reason, "No space left on device"):
		return projections.Fault(r, "the disk of Elasticsearch is full; it goes on when there is room")
	case r.Type == typeAliasName || r.Type == "invalid_index_name_exception":
		return errTaken(r)
	case isMapping(r):
		return projections.Fault(r, "the index does not take what Fleetbeat writes: its mapping is not the one that Fleetbeat made")
	case strings.Contains(r.Reason, "maximum") && strings.Contains(r.Reason, "shards open"):
		return projections.Fault(r, "Elasticsearch takes no more shards; remove indexes or raise cluster.max_shards_per_node")
	case r.Type == typeRejected || r.Type == typeBreaker || r.Status == http.StatusTooManyRequests:
		return projections.Fault(r, "Elasticsearch has more work than it takes; it goes on by itself")
	case r.Type == typeClosed:
		return projections.Fault(r, "the index is closed; it goes on when it is open")
	case r.Type == typeUnavailable || r.Type == typeNoShard || r.Status >= http.StatusBadGateway:
		return projections.Fault(r, "a part of the index is not there, as while a node is down; it goes on by itself")
	}
	return r
}

// isMapping reports whether a document was refused for what is in it, or a search for the fields that it names. All are written
// by this package.
func isMapping(r *refusal) bool {
	switch r.Type {
	case "search_phase_execution_exception":
		return r.Status == http.StatusBadRequest
	case "strict_dynamic_mapping_exception", "mapper_parsing_exception", "document_parsing_exception", "mapper_exception":
		return true
	}
	return false
}

func errTaken(err error) error {
	return projections.Fault(err, "the name of the view's alias is taken by an index that is not Fleetbeat's; remove that or choose another name")
}

var errNotElastic = errors.New("an answer without X-Elastic-Product")

func errForeign() error {
	return projections.Fault(errNotElastic, "what answers at the address is not Elasticsearch")
}

// unreached names why there is no answer at all.
func unreached(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("ask elasticsearch: %w", context.Cause(ctx))
	}
	var unknown x509.UnknownAuthorityError
	var wrongHost x509.HostnameError
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &unknown) || errors.As(err, &wrongHost) || errors.As(err, &certificate) {
		return projections.Fault(err, "the certificate of Elasticsearch is not trusted; give the one that signed it, and the name that it is for")
	}
	return projections.Fault(err, "no node of Elasticsearch answers; it goes on by itself when one does")
}

// moved returns ErrMoved where a generation is not there, else err.
func moved(err error, g projections.Generation) error {
	if is(err, typeNoIndex) {
		return fmt.Errorf("generation %d of %q is gone: %w", g.Number, g.View, projections.ErrMoved)
	}
	return err
}
