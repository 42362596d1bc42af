package api

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// bulkParts are what reading a body needs and the next body can use again.
type bulkParts struct {
	compressed *bufio.Reader
	lines      *bufio.Reader
	gzip       gzip.Reader
	zstd       *zstd.Decoder // made when it is first needed
	decoder    lineDecoder
	chunks     [2]*chunk
}

// Sizes of buffers: the second holds the longest line with its end and the mark in front.
const (
	compressedBuffer = 32 << 10
	linesBuffer      = 128 << 10
)

func newBulkParts() *bulkParts {
	return &bulkParts{
		compressed: bufio.NewReaderSize(nil, compressedBuffer), lines: bufio.NewReaderSize(nil, linesBuffer),
		chunks: [2]*chunk{{}, {}},
	}
}

// release lets go of the body.
func (p *bulkParts) release() {
	p.compressed.Reset(nil)
	p.lines.Reset(nil)
	if p.zstd != nil {
		_ = p.zstd.Reset(nil) // it says that there is nothing to read
	}
	for _, c := range p.chunks {
		c.reset()
	}
}

// open returns the text of a body. What is wrong with its beginning is said by the first Read.
func (p *bulkParts) open(c coding, body *bulkBody) *bulkText {
	t := &bulkText{coding: c, body: body, from: body}
	if c == codingNone {
		return t
	}
	p.compressed.Reset(body)
	head, err := p.compressed.Peek(4)
	switch {
	case len(head) == 0: // an empty body has no heartbeats, however it is compressed
		t.from = failing{err}
	case !beginsAs(c, head):
		t.from = failing{errSomethingElse}
	case c == codingGzip:
		t.from = &members{in: p.compressed, member: &p.gzip, ended: true}
	default:
		t.from, err = p.openZstd()
		if err != nil {
			t.from = failing{err}
		}
	}
	return t
}

func (p *bulkParts) openZstd() (io.Reader, error) {
	if p.zstd != nil {
		return p.zstd, p.zstd.Reset(p.compressed)
	}
	// One goroutine, the caller's: decoding ahead would cost memory and outlive the request.
	d, err := zstd.NewReader(p.compressed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, fmt.Errorf("open a zstd body: %w", err)
	}
	p.zstd = d
	return d, nil
}

// members reads the members of a gzip body one by one. gzip.Reader can do that too, and then keeps the end of each back
// until the next one begins: lines of a client that sends one now and then would wait for each other.
type members struct {
	in     *bufio.Reader
	member *gzip.Reader
	ended  bool // the member before, if there was one
}

// Read reads what has come of a member.
func (m *members) Read(p []byte) (int, error) {
	if m.ended {
		if _, err := m.in.Peek(1); err != nil {
			return 0, err
		}
		if err := m.member.Reset(m.in); err != nil {
			return 0, err
		}
		m.member.Multistream(false)
		m.ended = false
	}
	n, err := m.member.Read(p)
	if errors.Is(err, io.EOF) {
		m.ended, err = true, nil
	}
	return n, err
}

// failing is a reader of nothing.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
