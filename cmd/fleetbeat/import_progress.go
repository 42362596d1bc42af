package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// progress draws how far a file is sent, and then how long the answer takes, in one line of a terminal. Where there is no
// terminal it draws nothing: in a file the line would be a thousand.
type progress struct {
	out  io.Writer // nil: nobody watches
	size int64     // -1: unknown
	stop chan struct{}
	done sync.WaitGroup

	mu    sync.Mutex
	sent  int64
	ended time.Time // when the last byte was read
}

func newProgress(out io.Writer, size int64) *progress {
	p := &progress{size: size, stop: make(chan struct{})}
	file, ok := out.(*os.File)
	if !ok {
		return p
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return p
	}
	p.out = out
	p.done.Go(p.draw)
	return p
}

// end takes the line away.
func (p *progress) end() {
	close(p.stop)
	p.done.Wait()
}

func (p *progress) draw() {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			fmt.Fprintf(p.out, "\r%-60s", p.line(now))
		case <-p.stop:
			fmt.Fprintf(p.out, "\r%s\r", strings.Repeat(" ", 60))
			return
		}
	}
}

// line says how far it is.
func (p *progress) line(now time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	const mebi = 1 << 20
	switch {
	case !p.ended.IsZero():
		return fmt.Sprintf("sent; being checked and stored for %d s", int(now.Sub(p.ended).Seconds()))
	case p.size > 0:
		return fmt.Sprintf("sending: %.1f of %.1f MiB", float64(p.sent)/mebi, float64(p.size)/mebi)
	}
	return fmt.Sprintf("sending: %.1f MiB", float64(p.sent)/mebi)
}

// reading returns a reader of the file that takes note of how far it is.
func (p *progress) reading(file io.Reader) io.Reader { return progressReader{p, file} }

type progressReader struct {
	p    *progress
	file io.Reader
}

// Read reads on.
func (r progressReader) Read(b []byte) (int, error) {
	n, err := r.file.Read(b)
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	r.p.sent += int64(n)
	if r.p.ended.IsZero() && (err != nil || r.p.sent == r.p.size) {
		r.p.ended = time.Now()
	}
	return n, err
}
