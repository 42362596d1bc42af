package esdbtest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"
)

// journal is the log on disk: frames of one append each, a length and a checksum before it. Frames are gathered while appends
// are decided and written and synced as one, before any of them is answered or seen.
type journal struct {
	file  *os.File
	frame []byte // of the operation that is under way
	batch []byte // whole frames that are not written yet
}

// Kinds of frames.
const (
	frameRecords  = 'r' // the records of one operation
	frameScavenge = 's' // the moment of a scavenge: what it removed follows from what lies before
)

const (
	frameHeader  = 8        // length and checksum, 4 bytes each
	maxFrameSize = 16 << 20 // beyond it a length is not one
)

// journalMagic begins the file, so that nothing else is taken for one with a torn end and cut off.
const journalMagic = "esdbtest journal 1\n"

var errTorn = errors.New("torn frame")

// record adds a record to the operation that is under way.
func (j *journal) record(r *record) {
	if len(j.frame) == 0 {
		j.frame = append(j.frame, frameRecords)
	}
	b := append(j.frame, r.id[:]...)
	b = binary.AppendVarint(b, r.revision)
	b = binary.AppendVarint(b, r.created.UnixNano())
	for _, field := range [][]byte{[]byte(r.stream), []byte(r.eventType), []byte(r.contentType), r.data, r.metadata} {
		b = binary.AppendUvarint(b, uint64(len(field)))
		b = append(b, field...)
	}
	j.frame = b
}

// scavenge notes that a scavenge took place.
func (j *journal) scavenge(at time.Time) {
	j.frame = binary.AppendVarint(append(j.frame, frameScavenge), at.UnixNano())
}

// close ends the operation that is under way.
func (j *journal) close() {
	if len(j.frame) == 0 {
		return
	}
	j.batch = binary.LittleEndian.AppendUint32(j.batch, uint32(len(j.frame)))
	j.batch = binary.LittleEndian.AppendUint32(j.batch, crc32.ChecksumIEEE(j.frame))
	j.batch = append(j.batch, j.frame...)
	j.frame = j.frame[:0]
}

// flush makes what was gathered durable.
func (j *journal) flush() error {
	if len(j.batch) == 0 {
		return nil
	}
	if _, err := j.file.Write(j.batch); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	j.batch = j.batch[:0]
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("sync the journal: %w", err)
	}
	return nil
}

// openJournal replays the file at path into b, cuts off a torn tail and returns the journal to go on with, and how many bytes were cut.
func openJournal(path string, b *book) (j *journal, cut int64, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("open the journal: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close())
		}
	}()
	begun, err := begin(file)
	if err != nil {
		return nil, 0, fmt.Errorf("begin the journal: %w", err)
	}
	good, err := replay(bufio.NewReaderSize(file, 1<<20), b)
	good += begun
	if err != nil && !errors.Is(err, errTorn) {
		return nil, 0, fmt.Errorf("read the journal: %w", err)
	}
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, fmt.Errorf("read the journal: %w", err)
	}
	if err := file.Truncate(good); err != nil {
		return nil, 0, fmt.Errorf("cut the journal: %w", err)
	}
	if _, err := file.Seek(good, io.SeekStart); err != nil {
		return nil, 0, fmt.Errorf("cut the journal: %w", err)
	}
	return &journal{file: file}, end - good, nil
}

// begin reads the first line of the file, or writes it where there is less than that, and returns where frames begin.
func begin(file *os.File) (int64, error) {
	line := make([]byte, len(journalMagic))
	n, err := io.ReadFull(file, line)
	switch {
	case err != nil && !errors.Is(torn(err), errTorn):
		return 0, err
	case string(line[:n]) == journalMagic:
		return int64(n), nil
	case string(line[:n]) != journalMagic[:n]:
		return 0, errors.New("the file is something else")
	}
	if _, err := file.WriteAt([]byte(journalMagic), 0); err != nil {
		return 0, err
	}
	at, err := file.Seek(0, io.SeekEnd)
	return at, errors.Join(err, file.Sync())
}

