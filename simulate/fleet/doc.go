// Package fleet is who plays in a simulation and what each vehicle does when: vehicles and customers, their pings, their
// troubles and their clocks, all of it a function of a seed.
//
// It must know no clock, no network and no target, so that the same seed plays the same fleet anywhere and a test can look
// at hours of it at once. Package simulate plays what it says.
package fleet
