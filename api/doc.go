// Package api is Fleetbeat over HTTP: it turns requests into commands and questions, and what comes back into answers.
//
// It owns the shape of requests and answers on the wire, the OpenAPI document with its page, the one table from error
// kinds to HTTP statuses, the limits on what a request may be, and the headers that every answer has. It must not know the
// log, the views or an engine: it gets handlers ([Deps]) and calls them. app makes it and nobody else does.
//
// Who is let in is decided before a handler runs, by one table from operations to scopes (accesses): the mux ([routes])
// wraps every handler in it, so an operation that nobody thought of is for admins alone. DESIGN.md says how and why.
//
// Operations are registered with huma, which writes the OpenAPI document and the answers. Bodies, parameters and errors
// are read and written by this package, so that no text of a library ever reaches a client. `go generate ./api` writes
// the document to openapi.json, and a test proves that it is fresh.
package api

//go:generate go run ./internal/openapi openapi.json
