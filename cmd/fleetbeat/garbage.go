package main

// garbagePercent is how much garbage a server lets gather before it is collected, as a share of what lives: half of what Go
// does without being told. What lives, 250 bytes a vehicle, holds hardly a pointer, so that collecting is cheap.
const garbagePercent = 50

// limitGarbage sets garbagePercent, unless the environment says what Go is to do.
func limitGarbage(getenv func(string) string, set func(percent int) int) {
	if getenv("GOGC") == "" && getenv("GOMEMLIMIT") == "" {
		set(garbagePercent)
	}
}
