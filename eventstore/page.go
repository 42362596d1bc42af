package eventstore

import (
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"time"
)

// The most that a page holds. A page may hold one event more than MaxPageBytes allows when that event is its only one.
const (
	MaxPageEvents = 10_000
	MaxPageBytes  = 4 << 20
)

// Page is consecutive events of the log, as bytes: what subscriptions deliver and Watermill messages carry. The zero
// Page is empty. A Page is never changed after it is made, and the events it yields share its memory.
//
// A page is blocks one after the other; a block is a header and the bodies of events of one type that follow each other
// in one stream and in the log:
//
//	block  = uvarint(len stream) stream  uvarint(len type) type  uvarint(first revision)  uvarint(first commit)
//	         uvarint(first prepare)  uvarint(time, ms since 1970)  uvarint(count)  uvarint(len body)  body
//	body   = count × event
//	event  = 16 bytes of id  uvarint(len data) data  uvarint(len metadata) metadata
//
// Event i of a block has the first revision + i, and both numbers of the first position + i. An engine whose positions
// are not dense makes blocks of one event. An engine that stores bodies hands them on as they are.
type Page struct {
	raw         []byte
	count       int
	first, last Position
}

// Block is the header of events of one type that follow each other.
type Block struct {
	Stream   string
	Type     string
	Revision Revision // of the first event
	Position Position // of the first event
	Time     time.Time
	Count    int
}

// Len returns the number of events.
func (p Page) Len() int { return p.count }

// First returns the position of the first event.
func (p Page) First() Position { return p.first }

// Last returns the position of the last event.
func (p Page) Last() Position { return p.last }

// Bytes returns the encoded page, which the caller must not change.
func (p Page) Bytes() []byte { return p.raw }

// ParsePage returns the page that raw holds, having walked its headers. raw must not be changed afterwards. The error
// wraps ErrCorrupt.
func ParsePage(raw []byte) (Page, error) {
	p := Page{raw: raw}
	for rest := raw; len(rest) > 0; {
		b, _, after, err := readBlock(rest)
		if err != nil {
			return Page{}, err
		}
		if p.count == 0 {
			p.first = b.Position
		}
		p.count += b.Count
		p.last = place(b.Position, b.Count-1)
		rest = after
	}
	return p, nil
}

// Events yields the events in the order of the log. Their data and metadata are the page's own memory: copy what is to
// be changed. An error wraps ErrCorrupt and is the last thing yielded.
func (p Page) Events() iter.Seq2[Recorded, error] {
	return func(yield func(Recorded, error) bool) {
		for rest := p.raw; len(rest) > 0; {
			b, body, after, err := readBlock(rest)
			if err != nil {
				yield(Recorded{}, err)
				return
			}
			for r, err := range Unfold(b, body) {
				if !yield(r, err) || err != nil {
					return
				}
			}
			rest = after
		}
	}
}

// Unfold yields the events of one block. Their data and metadata are parts of body. An error wraps ErrCorrupt and is the
// last thing yielded.
func Unfold(b Block, body []byte) iter.Seq2[Recorded, error] {
	return func(yield func(Recorded, error) bool) {
		for i := range b.Count {
			e, rest, err := readEvent(body)
			if err != nil {
				yield(Recorded{}, fmt.Errorf("event %d of %q at revision %d: %w", i, b.Stream, b.Revision, err))
				return
			}
			e.Type = b.Type
			at := Recorded{Event: e, Stream: b.Stream, Revision: b.Revision + Revision(i), Position: place(b.Position, i), Time: b.Time}
			if !yield(at, nil) {
				return
			}
			body = rest
		}
	}
}

// place returns the position of event i of a block that begins at p.
func place(p Position, i int) Position {
	return Position{Commit: p.Commit + uint64(i), Prepare: p.Prepare + uint64(i)}
}

// AppendBody appends the bodies of events, as blocks hold them and engines store them, to dst.
func AppendBody(dst []byte, events ...Event) []byte {
	for _, e := range events {
		dst = append(dst, e.ID[:]...)
		dst = appendBytes(dst, e.Data)
		dst = appendBytes(dst, e.Metadata)
	}
	return dst
}

// PageBuilder gathers blocks into a page. The zero PageBuilder is ready.
type PageBuilder struct{ page Page }

// Len returns the number of events so far.
func (b *PageBuilder) Len() int { return b.page.count }

// Full reports that no event may be added any more.
func (b *PageBuilder) Full() bool {
	return b.page.count >= MaxPageEvents || len(b.page.raw) >= MaxPageBytes
}

// Grow makes room for n more bytes at once: a large page that grows by itself is copied several times on the way.
func (b *PageBuilder) Grow(n int) { b.page.raw = slices.Grow(b.page.raw, n) }

