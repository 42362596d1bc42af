// Package bench measures a Fleetbeat and prints the table of what it promises: each row with its floor, measured in the
// same run, the median and the spread of rounds that take turns, and a verdict.
//
// It must know neither how a Fleetbeat is put together nor flags: cmd/fleetbeat hands it a [Fleetbeat], which starts
// servers as processes of their own, so that what is measured is what people run, and its memory is its own. It speaks to
// them over HTTP; only the logs that they start on it writes itself, because a million registrations over HTTP take longer
// than everything else. What a folder holds is made for the run and removed with it.
package bench
