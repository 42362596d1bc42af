package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/api"
	"fleetbeat/domain"
)

// The vehicles of two customers, and one that nobody has.
const (
	ours    = "YS2R4X20005399401"
	others  = "VLUR4X20009093588"
	nobodys = "VLUR4X20009048066"
)

// gated is an app whose log has two customers with a vehicle each, and keys of each kind.
type gated struct {
	*App
	t    *testing.T
	keys map[string]api.KeyMade // by what they are: admin, read, ingest; bound read and bound ingest are of our customer
	our  string                 // the id of our customer
	his  string                 // the id of the other
}

// startGated starts such an app. The two vehicles have pinged.
func startGated(t *testing.T) *gated {
	t.Helper()
	g := &gated{App: startForUploads(t, t.TempDir()), t: t, keys: map[string]api.KeyMade{}}
	register := func(vin, plate, customer string) string {
		status, answer := g.ask("", http.MethodPost, "/api/v1/vehicles",
			fmt.Sprintf(`{"vin":%q,"registrationNumber":%q,"customer":%q}`, vin, plate, customer))
		require.Equal(t, http.StatusCreated, status, answer)
		var made struct{ Customer struct{ ID string } }
		require.NoError(t, json.Unmarshal([]byte(answer), &made))
		return made.Customer.ID
	}
	g.our, g.his = register(ours, "ABC123", "Kalles Grustransporter"), register(others, "DEF456", "Johans Bulk")
	for _, vin := range []string{ours, others} {
		status, answer := g.ask("", http.MethodPost, "/heartbeat/"+vin, "")
		require.Equal(t, http.StatusAccepted, status, answer)
		var pinged struct{ Position string }
		require.NoError(t, json.Unmarshal([]byte(answer), &pinged))
		status, answer = g.ask("", http.MethodGet, "/api/v1/changes?after="+pinged.Position, "")
		require.Equal(t, http.StatusOK, status, answer)
	}
	for _, kind := range []string{"admin", "read", "ingest", "bound read", "bound ingest"} {
		customer, scope := "", strings.TrimPrefix(kind, "bound ")
		if scope != kind {
			customer = g.our
		}
		status, answer := g.ask("admin", http.MethodPost, "/api/v1/keys", fmt.Sprintf(`{"name":%q,"scopes":[%q],"customerId":%q}`, kind, scope, customer))
		require.Equal(t, http.StatusCreated, status, answer)
		var made api.KeyMade
		require.NoError(t, json.Unmarshal([]byte(answer), &made))
		g.keys[kind] = made
	}
	return g
}

// ask sends a request with a key, if there is one of that name, and returns its answer.
func (g *gated) ask(key, method, path, body string, header ...string) (status int, answer string) {
	g.t.Helper()
	response := g.open(key, method, path, strings.NewReader(body), header...)
	text, err := io.ReadAll(response.Body)
	require.NoError(g.t, err)
	require.NoError(g.t, response.Body.Close())
	return response.StatusCode, string(text)
}

// open sends a request and returns its answer as it begins.
func (g *gated) open(key, method, path string, body io.Reader, header ...string) *http.Response {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), method, "http://"+g.Addr()+path, body)
	require.NoError(g.t, err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if made, ok := g.keys[key]; ok {
		r.Header.Set("Authorization", "Bearer "+made.Text)
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(g.t, err)
	return response
}

// operation is what these tests look at of an operation in the OpenAPI document.
type operation struct {
	OperationID  string
	Parameters   []struct{ Name, In string }
	Security     []map[string][]string
	RequestBody  *struct{ Content map[string]any }
	method, path string
}

// operations returns all operations in the document.
func operations(t *testing.T) (all []operation) {
	t.Helper()
	var d struct {
		Paths map[string]map[string]operation
	}
	require.NoError(t, json.Unmarshal(api.Document(), &d))
	for path, methods := range d.Paths {
		for method, op := range methods {
			op.method, op.path = strings.ToUpper(method), path
			all = append(all, op)
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.OperationID, b.OperationID) })
	return all
}

// scope returns the scope that an operation needs, empty for none.
func (o operation) scope() domain.Scope {
	if len(o.Security) == 0 {
		return ""
	}
	return domain.Scope(o.Security[0]["bearer"][0])
}

// at returns the path of an operation, with a value in place of each parameter.
func (o operation) at(value string) string {
	return regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(o.path, value)
}

func TestEachKeyMayAskForWhatTheDocumentSays(t *testing.T) {
	t.Parallel()
	g := startGated(t)
	media := func(op operation) string {
		if op.RequestBody == nil {
			return ""
		}
		return slices.Sorted(maps.Keys(op.RequestBody.Content))[0]
	}
	for _, op := range operations(t) {
		for _, kind := range []string{"", "admin", "read", "ingest", "bound read", "bound ingest"} {
			// Of a vehicle that is not there, or without a body: whoever is let in changes nothing.
			status, answer := g.ask(kind, op.method, op.at(nobodys), "", "Content-Type", media(op))
			name := fmt.Sprintf("%s with key %q: %s", op.OperationID, kind, answer)
			key := g.keys[kind].Key
			switch scope := op.scope(); {
			case scope == "":
				assert.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, status, name)
			case kind == "":
				assert.Equal(t, http.StatusUnauthorized, status, name)
			case key.May(scope):
				assert.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, status, name)
			default:
				require.Equal(t, http.StatusForbidden, status, name)
				if op.method != http.MethodHead {
					assert.Contains(t, answer, "has not the scope "+string(scope), name)
				}
			}
		}
	}
}

