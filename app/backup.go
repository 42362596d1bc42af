package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/projections"
)

// What a backup or a restore refuses to do.
var (
	// ErrExists is a backup to a name that is taken.
	ErrExists = errors.New("there is a file of this name already")
	// ErrNotEmpty is a restore into a folder that has something in it.
	ErrNotEmpty = errors.New("the folder is not empty; a log is restored into a new one")
	// ErrNotALog is a file that has no id of a log in it.
	ErrNotALog = errors.New("it is no event log")
)

// CopyOptions says how a log is copied, and who is told how far it has come; zero fields mean the disk's pace and nobody.
type CopyOptions = sqlite.CopyOptions

// Copied is the log that a backup or a restore has copied and checked.
type Copied struct {
	LogID string
	sqlite.Contents
}

// Backup copies the event log of a data folder, as it is at this moment, to a new file, also while a server writes it.
// Everything that a server acknowledged before the call is in the copy. Views and snapshots are not: they are folded from
// the log.
func Backup(ctx context.Context, data, to string, o CopyOptions) (Copied, error) {
	from := filepath.Join(data, eventsFile)
	if err := room(from, filepath.Dir(to)); err != nil {
		return Copied{}, fmt.Errorf("back up %q: %w", data, err)
	}
	return copyLog(ctx, from, to, o)
}

// Restore copies a log to a data folder that is empty or not there. The next server of that folder folds its views anew.
func Restore(ctx context.Context, from, data string, o CopyOptions) (c Copied, err error) {
	step := func(err error) error { return fmt.Errorf("restore to %q: %w", data, err) }
	if _, err := os.Stat(from); err != nil { // before a folder is made for it
		return c, step(err)
	}
	made, err := emptyFolder(data)
	if err != nil {
		return c, step(err)
	}
	lock, err := lockFolder(data) // nobody may begin a log there meanwhile
	if err != nil {
		return c, step(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(lock.Name()))
			if made {
				err = errors.Join(err, os.Remove(data))
			}
		}
		err = errors.Join(err, lock.Close())
	}()
	if err := room(from, data); err != nil {
		return c, step(err)
	}
	return copyLog(ctx, from, filepath.Join(data, eventsFile), o)
}

func copyLog(ctx context.Context, from, to string, o CopyOptions) (c Copied, err error) {
	if c.Contents, err = sqlite.Copy(ctx, from, to, o); err != nil {
		if errors.Is(err, fs.ErrExist) {
			err = fmt.Errorf("%q: %w", to, ErrExists)
		}
		return Copied{}, err
	}
	c.LogID, err = logIDOf(ctx, to)
	if err == nil && c.LogID == "" {
		err = fmt.Errorf("%q: %w", from, ErrNotALog)
	}
	if err != nil {
		return Copied{}, errors.Join(err, os.Remove(to))
	}
	return c, nil
}

func logIDOf(ctx context.Context, path string) (id string, err error) {
	log, err := sqlite.Open(path, sqlite.Options{ReadOnly: true, Poll: -1})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	return projections.LogID(ctx, log)
}

// emptyFolder makes a folder, or finds it empty but for what a restore that was killed left behind, which it removes. It
// reports whether it was made.
func emptyFolder(dir string) (made bool, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, os.MkdirAll(dir, 0o750)
	}
	if err != nil {
		return false, err
	}
	var left []string
	for _, e := range entries {
		name := e.Name()
		half := strings.HasPrefix(name, eventsFile+".") && strings.HasSuffix(name, ".partial")
		if name != lockFile && !half {
			return false, fmt.Errorf("%w: %q is in it", ErrNotEmpty, name)
		}
		if half {
			left = append(left, filepath.Join(dir, name))
		}
	}
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return false, err
}

// room returns an error where a folder's disk has less room than a file needs: better now than after an hour of copying.
func room(file, dir string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	free, err := freeBytes(dir)
	if err != nil {
		return err
	}
	if need := info.Size(); free < need {
		return fmt.Errorf("%s are needed and %s are free: %w", size(need), size(free), eventstore.ErrFull)
	}
	return nil
}
