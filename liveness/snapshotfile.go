package liveness

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"fleetbeat/domain"
)

// FileSnapshots keeps snapshots as files in a folder, one a key. A file can be deleted at any time: the log is folded anew.
type FileSnapshots struct{ Dir string }

// Load returns the blob under key, or nil where there is none.
func (f FileSnapshots) Load(_ context.Context, key string) ([]byte, error) {
	blob, err := os.ReadFile(f.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read snapshot %q: %w", key, err)
	}
	return blob, nil
}

// Save writes the blob beside the old one and puts it in its place when it is on disk. The position is in the blob.
func (f FileSnapshots) Save(_ context.Context, key string, _ domain.Position, blob []byte) error {
	if err := f.replace(f.path(key), blob); err != nil {
		return fmt.Errorf("write snapshot %q: %w", key, err)
	}
	return nil
}

func (f FileSnapshots) path(key string) string { return filepath.Join(f.Dir, key+".snapshot") }

func (f FileSnapshots) replace(path string, blob []byte) error {
	file, err := os.CreateTemp(f.Dir, filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = file.Write(blob)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
