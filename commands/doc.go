// Package commands is the write side: what people and vehicles may ask for, one use case a file.
//
// A command is a struct; its handler loads the streams concerned, decides, and appends at the exact revision it decided
// upon. Deciding is a pure function of what was loaded, the command and the time. A lost race is decided anew, in one
// place ([Handlers] are made that way), a bounded number of times.
//
// The package owns the [Keyring], the memory of who is let in, whose every change comes from the stream of keys, and the
// [Registry], the memory of who is registered that the path of heartbeats asks, and the rules of
// imports. It must not know views, queries or HTTP: a command that asked a view would decide on the past. The API calls
// it, and app, which feeds the registry from the log.
//
// Every error is a [domain.Error] whose message and fields may be shown to the caller. Every handler may be called by
// many goroutines at once.
package commands
