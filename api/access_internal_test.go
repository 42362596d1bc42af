package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// dashboard stands for a web.Dashboard.
type dashboard struct{ http.Handler }

func (dashboard) Patterns() []string { return []string{"GET /{$}"} }

func (dashboard) NotFound(http.ResponseWriter, *http.Request) {}

// operationIDs returns the ids of all operations: those of the document and those of the mux.
func operationIDs(t *testing.T) (ids []string) {
	t.Helper()
	s, _ := New(Deps{Metrics: newRoutes(nil)}, Options{}).(*server)
	with, _ := New(Deps{Dashboard: dashboard{}}, Options{}).(*server)
	for _, operations := range []map[string]string{s.operations, with.operations} {
		for pattern, id := range operations {
			if pattern != streamPattern { // another form of the answer of listChanges
				ids = append(ids, id)
			}
		}
	}
	var d struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	require.NoError(t, json.Unmarshal(s.document(), &d))
	for _, methods := range d.Paths {
		for _, op := range methods {
			ids = append(ids, op.OperationID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func TestEveryOperationIsInTheTableOfAccess(t *testing.T) {
	t.Parallel()
	table, ids := accesses(), operationIDs(t)
	for _, id := range ids {
		_, ok := table[id]
		assert.True(t, ok, "%s: say in accesses who may ask for it, and see that it honours ownerOf", id)
	}
	for id, a := range table {
		assert.Contains(t, ids, id, "there is no such operation")
		assert.NotEqual(t, a.open, a.scope != "", "%s is for everybody or needs a scope", id)
		assert.True(t, a.scope != domain.ScopeAdmin || a.whole, "%s: no bound key is an admin's", id)
	}
}

func TestWhatNobodyThoughtOfIsForAdminsAlone(t *testing.T) {
	t.Parallel()
	s, _ := New(Deps{}, Options{}).(*server)
	assert.Equal(t, access{scope: domain.ScopeAdmin, whole: true}, s.accessOf("somethingNew"))
	for pattern, need := range s.mux.needs {
		assert.Equal(t, s.accessOf(s.operations[pattern]), *need, pattern)
	}
}
