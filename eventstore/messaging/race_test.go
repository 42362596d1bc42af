//go:build race

package messaging_test

// raced says that the race detector is on. It makes the SQLite log twenty times slower, and Watermill's suite would run
// into its own timeouts with thousands of messages.
const raced = true
