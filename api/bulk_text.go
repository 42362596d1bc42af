package api

import (
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// The bounds of decompression.
const (
	// maxWindow is how far zstd may look back, which is memory: what every decoder of HTTP must take (RFC 9659), and no more.
	maxWindow = 8 << 20
	// maxExpansion is how many times its size a body may become, beyond the first freeExpansion bytes: no gzip body becomes
	// more. In zstd four bytes can become 128 KiB, so that a small body could keep a processor busy for hours.
	maxExpansion  = 1032
	freeExpansion = 256 << 20
)

var (
	errSomethingElse = errors.New("the body is not what its Content-Encoding says")
	errExpands       = errors.New("the body expands beyond its limit")
)

// bulkText is the text of a body, decompressed.
type bulkText struct {
	coding coding
	body   *bulkBody
	from   io.Reader
	read   int64 // bytes of text so far
}

// Read decompresses what has come.
func (t *bulkText) Read(p []byte) (int, error) {
	n, err := t.from.Read(p)
	t.read += int64(n)
	if t.read > freeExpansion && t.read-freeExpansion > maxExpansion*t.body.read {
		return 0, errExpands
	}
	return n, err
}

// isSomethingElse reports whether an error means that the body is not compressed the way it says: it came before any text,
// and not because bytes are missing.
func (t *bulkText) isSomethingElse(err error) bool {
	return t.coding != codingNone && t.read == 0 && t.body.err == nil && !errors.Is(err, io.ErrUnexpectedEOF)
}

// notEncoded is the problem of such a body.
func notEncoded(c coding, err error) error {
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		return malformed("the window of the zstd body is larger than 8 MiB", err)
	}
	return malformed(fmt.Sprintf("the body is not %s, as its Content-Encoding says", c), err)
}

// broken says in which line the body could not be read further, and why.
func (t *bulkText) broken(err error, line int64) string {
	where := fmt.Sprintf("in line %d; the lines before it are kept", line)
	switch {
	case t.body.silent():
		return fmt.Sprintf("nothing came for %d s %s", int(silence.Seconds()), where)
	case t.body.err != nil:
		return "the body breaks off " + where
	case errors.Is(err, errExpands):
		return fmt.Sprintf("the body becomes more than %d times its size %s", maxExpansion, where)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the compressed body breaks off " + where
	}
	return "the compressed body is damaged " + where
}
