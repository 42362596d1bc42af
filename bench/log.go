package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
)

// What the rows of the log are measured with.
const (
	logCallers = 8
	logEvents  = 500 // of an append
	logData    = 200 // bytes of an event
)

// measureLog compares the log with a bare file on the same disk.
func measureLog(ctx context.Context, s *session) (_ map[string]samples, err error) {
	data, err := s.folder()
	if err != nil {
		return nil, err
	}
	store, err := sqlite.Open(filepath.Join(data, "events.db"), sqlite.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	raw, err := os.Create(filepath.Join(data, "raw"))
	if err != nil {
		return nil, fmt.Errorf("make a file to compare with: %w", err)
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	l := &logBench{store: store, raw: raw, revisions: map[string]eventstore.Revision{}}
	found := map[string]samples{}
	for n := range s.Size.Rounds + 1 {
		for _, row := range []struct {
			name  string
			round func(ctx context.Context, appends int) (rate, floor float64, err error)
		}{{"append", l.many}, {"append-one", l.single}, {"scan", l.scan}} {
			rate, floor, err := row.round(ctx, s.Size.Appends)
			if err != nil {
				return found, err
			}
			if m := found[row.name]; n > 0 {
				m.measured, m.floor = append(m.measured, rate), append(m.floor, floor)
				m.did = fmt.Sprintf("%s appends a round", grouped(float64(s.Size.Appends)))
				if row.name == "scan" {
					m.did = fmt.Sprintf("%s events in the end", grouped(float64(l.scanned)))
				}
				found[row.name] = m
			}
		}
	}
	return found, nil
}

// logBench is a log and a bare file.
type logBench struct {
	store     *sqlite.Store
	raw       *os.File
	revisions map[string]eventstore.Revision
	ids       uint64
	scanned   int
}

// many appends by several callers, each to a stream of its own, and writes the same bytes to the file, a sync for each
// turn of all callers.
func (l *logBench) many(ctx context.Context, appends int) (rate, floor float64, err error) {
	turns := max(1, appends/logCallers)
	var spent time.Duration
	for range turns {
		took, err := l.append(ctx, logCallers, logEvents)
		if err != nil {
			return 0, 0, err
		}
		spent += took
	}
	bare, err := l.write(turns, logCallers, logEvents)
	events := float64(turns * logCallers * logEvents)
	return events / spent.Seconds(), events / bare.Seconds(), err
}

// single appends one event at a time.
func (l *logBench) single(ctx context.Context, appends int) (rate, floor float64, err error) {
	var spent time.Duration
	for range appends {
		took, err := l.append(ctx, 1, 1)
		if err != nil {
			return 0, 0, err
		}
		spent += took
	}
	bare, err := l.write(appends, 1, 1)
	return float64(appends) / spent.Seconds(), float64(appends) / bare.Seconds(), err
}

// append has callers append at the same time and returns how long the appends took.
func (l *logBench) append(ctx context.Context, callers, events int) (time.Duration, error) {
	batches := make([][]eventstore.Event, callers)
	for i := range batches {
		batches[i] = l.events(events)
	}
	group, ctx := errgroup.WithContext(ctx)
	ended := make([]eventstore.Revision, callers)
	began := time.Now()
	for i, batch := range batches {
		expected := l.end(stream(i))
		group.Go(func() error {
			appended, err := l.store.Append(ctx, stream(i), expected, batch...)
			ended[i] = appended.Revision
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	took := time.Since(began)
	for i, revision := range ended {
		l.revisions[stream(i)] = revision
	}
	return took, nil
}

func stream(caller int) string { return fmt.Sprint("caller-", caller) }

func (l *logBench) end(stream string) eventstore.Revision {
	if at, known := l.revisions[stream]; known {
		return at
	}
	return eventstore.NoStream
}

func (l *logBench) events(n int) []eventstore.Event {
	all := make([]eventstore.Event, n)
	data := make([]byte, logData)
	for i := range all {
		l.ids++
		var id uuid.UUID
		binary.BigEndian.PutUint64(id[8:], l.ids)
		all[i] = eventstore.Event{ID: id, Type: "heartbeats.recorded.v1", Data: data}
	}
	return all
}

// write writes what turns of appends hold to the file, a sync for each turn, and returns how long that took.
func (l *logBench) write(turns, callers, events int) (time.Duration, error) {
	body := eventstore.AppendBody(nil, l.events(events)...)
	began := time.Now()
	for range turns {
		for range callers {
			if _, err := l.raw.Write(body); err != nil {
				return 0, fmt.Errorf("write to a bare file: %w", err)
			}
		}
		if err := l.raw.Sync(); err != nil {
			return 0, fmt.Errorf("sync a bare file: %w", err)
		}
	}
	return time.Since(began), nil
}

// scan reads the log, and as many bytes from the file.
func (l *logBench) scan(ctx context.Context, _ int) (rate, floor float64, err error) {
	began := time.Now()
	if l.scanned, err = scan(ctx, l.store); err != nil {
		return 0, 0, err
	}
	rate = float64(l.scanned) / time.Since(began).Seconds()
	size := int64(0)
	for page, err := range l.store.ReadAll(ctx, eventstore.Position{}) {
		if err != nil {
			return 0, 0, err
		}
		size += int64(len(page.Bytes()))
	}
	info, err := l.raw.Stat()
	if err != nil {
		return 0, 0, fmt.Errorf("read a bare file: %w", err)
	}
	size = min(size, info.Size())
	buffer := make([]byte, eventstore.MaxPageBytes)
	began = time.Now()
	for at := int64(0); at < size; at += int64(len(buffer)) {
		if _, err := l.raw.ReadAt(buffer[:min(int64(len(buffer)), size-at)], at); err != nil {
			return 0, 0, fmt.Errorf("read a bare file: %w", err)
		}
	}
	return rate, float64(l.scanned) / max(time.Since(began).Seconds(), 1e-9), nil
}
