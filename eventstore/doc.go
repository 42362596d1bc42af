// Package eventstore is the event log: the append-only store that is the only source of truth.
//
// It owns the port ([Store]), the promises every engine keeps (written at the methods, executable in storetest), the
// page encoding in which events travel, and the codec between [domain.Event] and bytes. The engines live in
// sub-packages and know nothing of vehicles; the rest of Fleetbeat knows nothing of engines. DESIGN.md has the
// decisions and what they cost.
package eventstore
