package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Machine is what the figures belong to. What the system does not tell is absent.
type Machine struct {
	CPU         string  `json:"cpu,omitzero"`
	Cores       int     `json:"cores"`
	MemoryBytes int64   `json:"memoryBytes,omitzero"`
	System      string  `json:"system"`
	Go          string  `json:"go"`
	Load        string  `json:"load,omitzero"` // how many processes wanted a core over the last minute, before the run
	SyncSeconds float64 `json:"syncSeconds"`   // the median of writing 4 KiB and syncing them
	InMemory    bool    `json:"inMemory,omitzero"`
}

// syncs is how many syncs the disk is measured by.
const syncs = 50

func machineOf(dir string) (Machine, error) {
	m := Machine{Cores: runtime.NumCPU(), Go: strings.TrimPrefix(runtime.Version(), "go"), System: runtime.GOOS + "/" + runtime.GOARCH}
	m.CPU = field("/proc/cpuinfo", "model name")
	if kib, err := strconv.ParseInt(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"), 10, 64); err == nil {
		m.MemoryBytes = kib << 10
	}
	var name unix.Utsname
	if err := unix.Uname(&name); err == nil {
		m.System = unix.ByteSliceToString(name.Sysname[:]) + " " + unix.ByteSliceToString(name.Release[:]) + ", " + runtime.GOARCH
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _, _ = strings.Cut(string(load), " ")
	}
	var err error
	if m.SyncSeconds, err = syncTime(dir); err != nil {
		return m, err
	}
	m.InMemory = inMemory(dir)
	return m, nil
}

// field returns the value after "name:" in a file of the kernel; "" where there is none.
func field(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "" // another system: it is left out
	}
	for line := range strings.Lines(string(text)) {
		key, value, found := strings.Cut(line, ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// syncTime returns the median time of making 4 KiB durable, which is what every batch waits for at least once.
func syncTime(dir string) (float64, error) {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, fmt.Errorf("measure the disk: %w", err)
	}
	took := make([]float64, syncs)
	block := make([]byte, 4096)
	for i := range took {
		began := time.Now()
		_, err = f.Write(block)
		if err == nil {
			err = f.Sync()
		}
		if err != nil {
			return 0, fmt.Errorf("measure the disk: %w", err)
		}
		took[i] = time.Since(began).Seconds()
	}
	slices.Sort(took)
	if err := f.Close(); err != nil {
		return 0, fmt.Errorf("measure the disk: %w", err)
	}
	return quantile(took, 0.5), os.Remove(f.Name())
}

// String says it in a line.
func (m Machine) String() string {
	parts := []string{fmt.Sprintf("%d cores", m.Cores)}
	if m.CPU != "" {
		parts = append([]string{m.CPU}, parts...)
	}
	if m.MemoryBytes > 0 {
		parts = append(parts, fmt.Sprintf("%.0f GiB", float64(m.MemoryBytes)/(1<<30)))
	}
	disk := "a synced write takes " + milliseconds(m.SyncSeconds)
	if m.InMemory {
		disk = "the folder is in memory, so nothing is synced to a disk"
	}
	parts = append(parts, m.System, "Go "+m.Go, disk)
	if m.Load != "" {
		parts = append(parts, "load before the run "+m.Load)
	}
	return strings.Join(parts, "; ")
}