// replay applies frames until the end, or the first that is not whole, and returns where that was.
func replay(from io.Reader, b *book) (good int64, err error) {
	header := make([]byte, frameHeader)
	for {
		if _, err := io.ReadFull(from, header); errors.Is(err, io.EOF) {
			return good, nil
		} else if err != nil {
			return good, torn(err)
		}
		size := binary.LittleEndian.Uint32(header)
		if size == 0 || size > maxFrameSize {
			return good, errTorn
		}
		frame := make([]byte, size)
		if _, err := io.ReadFull(from, frame); err != nil {
			return good, torn(err)
		}
		if crc32.ChecksumIEEE(frame) != binary.LittleEndian.Uint32(header[4:]) {
			return good, errTorn
		}
		if err := b.apply(frame); err != nil {
			return good, err
		}
		good += frameHeader + int64(size)
	}
}

// torn tells an end in the middle from a disk that cannot be read: what cannot be read must not be cut off.
func torn(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errTorn
	}
	return err
}

// apply does again what a frame says was done.
func (b *book) apply(frame []byte) error {
	kind, rest := frame[0], reader{frame[1:], nil}
	switch kind {
	case frameScavenge:
		at := rest.varint()
		if rest.err == nil {
			b.scavengeAt(time.Unix(0, at))
		}
		return rest.err
	case frameRecords:
		for len(rest.bytes) > 0 && rest.err == nil {
			if r := rest.record(); rest.err == nil {
				b.place(r)
			}
		}
		return rest.err
	}
	return fmt.Errorf("frame of unknown kind %q: written by another version", kind)
}

// reader takes a frame apart; err is its first failure.
type reader struct {
	bytes []byte
	err   error
}

var errFrame = errors.New("frame with a good checksum that makes no sense")

func (r *reader) record() *record {
	var e record
	if len(r.bytes) < len(uuid.UUID{}) {
		r.err = errFrame
		return nil
	}
	r.bytes = r.bytes[copy(e.id[:], r.bytes):]
	e.revision = r.varint()
	e.created = time.Unix(0, r.varint())
	e.stream, e.eventType, e.contentType = string(r.field()), string(r.field()), string(r.field())
	e.data, e.metadata = r.field(), r.field()
	return &e
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.bytes)
	if n <= 0 {
		r.err = errFrame
		return 0
	}
	r.bytes = r.bytes[n:]
	return v
}

func (r *reader) field() []byte {
	size, n := binary.Uvarint(r.bytes)
	if n <= 0 || size > uint64(len(r.bytes)-n) {
		r.err = errFrame
		return nil
	}
	field := r.bytes[n : n+int(size) : n+int(size)]
	r.bytes = r.bytes[n+int(size):]
	return field
}

// turns lets operations that wait together share one sync of the journal.
type turns struct {
	mu      sync.Mutex
	waiting []*turn
	leader  sync.Mutex // held by whoever does the work of all who wait
}

type turn struct {
	do   func()
	done bool
	err  error
}

// change runs f with the lock, alone, and returns when what it wrote is durable; nobody sees it before. The error says that it may
// not be durable: then the server answers nothing any more, as a restart may find more or less than it showed.
func (b *book) change(f func()) error {
	t := &turn{do: f}
	b.turns.mu.Lock()
	b.turns.waiting = append(b.turns.waiting, t)
	b.turns.mu.Unlock()
	b.turns.leader.Lock()
	defer b.turns.leader.Unlock()
	if t.done { // by a leader before us
		return t.err
	}
	b.turns.mu.Lock()
	all := b.turns.waiting
	b.turns.waiting = nil
	b.turns.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	grown := len(b.places)
	for _, t := range all {
		if t.done = true; b.broken == nil {
			t.do()
			if b.journal != nil {
				b.journal.close()
			}
		}
	}
	if b.journal != nil && b.broken == nil {
		b.broken = b.journal.flush()
	}
	for _, t := range all {
		t.err = b.broken
	}
	if b.broken == nil && len(b.places) > grown {
		b.announce()
	}
	return b.broken
}

// close closes the journal; what comes later is refused.
func (b *book) close() error {
	b.turns.leader.Lock()
	defer b.turns.leader.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.journal == nil {
		return nil
	}
	if b.broken == nil {
		b.broken = errors.New("the log is closed")
	}
	file := b.journal.file
	b.journal = nil
	return file.Close()
}
