package api

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/sync/semaphore"

	"fleetbeat/commands"
	"fleetbeat/domain"
)

const bulkPath = "/heartbeats"

// HeartbeatLine is one line of many heartbeats: one in which the vehicle stands too.
type HeartbeatLine struct {
	VIN domain.VIN `json:"vin"`
	NewHeartbeat
}

// HeartbeatsRecorded is the answer to many heartbeats. What it counts as accepted or duplicate is durable.
type HeartbeatsRecorded struct {
	Accepted      int64          `json:"accepted" doc:"Lines that were stored, duplicates apart"`
	Duplicates    int64          `json:"duplicates" doc:"Lines whose id was seen before: they count as contact and change nothing else"`
	RejectedCount int64          `json:"rejectedCount" doc:"Lines of which nothing was stored"`
	Rejected      []RejectedLine `json:"rejected" doc:"The first 100 of these"`
	Position      string         `json:"position,omitzero" doc:"Where the last contact is; read with after= this to see them all. Absent where nothing was stored"`
	Broken        string         `json:"broken,omitzero" doc:"Where and why the body could not be read to its end; the lines before are stored. Absent where it could"`
}

// RejectedLine is a line that was not stored.
type RejectedLine struct {
	Line   int64  `json:"line" doc:"Counted from 1, empty lines too"`
	Reason string `json:"reason" doc:"What is wrong with it, in plain words" example:"vin: a VIN has 17 characters, this one has 16"`
}

// bulkProblem is a problem in the middle of many heartbeats, with what became of those before it.
type bulkProblem struct {
	*Problem
	HeartbeatsRecorded
}

// bulk is the way of many heartbeats. A body of any length costs the same memory: what is read is decoded line by line
// into a chunk, one chunk is recorded while the next is filled, and when both are full nothing is read. That is what
// slows a client down when the log cannot take more.
type bulk struct {
	*server
	room     *semaphore.Weighted // of all uploads together
	keyRooms sync.Map            // from a key's id to the *semaphore.Weighted of its uploads
	large    chan struct{}       // holds one for each upload with large chunks
	turns    chan struct{}       // holds one for each chunk that is recorded now
	stopping stopping
	parts    sync.Pool // of *bulkParts
}

// addBulk registers POST /heartbeats. Like a single heartbeat it is not served through huma, which would read the body
// whole before anything else.
func (s *server) addBulk() {
	b := &bulk{server: s, room: semaphore.NewWeighted(uploadRoom), large: make(chan struct{}, largeUploads), turns: make(chan struct{}, maxTurns)}
	b.parts.New = func() any { return newBulkParts() }
	op := operation{
		id: "recordHeartbeats", method: http.MethodPost, path: bulkPath, tag: tagHeartbeats, summary: "Record many heartbeats",
		problems: []int{http.StatusUnsupportedMediaType}, doc: bulkDoc,
		params: []*huma.Param{{
			Name: "Content-Encoding", In: "header", Description: "How the body is compressed; absent means not at all",
			Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"identity", "gzip", "zstd"}},
		}},
	}
	described := s.describe(op)
	delete(described.Responses, "422") // a line that is wrong does not make the request wrong
	described.Responses["200"] = &huma.Response{
		Description: "What became of the lines",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: s.schemaOf(HeartbeatsRecorded{})}},
	}
	described.Responses["503"].Description = "The lines could not all be stored; the problem also has accepted, duplicates, rejectedCount, " +
		"rejected and position of those that were. Sending the body again is safe"
	line := &huma.MediaType{Schema: s.schemaOf(HeartbeatLine{})}
	described.RequestBody = &huma.RequestBody{
		Description: "A JSON object a line", Required: true,
		Content: map[string]*huma.MediaType{typeNDJSON: line, typeStreamJSON: line},
	}
	s.huma.OpenAPI().AddOperation(&described)
	s.mux.HandleFunc(op.method+" "+op.path, b.serve)
	s.operations[op.method+" "+op.path] = op.id
}

const bulkDoc = "A stream of heartbeats, one JSON object a line (NDJSON), as they are or compressed with gzip or zstd (window at most 8 MiB). " +
	"It is read as it arrives, may be of any length and may go on for days: its lines are durable and visible while it goes on, " +
	"it is cut off when nothing comes for 60 s, and read more slowly when the log cannot take more. " +
	"A line may have 64 KiB. Lines end with LF or CRLF, the last one with the body too; empty ones are counted and skipped, a byte-order mark is ignored. " +
	"A line that is wrong is rejected and hinders no other. A body that breaks off, or whose compression is damaged in the middle, is answered 200 with broken: " +
	"what came before is kept. Sending anything again is safe: a line with an id or a sentAt that comes again soon is a duplicate."

// serve answers when all lines are durable or rejected.
func (b *bulk) serve(w http.ResponseWriter, r *http.Request) {
	recorded, err := b.receive(w, r)
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout)) // it counted from the first byte of the request
	if err != nil {
		p := b.heartbeatProblem(r, err)
		if p.Status >= http.StatusInternalServerError {
			p.writeAs(w, bulkProblem{p, recorded})
			return
		}
		p.write(w)
		return
	}
	var body bytes.Buffer
	if err := marshal(&body, recorded); err != nil {
		panic(err) // texts and numbers: only a fault of the JSON library could be the cause
	}
	header := w.Header()
	header["Content-Type"] = b.json
	header["Content-Length"] = lengthOf(body.Bytes())
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body.Bytes()) // a client that went away can send again
}

// receive reads and records a body. With an error too it returns what became of the lines until then.
func (b *bulk) receive(w http.ResponseWriter, r *http.Request) (HeartbeatsRecorded, error) {
	coding, err := bodyCoding(r.Header)
	if err != nil {
		return HeartbeatsRecorded{}, err
	}
	leave, err := b.enter(r.Context(), coding)
	if err != nil {
		return HeartbeatsRecorded{}, err
	}
	defer leave()
	body := newBulkBody(http.NewResponseController(w), r.Body)
	defer b.stopping.watch(r, body)()
	allowed, done := b.whileLetIn(context.WithoutCancel(r.Context()))
	defer done()
	defer context.AfterFunc(allowed, func() { body.cut(errTurnedAway()) })()
	parts, _ := b.parts.Get().(*bulkParts)
	defer func() { parts.release(); b.parts.Put(parts) }()
	defer b.enlarge(parts)()

	// Not with the context of the request: it ends when the client goes away, and what was whole until then is kept.
	ctx := commands.WithActor(context.WithoutCancel(r.Context()), r.Header.Get(requestIDHeader), keyOf(r.Context()))
	u := newUpload(ctx, b, body, parts)
	text := parts.open(coding, body)
	line, reading := u.run(text)
	recorded := u.result()
	switch {
	case u.err != nil:
		return recorded, u.err
	case reading == nil:
		return recorded, nil
	case body.cutWhy() != nil:
		return recorded, body.cutWhy()
	case text.isSomethingElse(reading):
		return recorded, notEncoded(coding, reading)
	}
	recorded.Broken = text.broken(reading, line)
	return recorded, nil
}
