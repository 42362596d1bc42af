// Package target is a Fleetbeat seen from outside: what a simulation asks of it, over HTTP alone.
//
// It must know no other package of Fleetbeat, or a simulation would pass where a client fails. Packages simulate and
// simulate/truth use it: a [Connection] for what a fleet sends by the thousand, a [Client] for everything else.
package target
