package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is the unit in which the kernel tells processor time: every Linux says 100 of them are a second.
const tick = 10 * time.Millisecond

// processorsOf begins to measure how long processes work; what it returns tells, 0 where the system does not.
func processorsOf(pids ...int) (worked func() time.Duration) {
	before, _ := processorTime(pids...)
	return func() time.Duration {
		after, ok := processorTime(pids...)
		if !ok {
			return 0
		}
		return after - before
	}
}

// byProcessorTime says a ratio by processor time, which says more than requests a second where the machine has other work;
// "" of no rounds.
func byProcessorTime(rounds []float64) string {
	if len(rounds) == 0 {
		return ""
	}
	return fmt.Sprintf("; by processor time %.2f of the floor", figureOf(rounds).Median)
}

// processorTime returns how long processes have worked, on all cores together; false where the system does not tell.
func processorTime(pids ...int) (worked time.Duration, ok bool) {
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return 0, false
		}
		d, ok := workedIn(stat)
		if !ok {
			return 0, false
		}
		worked += d
	}
	return worked, true
}

// workedIn reads /proc/<pid>/stat: the 14th and 15th field are the time in the program and in the kernel for it. The second
// is a name in parentheses, which may hold spaces.
func workedIn(stat []byte) (time.Duration, bool) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, false
	}
	user, err1 := strconv.ParseInt(string(fields[11]), 10, 64)
	system, err2 := strconv.ParseInt(string(fields[12]), 10, 64)
	return time.Duration(user+system) * tick, err1 == nil && err2 == nil
}
