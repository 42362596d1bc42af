// Package elasticsearch keeps the fleet view in Elasticsearch and finds vehicles in it.
//
// It owns the indexes of one name: `<name>-v7` is generation 7, the alias `<name>` the one that is read, `<name>-control`
// the numbers of generations and requests to rebuild. It is a [projections.Engine] of the one view "fleet"; its [Fleet]
// answers queries. It knows no log, no other engine and no HTTP API; app opens it. It uses what every Elasticsearch 8 has:
// no scripts, no *_by_query, no index lifecycle, no point in time. DESIGN.md of projections has what holds and what it costs.
package elasticsearch
