package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// busyWithOthers is the share of the cores that others may take before what was missed is called noise.
const busyWithOthers = 0.2

// workload is what the cores have done so far: in all, for this run, and what they could have done.
type workload struct {
	busy, ours, possible time.Duration
}

// workloadSoFar returns false where the system does not tell. Children count once they have ended.
func workloadSoFar() (w workload, ok bool) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return w, false
	}
	if w.busy, w.possible, ok = coresIn(string(stat)); !ok {
		return w, false
	}
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var usage unix.Rusage
		if err := unix.Getrusage(who, &usage); err != nil {
			return w, false
		}
		w.ours += time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	return w, true
}

// coresIn reads the first line of /proc/stat: the time of all cores in user, nice, system, idle, iowait, irq, softirq and
// steal.
func coresIn(stat string) (busy, possible time.Duration, ok bool) {
	line, _, _ := strings.Cut(stat, "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, 0, false
	}
	for i, field := range fields[1:9] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, 0, false
		}
		possible += time.Duration(n) * tick
		if i != 3 && i != 4 {
			busy += time.Duration(n) * tick
		}
	}
	return busy, possible, true
}

// others begins to measure what other processes do; what it returns tells which share of the cores they took, 0 where the
// system does not say.
func others() (share func() float64) {
	before, told := workloadSoFar()
	return func() float64 {
		after, ok := workloadSoFar()
		possible := after.possible - before.possible
		if !ok || !told || possible <= 0 {
			return 0
		}
		theirs := after.busy - before.busy - (after.ours - before.ours)
		return max(0, min(1, theirs.Seconds()/possible.Seconds()))
	}
}

// othersText says it, where it is worth saying.
func othersText(share float64) string {
	if share < 0.01 {
		return ""
	}
	return fmt.Sprintf("; other processes took %.0f %% of the cores", 100*share)
}
