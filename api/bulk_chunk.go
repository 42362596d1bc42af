package api

import (
	"fleetbeat/domain"
)

// The size of a chunk, in lines and in bytes: few enough that the heartbeats in memory, which may be several times as large
// as their lines, stay few too. The first uploads have chunks as large as what the command hands over at once, and the log
// takes in one append: each append waits for the disk, so four times the lines are nearly twice the lines a second.
const (
	chunkLines   = 1000
	chunkBytes   = 256 << 10
	largeTimes   = 4
	largeUploads = 8
)

// chunk is lines that are recorded together. It is used again and again: what it holds beyond its length is spare.
type chunk struct {
	heartbeats []domain.Heartbeat
	lines      []int64 // where they stood
	bytes      int     // of their lines
	large      bool
}

// full reports whether a chunk takes no more.
func (c *chunk) full() bool {
	times := 1
	if c.large {
		times = largeTimes
	}
	return len(c.lines) >= times*chunkLines || c.bytes >= times*chunkBytes
}

// add adds the heartbeat of a line of so many bytes. It returns the readings of a former heartbeat, which nobody needs.
func (c *chunk) add(h domain.Heartbeat, line int64, bytes int) (spare map[string]float64) {
	if n := len(c.heartbeats); n < cap(c.heartbeats) {
		spare = c.heartbeats[: n+1 : n+1][n].Readings
	}
	c.heartbeats = append(c.heartbeats, h)
	c.lines = append(c.lines, line)
	c.bytes += bytes
	return spare
}

// reset empties a chunk.
func (c *chunk) reset() { c.heartbeats, c.lines, c.bytes = c.heartbeats[:0], c.lines[:0], 0 }

// rejections counts the lines that were not stored and keeps the first of them. They come in their order.
type rejections struct {
	count int64
	first []RejectedLine
}

// The bounds of what is said of rejected lines.
const (
	maxRejected = 100
	maxReason   = 300 // bytes: a client's own field names stand in it, and may be as long as its line
)

// add counts a line. why is for the caller to read, and a [domain.Error].
func (r *rejections) add(line int64, why error) {
	r.count++
	if len(r.first) < maxRejected {
		r.first = append(r.first, RejectedLine{Line: line, Reason: reason(why)})
	}
}

// merge returns the first of both.
func (r *rejections) merge(o *rejections) []RejectedLine {
	all := make([]RejectedLine, 0, min(len(r.first)+len(o.first), maxRejected))
	a, b := r.first, o.first
	for len(all) < maxRejected && len(a)+len(b) > 0 {
		if len(b) == 0 || len(a) > 0 && a[0].Line < b[0].Line {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return all
}

// reason writes why a line was not stored.
func reason(why error) string {
	p, _ := problemOf(why)
	if len(p.Detail) <= maxReason {
		return p.Detail
	}
	cut := maxReason
	for cut > 0 && p.Detail[cut]&0xc0 == 0x80 { // in the middle of a character
		cut--
	}
	return p.Detail[:cut] + "…"
}
