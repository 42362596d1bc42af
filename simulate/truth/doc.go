// Package truth is what a simulation knows to have happened: a file of what every vehicle sent and when, and the check that
// the transitions a target tells are those that follow from it.
//
// It computes deadlines itself, by the written rule alone: a check that asked the product's own code would repeat its
// mistakes. It must not know the engine that plays. Package simulate writes the file, `fleetbeat simulate check` reads it.
package truth
