package app

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// freeBytes returns how much more this process may write on the disk that a folder is on.
func freeBytes(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("ask how much room there is in %q: %w", dir, err)
	}
	return int64(min(s.Bavail, 1<<62/uint64(s.Bsize))) * int64(s.Bsize), nil
}

// fileBytes returns how large a file of SQLite is, with the write-ahead log beside it; 0 where there is none.
func fileBytes(path string) (sum int64) {
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(path + suffix); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

// size returns a number of bytes for people.
func size(n int64) string {
	for _, u := range []struct {
		name  string
		bytes int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= u.bytes {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(u.bytes), u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
