package bench

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// What the largest folder of a run takes, for each vehicle and in all, in bytes: log, views, snapshot, and what SQLite
// keeps beside them until it is folded in. Measured at a million vehicles, and doubled.
const (
	bytesAVehicle = 4 << 10
	bytesAtLeast  = 512 << 20
)

// tmpfs is the type of a file system that is in memory.
const tmpfs = 0x01021994

// needs returns how many bytes the rows that are asked for take on disk, the largest group of them.
func (s *session) needs() uint64 {
	vehicles := s.Size.Rebuilt
	if s.asksFor("page") || s.asksFor("counts") || s.asksFor("text") || s.asksFor("memory") {
		vehicles = max(vehicles, s.Size.Vehicles)
	}
	if s.asksFor("ping-visible") || s.asksFor("deadline-visible") {
		vehicles = max(vehicles, s.Size.Watched)
	}
	return bytesAtLeast + bytesAVehicle*uint64(vehicles)
}

// checkRoom says how much room is needed, and refuses to begin where it is not there: a full disk would end the run after
// minutes, and whatever else lives on that disk with it.
func (s *session) checkRoom() error {
	var fs unix.Statfs_t
	if err := unix.Statfs(s.dir, &fs); err != nil {
		return fmt.Errorf("ask for the room in %q: %w", s.dir, err)
	}
	free := fs.Bavail * uint64(fs.Bsize)
	need := s.needs()
	if free < need {
		return fmt.Errorf("%q has %s free and the run needs up to %s: choose another folder with --data, or fewer --vehicles", s.dir, gigabytes(free), gigabytes(need))
	}
	s.say("needs up to %s in %s, where %s are free; all of it is removed at the end", gigabytes(need), s.dir, gigabytes(free))
	return nil
}

func gigabytes(n uint64) string { return fmt.Sprintf("%.1f GB", float64(n)/1e9) }

// inMemory reports whether a folder is on no disk at all, so that syncing it costs nothing and means nothing.
func inMemory(dir string) bool {
	var fs unix.Statfs_t
	return unix.Statfs(dir, &fs) == nil && fs.Type == tmpfs
}

func (s *session) sayMachine(m Machine) {
	s.say("%s", m)
	s.say("the servers, what asks them and everything else on this machine share its cores")
}
