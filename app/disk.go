package app

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sys/unix"
)

// diskEvery is how often the room on the disk is looked at.
const diskEvery = 5 * time.Second

// disk watches how much room the files of the data folder have left. A disk that is full refuses writes and tears nothing,
// but people want to know before. The files are asked one by one: a folder may hold links to other disks.
type disk struct {
	minFree int64 // bytes; below it there is a warning; 0: never
	log     *slog.Logger
	files   []diskFile
	free    func(dir string) (int64, error)

	mu  sync.Mutex
	low map[string]int64 // what is free, of the files that have too little
}

// diskFile is a file of SQLite by the name that operators know it by.
type diskFile struct{ name, path string }

func newDisk(data string, files []string, minFree int64, log *slog.Logger) *disk {
	d := &disk{minFree: minFree, log: log, free: freeBytes, low: map[string]int64{}}
	for _, name := range files {
		d.files = append(d.files, diskFile{name, filepath.Join(data, name)})
	}
	return d
}

// watchDisk looks at the room that there is until the app stops.
func (a *App) watchDisk(ctx context.Context) error {
	files := a.options.Engines.files()
	if len(files) == 0 {
		return nil
	}
	a.disk = newDisk(a.options.Data, files, a.options.MinFree, a.log)
	a.background(ctx, "watch of the disk", a.disk.watch)
	return nil
}

// gauges are the room there is and the room that is taken, file by file.
func (d *disk) gauges(gauge gauging) {
	for _, f := range d.files {
		label := prometheus.Labels{"file": f.name}
		gauge("disk_free_bytes", "Room left on the disk of a file of the data folder", label, func() float64 {
			free, err := d.freeOf(f)
			if err != nil {
				return math.NaN() // 0 would be an alarm of its own
			}
			return float64(free)
		})
		gauge("file_bytes", "Size of a file of the data folder with the write-ahead log beside it", label,
			func() float64 { return float64(fileBytes(f.path)) })
	}
	gauge("disk_min_free_bytes", "Room below which /readyz warns", nil, func() float64 { return float64(d.minFree) })
}

// watch looks until ctx ends.
func (d *disk) watch(ctx context.Context) {
	ticker := time.NewTicker(diskEvery)
	defer ticker.Stop()
	for {
		d.look()
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// look finds out which files have little room, and says so in the log when that begins and when it ends.
func (d *disk) look() {
	for _, f := range d.files {
		free, err := d.freeOf(f)
		if err != nil {
			continue // a file that is not there yet, or a disk that is gone: whoever writes there says so
		}
		d.mu.Lock()
		_, was := d.low[f.name]
		low := free < d.minFree
		if delete(d.low, f.name); low {
			d.low[f.name] = free
		}
		d.mu.Unlock()
		switch {
		case low && !was:
			d.log.Warn("the disk has little room left", "file", f.name, "freeBytes", free, "minFreeBytes", d.minFree)
		case was && !low:
			d.log.Info("the disk has room again", "file", f.name, "freeBytes", free)
		}
	}
}

// warn reports the files that have little room left; a nil disk reports none.
func (d *disk) warn(report func(part, why string)) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.files {
		if free, low := d.low[f.name]; low {
			report(f.name, fmt.Sprintf("has %s left on its disk, less than the %s of --min-free; when it is full, writes are refused",
				size(free), size(d.minFree)))
		}
	}
}

// freeOf returns how much room the disk of a file has, of the file itself where its name is a link.
func (d *disk) freeOf(f diskFile) (int64, error) {
	path, err := filepath.EvalSymlinks(f.path)
	if err != nil {
		return 0, err
	}
	return d.free(filepath.Dir(path))
}

// freeBytes returns how much more this process may write on the disk that a folder is on.
func freeBytes(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("ask how much room there is in %q: %w", dir, err)
	}
	return int64(s.Bavail * uint64(s.Bsize)), nil
}

// fileBytes returns how large a file of SQLite is, with the write-ahead log beside it; 0 where there is none.
func fileBytes(path string) (sum int64) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return 0
	}
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
