package truth

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/go-json-experiment/json"
)

// Writer writes a file. It may be used by many goroutines at once. The nil Writer keeps nothing.
type Writer struct {
	mu   sync.Mutex
	file io.WriteCloser
	out  *bufio.Writer
	err  error // the first
}

// Create makes a file, in place of one that is there, and writes its header.
func Create(path string, h Header) (*Writer, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("make the truth file: %w", err)
	}
	w := newWriter(file)
	h.Kind, h.Version = KindRun, Version
	w.write(h)
	return w, nil
}

// CanCreate returns what would keep [Create] from making a file. It leaves everything as it is.
func CanCreate(path string) error {
	_, missing := os.Stat(path)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return fmt.Errorf("make the truth file: %w", err)
	}
	err = file.Close()
	if errors.Is(missing, os.ErrNotExist) {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

func newWriter(file io.WriteCloser) *Writer {
	return &Writer{file: file, out: bufio.NewWriterSize(file, 1<<20)}
}

// Write adds a line. What goes wrong is told by Close.
func (w *Writer) Write(r *Record) {
	if w != nil {
		w.write(r)
	}
}

func (w *Writer) write(line any) {
	encoded, err := json.Marshal(line)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return
	}
	if w.err = err; err == nil {
		_, w.err = w.out.Write(append(encoded, '\n'))
	}
}

// Close completes the file. The error is the first of all that was written.
func (w *Writer) Close() error {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if flushed := w.out.Flush(); w.err == nil {
		w.err = flushed // else it is the same once more
	}
	if err := errors.Join(w.err, w.file.Close()); err != nil {
		return fmt.Errorf("write the truth file: %w", err)
	}
	return nil
}
