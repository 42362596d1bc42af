package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Server is a process that was started to be measured.
type Server interface {
	// Addr returns host:port that it answers on, from when it was started; it need not be ready.
	Addr() string
	// PID returns the id of its process, whose processor time is asked of the system.
	PID() int
	// Stop ends it and waits until it has ended. Stopping twice is harmless.
	Stop() error
}

// Fleetbeat starts what is measured. Each server is a process of its own on a free port of this machine.
type Fleetbeat interface {
	// Serve serves a data folder. It returns when the server listens.
	Serve(ctx context.Context, data string) (Server, error)
	// ServeNothing serves, with the same limits on connections, a handler that answers 204 without reading.
	ServeNothing(ctx context.Context) (Server, error)
	// Rebuild folds the fleet view of a data folder anew, in this process, where scanning the log is measured too.
	Rebuild(ctx context.Context, data string) error
}

// Options say what is measured, how much of it and where.
type Options struct {
	Fleetbeat Fleetbeat
	Rows      []string // names; none means all
	Size      Size
	Dir       string    // in which a folder is made for the run; "" is the system's own for temporary files
	Progress  io.Writer // a line for each step, for whoever waits
	Version   string    // of what is measured
}

// Report is what a run came to.
type Report struct {
	Machine  Machine  `json:"machine"`
	Version  string   `json:"version"`
	At       string   `json:"at"` // RFC 3339, when the run began
	Vehicles int      `json:"vehicles"`
	Rounds   int      `json:"rounds"`
	Rows     []Result `json:"rows"`
	TookS    float64  `json:"tookSeconds"`
	Cut      bool     `json:"cut,omitzero"` // rows that were asked for are missing: the run was ended, or they could not be measured
}

// Result is a row of the table.
type Result struct {
	Name     string  `json:"name"`
	What     string  `json:"what"`
	Did      string  `json:"did"` // with what sizes, and what else was seen
	Unit     Unit    `json:"unit"`
	Measured Figure  `json:"measured"`
	Against  string  `json:"against,omitzero"` // what the floor is
	Floor    *Figure `json:"floor,omitzero"`
	Ratio    *Figure `json:"ratio,omitzero"`
	Want     Want    `json:"want"`
	Wanted   string  `json:"wanted,omitzero"` // Want in words
	Verdict  Verdict `json:"verdict"`
	Others   float64 `json:"others,omitzero"` // the share of the cores that other processes took meanwhile
}

// samples are what the rounds of a row measured, in its unit, and its floor, round by round.
type samples struct {
	measured, floor []float64
	vehicles        int     // of the fleet that it was measured with, where that matters
	others          float64 // the share of the cores that other processes took meanwhile
	did             string
}

// Run measures the rows that are asked for and returns what it came to, together with an error also where it was cut
// short or some rows could not be measured: the others are in the report. Whatever it started and wrote is gone when it returns. An error that is a
// domain.Error says what was asked wrongly.
func Run(ctx context.Context, o Options) (r Report, err error) {
	asked, err := choose(o.Rows)
	if err != nil {
		return Report{}, err
	}
	if err := o.Size.check(); err != nil {
		return Report{}, err
	}
	dir, err := os.MkdirTemp(o.Dir, "fleetbeat-bench-")
	if err != nil {
		return Report{}, fmt.Errorf("make a folder for the run: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	began := time.Now()
	s := &session{Options: o, dir: dir, asked: asked}
	r = Report{Version: o.Version, At: began.UTC().Format(time.RFC3339), Vehicles: o.Size.Vehicles, Rounds: o.Size.Rounds}
	defer func() { r.TookS = time.Since(began).Seconds() }()
	if err := s.checkRoom(); err != nil {
		return r, err
	}
	if r.Machine, err = machineOf(dir); err != nil {
		return r, err
	}
	s.sayMachine(r.Machine)
	var failed []error // of one group; the others can be measured all the same
	for _, g := range groups() {
		if !s.wants(g.rows) {
			continue
		}
		results, err := s.measure(ctx, g)
		r.Rows = append(r.Rows, results...)
		if err == nil {
			continue
		}
		r.Cut = true
		failed = append(failed, fmt.Errorf("measure %s: %w", g.name, err))
		if ctx.Err() != nil {
			break
		}
	}
	return r, errors.Join(failed...)
}

// session is one run.
type session struct {
	Options
	dir   string
	asked []string
}

func (s *session) wants(rows []Row) bool {
	return slices.ContainsFunc(rows, func(r Row) bool { return s.asksFor(r.Name) })
}

func (s *session) asksFor(name string) bool { return slices.Contains(s.asked, name) }

func (s *session) say(format string, values ...any) {
	if s.Progress != nil {
		fmt.Fprintf(s.Progress, format+"\n", values...)
	}
}

// dataFolder is the folder of a group's server or log.
const dataFolder = "data"

// folder makes the folder of a group. It is gone when the group is measured, or the disk would have to hold all of them.
func (s *session) folder() (string, error) {
	dir := filepath.Join(s.dir, dataFolder)
	if err := os.Mkdir(dir, 0o750); err != nil {
		return "", fmt.Errorf("make a folder for the run: %w", err)
	}
	return dir, nil
}

func (s *session) removeFolders() error {
	if err := os.RemoveAll(filepath.Join(s.dir, dataFolder)); err != nil {
		return fmt.Errorf("remove what was measured with: %w", err)
	}
	return nil
}

// measure measures a group and judges its rows, in the order of the table.
func (s *session) measure(ctx context.Context, g group) (results []Result, err error) {
	began, share := time.Now(), others()
	s.say("%s …", g.name)
	measured, err := g.measure(ctx, s)
	theirs := share()
	err = errors.Join(err, s.removeFolders())
	for _, row := range g.rows {
		if m, ok := measured[row.Name]; ok && s.asksFor(row.Name) && len(m.measured) > 0 {
			m.others = theirs
			results = append(results, row.judge(m))
		}
	}
	if err == nil {
		s.say("%s: %.0f s%s", g.name, time.Since(began).Seconds(), othersText(theirs))
	}
	return results, err
}

// judge makes a line of the table of what was measured.
func (r Row) judge(m samples) Result {
	out := Result{
		Name: r.Name, What: r.What, Did: m.did, Unit: r.Unit, Measured: figureOf(m.measured), Want: r.Want, Wanted: r.Want.Text(r.Unit), Others: m.others,
	}
	if len(m.floor) > 0 {
		floor, ratio := figureOf(m.floor), figureOf(ratios(m.measured, m.floor))
		out.Against, out.Floor, out.Ratio = r.Against, &floor, &ratio
	}
	others := m.others
	if r.Unit == Bytes { // memory is what it is, whoever has the cores
		others = 0
	}
	out.Verdict = r.Want.judge(out.Measured, out.Ratio, m.vehicles, others)
	return out
}
