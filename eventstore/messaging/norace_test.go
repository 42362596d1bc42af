//go:build !race

package messaging_test

// raced says that the race detector is off.
const raced = false
