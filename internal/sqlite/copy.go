package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

const (
	// copyPages is how many pages are copied at a time: what a copy that is told to stop still does.
	copyPages = 256
	// copySync is after how many bytes the copy is put on the disk. Left to the end, it would all be written at once, and
	// every commit on that disk would wait for it.
	copySync = 16 << 20
)

// CopyOptions says how a file is copied.
type CopyOptions struct {
	// ApplicationID and Migrations are as in Options: a file that is not of this kind, or is newer, is refused.
	ApplicationID int32
	Migrations    []string
	// Rate is how many bytes are copied a second at most; 0 means as many as can be.
	Rate int64
	// Compact leaves out the pages that nothing is on: the copy is as small as can be. It is made in one go, without Rate
	// and Report, and takes the processor longer.
	Compact bool
	// Report is told how many bytes of how many are copied; nil means nobody is.
	Report func(done, total int64)
}

// Copy copies the file at from, as it is at one moment, into a new file at to, and returns when that is on disk. Whoever
// writes from meanwhile is not held up; its write-ahead log grows as long as the copy takes. The copy is one file, with
// nothing beside it. What is at to already is an error; after an error nothing is left there.
func Copy(ctx context.Context, from, to string, o CopyOptions) (err error) {
	if _, err := os.Stat(from); err != nil { // SQLite would only say that it cannot open it
		return err
	}
	src, err := connect(from, Options{Synchronous: Normal, CacheSize: 1 << 20, PageSize: 4096}, sqlite.OpenReadOnly)
	if err != nil {
		return fmt.Errorf("open %q: %w", from, err)
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, file.Close()); err != nil {
			err = errors.Join(err, os.Remove(to))
		}
	}()
	if err := inspect(src, Options{ApplicationID: o.ApplicationID, Migrations: o.Migrations}); err != nil {
		return fmt.Errorf("open %q: %w", from, err)
	}
	if o.Compact {
		err = compactInto(ctx, src, to)
	} else {
		// The transaction is held over all steps: it is what makes them one moment, and keeps a writer from starting them over.
		err = transaction(src, "BEGIN", func() error { return copyInto(ctx, src, file, o) })
	}
	if err != nil {
		return err
	}
	if err := seal(to); err != nil {
		return fmt.Errorf("finish %q: %w", to, err)
	}
	return file.Sync()
}

// compactInto writes what there is into an empty file.
func compactInto(ctx context.Context, src *sqlite.Conn, to string) error {
	src.SetInterrupt(ctx.Done())
	defer src.SetInterrupt(nil)
	err := sqlitex.ExecuteTransient(src, "VACUUM INTO ?1", &sqlitex.ExecOptions{Args: []any{to}})
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	return err
}

// copyInto copies all pages into an empty file.
func copyInto(ctx context.Context, src *sqlite.Conn, file *os.File, o CopyOptions) (err error) {
	size, err := number(src, "PRAGMA page_size")
	if err != nil {
		return err
	}
	dst, err := sqlite.OpenConn(file.Name(), sqlite.OpenReadWrite)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	for _, pragma := range []string{"PRAGMA synchronous = OFF", "PRAGMA journal_mode = MEMORY"} {
		if err := sqlitex.ExecuteTransient(dst, pragma, nil); err != nil {
			return fmt.Errorf("%s: %w", pragma, err)
		}
	}
	if _, err := number(src, "SELECT count(*) FROM sqlite_master"); err != nil { // from here on src sees one moment
		return err
	}
	b, err := sqlite.NewBackup(dst, "main", src, "main")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	began, synced := time.Now(), int64(0)
	for more := true; more; {
		if more, err = b.Step(copyPages); err != nil {
			return err
		}
		total := int64(b.PageCount()) * size
		done := total - int64(b.Remaining())*size
		if o.Report != nil {
			o.Report(done, total)
		}
		if done-synced >= copySync {
			if err := file.Sync(); err != nil {
				return err
			}
			synced = done
		}
		if err := pace(ctx, began, done, o.Rate); err != nil {
			return err
		}
	}
	return nil
}

// pace waits until so many bytes may have been copied since a moment.
func pace(ctx context.Context, began time.Time, done, rate int64) error {
	if rate <= 0 {
		return ctx.Err()
	}
	due := time.Duration(float64(done) / float64(rate) * float64(time.Second))
	timer := time.NewTimer(time.Until(began.Add(due)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// seal takes a copy out of write-ahead mode, which it has from its original: only so is it one file that can be read where
// nothing can be written beside it.
func seal(path string) (err error) {
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	mode, err := text(conn, "PRAGMA journal_mode = DELETE")
	if err == nil && mode != "delete" {
		err = fmt.Errorf("journal mode is %q", mode)
	}
	return err
}

// Check reads the whole file and returns the first thing by which it is not what SQLite once wrote; Classify then says
// Corrupt.
func (db *DB) Check(ctx context.Context) error {
	return db.Read(ctx, func(conn *sqlite.Conn) error {
		conn.SetInterrupt(ctx.Done())
		defer conn.SetInterrupt(nil)
		found, err := text(conn, "PRAGMA quick_check(1)")
		if err == nil && found != "ok" {
			err = &damage{found}
		}
		return errors.Join(ctx.Err(), err)
	})
}

// damage is what a check found. It is classified like the error that SQLite gives where it stumbles upon it.
type damage struct{ found string }

func (d *damage) Error() string { return "file damaged: " + d.found }
