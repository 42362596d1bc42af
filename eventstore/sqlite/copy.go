package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"fleetbeat/eventstore"
	file "fleetbeat/internal/sqlite"
)

// CopyOptions says how a log is copied. The zero CopyOptions copy it as fast as the disk goes.
type CopyOptions struct {
	// Rate is how many bytes are copied a second at most; 0 means as many as can be.
	Rate int64
	// Compact leaves out the room that expired events have left. It is done in one go: Rate and Copied then mean nothing.
	Compact bool
	// Copied is told how many bytes of how many are copied, Checked how many events of the copy have been read; nil means
	// that nobody is.
	Copied  func(done, total int64)
	Checked func(events int64)
}

// Contents says what a log holds.
type Contents struct {
	Events int64
	Head   eventstore.Position
	Bytes  int64 // of the file
}

// Copy copies the log at from, as it is at one moment, to a new file at to, reads the whole copy and only then gives it
// its name: a file that has it is whole. A server may write from meanwhile and is not held up. A file that is there
// already is fs.ErrExist and stays as it is; after an error nothing new is there.
func Copy(ctx context.Context, from, to string, o CopyOptions) (c Contents, err error) {
	step := func(err error) error { return fmt.Errorf("copy %q to %q: %w", from, to, err) }
	if err := absent(to); err != nil {
		return c, step(err)
	}
	part, err := partName(to)
	if err != nil {
		return c, step(err)
	}
	options := file.CopyOptions{ApplicationID: applicationID, Migrations: migrations(), Rate: o.Rate, Compact: o.Compact, Report: o.Copied}
	if err := file.Copy(ctx, from, part, options); err != nil {
		return c, step(copyError(err))
	}
	if c, err = check(ctx, part, o.Checked); err == nil {
		err = publish(part, to)
	}
	if err != nil {
		return Contents{}, step(errors.Join(err, os.Remove(part)))
	}
	return c, nil
}

// copyError tells a log that is not one, and a disk that is full, from what else may go wrong.
func copyError(err error) error {
	switch {
	case errors.Is(err, file.ErrForeign), errors.Is(err, file.ErrNewer), errors.Is(err, fs.ErrNotExist):
		return openError(err)
	case file.IsFull(err):
		return fmt.Errorf("%w: %w", eventstore.ErrFull, err)
	case file.Classify(err) == file.Corrupt:
		return fmt.Errorf("%w: %w", eventstore.ErrCorrupt, err)
	}
	return err
}

// absent returns fs.ErrExist where something has the name already.
func absent(path string) error {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return fs.ErrExist
	case errors.Is(err, fs.ErrNotExist):
		return nil
	default:
		return err
	}
}

// partName returns a name beside path that nobody has: what a killed copy leaves behind is in nobody's way.
func partName(path string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.partial")
	if err != nil {
		return "", err
	}
	return f.Name(), errors.Join(f.Close(), os.Remove(f.Name()))
}

// publish gives a whole file its name, for good.
func publish(part, path string) error {
	if err := absent(path); err != nil { // somebody was faster
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// check reads the whole log at path.
func check(ctx context.Context, path string, report func(events int64)) (c Contents, err error) {
	s, err := Open(path, Options{ReadOnly: true, Poll: -1})
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.db.Check(ctx); err != nil {
		return c, fault("check the file", err)
	}
	for page, err := range s.ReadAll(ctx, eventstore.Position{}) {
		if err != nil {
			return c, err
		}
		for r, err := range page.Events() {
			if err != nil {
				return c, err
			}
			if !c.Head.Before(r.Position) {
				return c, fmt.Errorf("event %d of %q at %s comes after %s: %w", r.Revision, r.Stream, r.Position, c.Head, eventstore.ErrCorrupt)
			}
			c.Events, c.Head = c.Events+1, r.Position
		}
		if report != nil {
			report(c.Events)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return c, err
	}
	c.Bytes = info.Size()
	return c, nil
}
