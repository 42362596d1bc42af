package api

import "fleetbeat/domain"

// access is what an operation asks of its caller.
type access struct {
	open  bool         // nothing: it is for everybody
	scope domain.Scope // else the scope that the caller's key must have
	whole bool         // it is about the whole service, so it is not for keys that are bound to a customer
}

// accesses returns what each operation asks of its caller, by the operation's id. It is the one table there is: requests
// are let in by it, the OpenAPI document shows it, and a test fails for an operation that is not in it.
func accesses() map[string]access {
	everybody := access{open: true}
	ingest, read := access{scope: domain.ScopeIngest}, access{scope: domain.ScopeRead}
	admin := access{scope: domain.ScopeAdmin, whole: true}
	return map[string]access{
		// What is the same for all: pages, their document, and whether anybody is there. /readyz names parts of the service
		// and why they are not ready, and nothing of the fleet: load balancers have no keys.
		"home": everybody, "dashboard": everybody, "docs": everybody, "static": everybody, "openapi": everybody,
		"health": everybody, "ready": everybody, "started": everybody, "pingHeartbeat": everybody, "pingSearch": everybody,
		// Who logs in has no session yet, who logs out perhaps none any more, and whether one is needed is the first question.
		"createSession": everybody, "getSession": everybody, "deleteSession": everybody,

		"recordHeartbeat": ingest, "recordHeartbeatByGet": ingest, "recordHeartbeatByHead": ingest, "recordHeartbeats": ingest,

		"listVehicles": read, "exportVehicles": read, "lookupVehicles": read, "getVehicle": read, "getTimeline": read, "listChanges": read, "listCustomers": read,
		"exportCustomers": read, "getCustomer": read, "getSummary": read, "getHistory": read, "getSettings": read, "classicSearch": read,

		"metrics": {scope: domain.ScopeRead, whole: true},

		"registerVehicle": admin, "changeVehicle": admin, "decommissionVehicle": admin, "registerCustomer": admin,
		"changeCustomer": admin, "changeSettings": admin, "listKeys": admin, "createKey": admin, "revokeKey": admin,
		"importVehicles": admin,
	}
}

// accessOf returns what an operation asks of its caller: the most there is, where nobody thought of it.
func (s *server) accessOf(operation string) access {
	if a, ok := s.accesses[operation]; ok {
		return a
	}
	return access{scope: domain.ScopeAdmin, whole: true}
}

// security documents what an operation asks of its caller: any of three ways to say who one is, with the scope.
func (a access) security() []map[string][]string {
	if a.open {
		return nil
	}
	scope := []string{string(a.scope)}
	return []map[string][]string{{schemeBearer: scope}, {schemeBasic: scope}, {schemeSession: scope}}
}

// The ways to say who one is, as the document names them.
const (
	schemeBearer  = "bearer"
	schemeBasic   = "basic"
	schemeSession = "session"
)