// reference is what a parameter may refer to: something of the other customer, and something that does not exist.
type reference struct{ others, nobodys []string }

// references returns what each parameter of the document may refer to; none for those that refer to nothing anybody owns.
// A new name must be put here.
func (g *gated) references() map[string]reference {
	vin := reference{[]string{others}, []string{nobodys}}
	customer := reference{[]string{g.his}, []string{"0123456789abcdef"}}
	text := reference{[]string{"johan", "DEF456", "def45", others, others[5:12]}, []string{"nobod", "XYZ999", "xyz99", nobodys, nobodys[10:17]}}
	none := reference{}
	return map[string]reference{
		"vin": vin, "id": customer, "customer": customer, "q": text, "customer_name": text,
		"limit": none, "format": none, "cursor": none, "after": none, "sort": none, "status": none, "silentFor": none, "online": none, "from": none, "to": none,
		"clash": none, "facets": none, "dryRun": none,
		"Last-Event-ID": none, "Content-Encoding": none,
	}
}

// bodies returns a body for each operation that a bound key may use and that has one, about one vehicle. A new operation must be put here.
func bodies() map[string]func(vin string) (body, media string) {
	return map[string]func(string) (string, string){
		"recordHeartbeat":  func(string) (string, string) { return `{"id":"1"}`, "application/json" },
		"lookupVehicles":   func(vin string) (string, string) { return fmt.Sprintf(`{"text":%q}`, vin), "application/json" },
		"recordHeartbeats": func(vin string) (string, string) { return fmt.Sprintf(`{"vin":%q}`, vin), "application/x-ndjson" },
	}
}

// changing are the parts of answers that are different each time.
var changing = regexp.MustCompile(`"(asOf|lagMs|position|from|to)":("[^"]*"|[0-9]+)`)

// same returns an answer without what is different each time, and without the value that was asked about.
func same(answer, value string) string {
	return strings.ReplaceAll(changing.ReplaceAllString(answer, `"$1":…`), value, "…")
}

func TestWhatBelongsToOthersIsForABoundKeyWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	g := startGated(t)
	references, tried := g.references(), 0
	for _, op := range operations(t) {
		kind := "bound " + string(op.scope())
		key, ok := g.keys[kind]
		if !ok || !key.May(op.scope()) {
			continue // no bound key may ask for it at all, which another test shows
		}
		body := func(string) (string, string) { return "", "" }
		if op.RequestBody != nil {
			body, ok = bodies()[op.OperationID]
			require.True(t, ok, "%s has a body: put one in bodies", op.OperationID)
			of := func(vin string) string {
				text, media := body(vin)
				status, answer := g.ask(kind, op.method, op.at(vin), text, "Content-Type", media)
				return fmt.Sprint(status, " ", same(answer, vin))
			}
			assert.Equal(t, of(nobodys), of(others), op.OperationID)
			assert.Equal(t, of("XYZ999"), of("DEF456"), "%s by registration number", op.OperationID)
			tried++
		}
		for _, p := range op.Parameters {
			reference, known := references[p.Name]
			require.True(t, known, "%s: put parameter %q in references, with what it may refer to", op.OperationID, p.Name)
			for i := range reference.others {
				of := func(value string) string {
					path, text := op.at(value), ""
					if p.In == "query" {
						path = op.at(ours) + "?" + p.Name + "=" + value
					}
					status, answer := g.ask(kind, op.method, path, text)
					return fmt.Sprint(status, " ", same(answer, value))
				}
				assert.Equal(t, of(reference.nobodys[i]), of(reference.others[i]), "%s by %s=%s", op.OperationID, p.Name, reference.others[i])
				tried++
			}
		}
	}
	assert.GreaterOrEqual(t, tried, 20)
}

func TestABoundKeySeesNothingOfOthers(t *testing.T) {
	t.Parallel()
	g := startGated(t)
	theirs := []string{others, "DEF456", g.his, "Johan"}
	shown := 0
	for _, op := range operations(t) {
		key, ok := g.keys["bound "+string(op.scope())]
		if !ok || op.method != http.MethodGet {
			continue
		}
		for _, query := range []string{"", "?limit=200", "?facets=true", "?clash=true", "?online=true", "?online=false", "?customer_name="} {
			path := op.at(ours)
			if strings.Contains(op.path, "/customers/") {
				path = op.at(g.our)
			}
			status, answer := g.ask(key.Name, op.method, path+query, "")
			if status/100 != 2 {
				continue // it has not this parameter
			}
			for _, text := range theirs {
				assert.NotContains(t, answer, text, "%s%s", op.OperationID, query)
			}
			if strings.Contains(answer, ours) || strings.Contains(answer, g.our) {
				shown++
			}
		}
	}
	assert.GreaterOrEqual(t, shown, 8, "it does see its own")
	_, answer := g.ask("read", http.MethodGet, "/api/v1/vehicles", "")
	assert.True(t, strings.Contains(answer, others) && bytes.Contains([]byte(answer), []byte(ours)), "who is bound to none sees both")
}
