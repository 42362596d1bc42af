package ingest

import (
	"time"

	"golang.org/x/sys/unix"
)

// systemBoot returns a reader of the time since the machine was started, sleep included, or nil where the kernel has
// none. Go's own monotonic time stands still while a Linux machine sleeps.
func systemBoot() func() time.Duration {
	var probe unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &probe) != nil {
		return nil
	}
	return func() time.Duration {
		var t unix.Timespec
		if unix.ClockGettime(unix.CLOCK_BOOTTIME, &t) != nil {
			return 0
		}
		return time.Duration(t.Nano())
	}
}
