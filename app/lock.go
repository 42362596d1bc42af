package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// ErrDataInUse says that another process serves the data folder.
var ErrDataInUse = errors.New("the data folder is in use by another fleetbeat")

// lockFile is what a process that has the folder holds open.
const lockFile = "lock"

// lockFolder makes a folder if it is not there and takes it for this process alone, for as long as the file it returns is
// open: the lock dies with the process, however that ends. Two processes on one folder would both be node "local" and
// both decide who is connected.
func lockFolder(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, errors.Join(fmt.Errorf("%q: %w", dir, ErrDataInUse), file.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the data folder: %w", err), file.Close())
	}
	return file, nil
}
