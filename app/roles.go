package app

import (
	"slices"

	"fleetbeat/domain"
)

// Role is a part of Fleetbeat that a process of its own may play.
type Role string

// The roles. Of each there may be several processes: all that take heartbeats and answer, and of those that decide or fold
// one at a time, with the others ready to take over.
const (
	RoleAPI         Role = "api"         // takes heartbeats and commands, answers questions
	RoleLiveness    Role = "liveness"    // decides who is connected
	RoleProjections Role = "projections" // folds the views
)

// Roles are what a process does; none means everything.
type Roles []Role

// Has reports whether a role is among them.
func (r Roles) Has(role Role) bool { return len(r) == 0 || slices.Contains(r, role) }

// all reports whether no role is left to other processes.
func (r Roles) all() bool { return r.Has(RoleAPI) && r.Has(RoleLiveness) && r.Has(RoleProjections) }

// check returns what is wrong with the roles, or nil.
func (r Roles) check(e Engines) error {
	for _, role := range r {
		if !slices.Contains([]Role{RoleAPI, RoleLiveness, RoleProjections}, role) {
			return domain.InvalidField("--roles", "%q is not one of api, liveness and projections", role)
		}
	}
	if !r.all() && e.embedded() {
		return domain.InvalidField("--roles", "parts of Fleetbeat meet in engines that all of them reach: give --events, --fleet and --relations, too")
	}
	return nil
}