// Add adds one event if there is room for it and reports whether there was.
func (b *PageBuilder) Add(r Recorded) bool {
	head := Block{Stream: r.Stream, Type: r.Type, Revision: r.Revision, Position: r.Position, Time: r.Time, Count: 1}
	added, _ := b.AddBlock(head, AppendBody(nil, r.Event))
	return added == 1
}

// AddBlock adds the events of a block, body as AppendBody made it, as far as there is room, and returns how many went
// in: all of them without looking at them where the whole block fits. The error wraps ErrCorrupt.
func (b *PageBuilder) AddBlock(head Block, body []byte) (int, error) {
	n := min(head.Count, MaxPageEvents-b.page.count)
	if room := MaxPageBytes - len(b.page.raw); n < head.Count || (len(body) > room && b.page.count+head.Count > 1) {
		var err error
		if n, body, err = cut(body, n, room, b.page.count == 0); err != nil {
			return 0, fmt.Errorf("block of %q at revision %d: %w", head.Stream, head.Revision, err)
		}
	}
	if n <= 0 {
		return 0, nil
	}
	if b.page.count == 0 {
		b.page.first = head.Position
	}
	head.Count = n
	b.page.raw = appendBlock(b.page.raw, head, body)
	b.page.count += n
	b.page.last = place(head.Position, n-1)
	return n, nil
}

// Page returns what was gathered and empties the builder.
func (b *PageBuilder) Page() Page {
	page := b.page
	b.page = Page{}
	return page
}

// Skip returns the block and body without their first n events, for an engine whose reader starts inside a block. The
// error wraps ErrCorrupt.
func Skip(head Block, body []byte, n int) (Block, []byte, error) {
	for range n {
		_, rest, err := readEvent(body)
		if err != nil {
			return Block{}, nil, fmt.Errorf("block of %q at revision %d: %w", head.Stream, head.Revision, err)
		}
		body = rest
	}
	head.Position = place(head.Position, n)
	head.Revision += Revision(n)
	head.Count -= n
	return head, body, nil
}

// cut returns how many of the first n events of body fit into room bytes, at least one where the page is empty, and
// these events' part of body.
func cut(body []byte, n, room int, empty bool) (int, []byte, error) {
	rest, fits := body, 0
	for fits < n {
		_, after, err := readEvent(rest)
		if err != nil {
			return 0, nil, err
		}
		if len(body)-len(after) > room && !(empty && fits == 0) {
			break
		}
		rest = after
		fits++
	}
	return fits, body[:len(body)-len(rest)], nil
}

func appendBlock(dst []byte, b Block, body []byte) []byte {
	dst = appendBytes(dst, b.Stream)
	dst = appendBytes(dst, b.Type)
	dst = binary.AppendUvarint(dst, uint64(b.Revision))
	dst = binary.AppendUvarint(dst, b.Position.Commit)
	dst = binary.AppendUvarint(dst, b.Position.Prepare)
	dst = binary.AppendUvarint(dst, uint64(b.Time.UnixMilli()))
	dst = binary.AppendUvarint(dst, uint64(b.Count))
	return appendBytes(dst, body)
}

func readBlock(src []byte) (b Block, body, rest []byte, err error) {
	d := decoder{src: src}
	b.Stream = string(d.bytes())
	b.Type = string(d.bytes())
	b.Revision = Revision(d.number())
	b.Position = Position{Commit: d.number(), Prepare: d.number()}
	b.Time = time.UnixMilli(int64(d.number())).UTC()
	b.Count = int(d.number())
	body = d.bytes()
	if d.broken || b.Count < 1 {
		return Block{}, nil, nil, fmt.Errorf("block header: %w", ErrCorrupt)
	}
	return b, body, d.src, nil
}

func readEvent(src []byte) (e Event, rest []byte, err error) {
	if len(src) < len(e.ID) {
		return Event{}, nil, ErrCorrupt
	}
	copy(e.ID[:], src)
	d := decoder{src: src[len(e.ID):]}
	e.Data, e.Metadata = d.bytes(), d.bytes()
	if d.broken {
		return Event{}, nil, ErrCorrupt
	}
	return e, d.src, nil
}

func appendBytes[T string | []byte](dst []byte, b T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// decoder reads numbers and counted bytes off the front of src and remembers whether any of them was cut short.
type decoder struct {
	src    []byte
	broken bool
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.src)
	if size <= 0 {
		d.broken, d.src = true, nil
		return 0
	}
	d.src = d.src[size:]
	return n
}

func (d *decoder) bytes() []byte {
	n := d.number()
	if n > uint64(len(d.src)) {
		d.broken, d.src = true, nil
		return nil
	}
	b := d.src[:n:n]
	d.src = d.src[n:]
	return b
}
