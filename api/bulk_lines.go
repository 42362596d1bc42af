package api

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"fleetbeat/domain"
)

// maxLine is the most bytes of a line, its end apart.
const maxLine = 64 << 10

var errLongLine = errors.New("the line is too long")

// lineReader cuts a text into lines. The buffer of in holds a line of maxLine bytes with its end and a byte-order mark.
type lineReader struct {
	in     *bufio.Reader
	number int64 // of the line that next returned, from 1
}

// next returns the next line without its end, until next is called again; a line of nothing but space is empty. The
// error is errLongLine for a line that was skipped, io.EOF after the last one, or why the text could not be read further:
// what was read of a line that breaks off goes nowhere, half a heartbeat is none.
func (l *lineReader) next() ([]byte, error) {
	line, err := l.in.ReadSlice('\n')
	l.number++
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, l.skip()
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
		return nil, err
	}
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	if l.number == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	if len(line) > maxLine {
		return nil, errLongLine
	}
	if len(bytes.Trim(line, " \t\r")) == 0 {
		return nil, nil
	}
	return line, nil
}

// skip goes to the end of a line that is longer than the buffer.
func (l *lineReader) skip() error {
	for {
		if _, err := l.in.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			return errLongLine
		}
	}
}

// lineDecoder reads heartbeats from lines, one at a time.
type lineDecoder struct {
	line     HeartbeatLine
	readings map[string]float64 // to be used again
}

// keptReadings is how many readings a map may have had to be used again: a map never becomes smaller.
const keptReadings = 16

// decode reads the heartbeat in a line. Its readings are the caller's until he calls reuse. The command checks the rest of
// what it says, but not how many readings there are: that must be known before it is kept.
func (d *lineDecoder) decode(line []byte) (domain.Heartbeat, error) {
	if d.readings == nil {
		d.readings = map[string]float64{}
	}
	clear(d.readings)
	d.line = HeartbeatLine{NewHeartbeat: NewHeartbeat{Readings: d.readings}}
	if err := decodeOf("line", line, &d.line); err != nil {
		d.drop()
		return domain.Heartbeat{}, err
	}
	if d.line.VIN == "" {
		return domain.Heartbeat{}, domain.InvalidField("vin", "is missing")
	}
	h, err := d.line.of(d.line.VIN)
	switch {
	case err != nil:
		return h, err
	case len(h.Readings) > domain.MaxReadings:
		err = h.Check()
		d.drop()
		return h, err
	case len(h.Readings) == 0:
		h.Readings = nil
	default:
		d.readings = nil // it is in h
	}
	return h, nil
}

// reuse gives the decoder a map of readings that nobody needs any more.
func (d *lineDecoder) reuse(readings map[string]float64) {
	if d.readings == nil && len(readings) <= keptReadings {
		d.readings = readings
	}
}

// drop lets a map go that may have become large.
func (d *lineDecoder) drop() {
	if len(d.readings) > keptReadings {
		d.readings = nil
	}
}
