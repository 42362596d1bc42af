// Package projections folds the log into views: fleet, latest, relations and timeline, one file each.
//
// It owns what a view depends on (its table from event type to function), how pages are folded, checkpoints, and when a
// view is built anew. It knows no engine: rows are read and written through [Engine], which the packages below it
// implement together with the finding side that answers questions. It issues no commands, and nothing here looks at a
// clock to decide what a row holds. app makes a [Projection] a view and gives its Handle the pages of a subscription.
// DESIGN.md has the decisions and what they cost.
package projections
