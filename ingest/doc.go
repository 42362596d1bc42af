// Package ingest makes heartbeats durable: it stamps them with the receipt clock, gives them ids, gathers them into
// batches and appends these to the node's own stream, so that time itself lies in the log. DESIGN.md has the argument
// why every heartbeat received before a batch's until lies in the log before that batch, and when a node is deaf.
//
// It owns the receipt clock ([Clock]) and the stream of its node; nobody else writes there. It knows neither HTTP nor
// views, and does not ask whether a VIN is registered: commands does, and then calls [Ingest.Record]. The app opens it
// once it can be reached and closes it when nothing comes in any more.
package ingest
