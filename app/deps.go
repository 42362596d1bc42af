package app

import (
	"time"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/queries"
)

// deps hands the API its handlers.
func (a *App) deps(dashboard api.Dashboard) api.Deps {
	c, v := a.commands, a.views.reading
	now := func() domain.Instant { return domain.InstantOf(time.Now()) }
	usual := queries.NewUsualRanges(v.timeline)
	roster := queries.NewRoster(v.relations, v.fleet, v.timeline, usual, now)
	deps := a.serviceDeps()
	deps.Feed, deps.Dashboard = a.feed, dashboard
	deps.Commands = api.Commands{
		RecordHeartbeats: c.RecordHeartbeats, RecordMany: c.RecordHeartbeats, RegisterCustomer: c.RegisterCustomer, ChangeCustomer: c.ChangeCustomer,
		RegisterVehicle: c.RegisterVehicle, ChangeVehicle: c.ChangeVehicle, DecommissionVehicle: c.DecommissionVehicle,
		ChangeSettings: c.ChangeSettings, ImportFleet: c.ImportFleet, CreateKey: c.CreateKey, RevokeKey: c.RevokeKey,
	}
	deps.Queries = api.Queries{
		ListVehicles:  queries.ListVehiclesHandler{Fleet: v.fleet, Latest: v.latest, Now: now},
		GetVehicle:    queries.GetVehicleHandler{Fleet: v.fleet, Latest: v.latest, Now: now},
		GetTimeline:   queries.GetTimelineHandler{Timeline: v.timeline, Fleet: v.fleet, Now: now},
		ListCustomers: queries.ListCustomersHandler{Roster: roster},
		GetCustomer:   queries.GetCustomerHandler{Roster: roster},
		GetSummary: queries.GetSummaryHandler{
			Counts: v.fleet, Relations: v.relations, History: v.timeline, Usual: usual, Now: now,
		},
		GetHistory:    queries.GetHistoryHandler{History: v.timeline, Now: now},
		GetSettings:   queries.GetSettingsHandler{Fleet: v.fleet},
		ClassicSearch: queries.ClassicSearchHandler{Fleet: v.fleet, Relations: v.relations, Latest: v.latest},
		ListChanges:   queries.ListChangesHandler{Changes: v.changes, Relations: v.relations, Now: now},

		LookupVehicles: queries.LookupVehiclesHandler{Plates: v.relations, Fleet: v.fleet, Latest: v.latest, Now: now},
		ExportVehicles: queries.ExportVehiclesHandler{Fleet: v.fleet, Latest: v.latest, Now: now},

		ExportCustomers: queries.ExportCustomersHandler{Roster: roster},
	}
	return deps
}

// serviceDeps are what every role has: who is let in, and what operators ask.
func (a *App) serviceDeps() api.Deps {
	return api.Deps{
		Keys: a.keyring, LogID: a.logID, Ready: a.unready, Warnings: a.warnings, Metrics: a.metrics.handler(), Observe: a.metrics.request, Log: a.log,
	}
}
