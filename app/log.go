package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
)

// openLog opens the event log, having taken the data folder if anything is in it, and gives a new log its id and settings.
func (a *App) openLog(ctx context.Context) error {
	o := a.options
	if o.Engines.embedded() {
		lock, err := lockFolder(o.Data)
		if err != nil {
			return err
		}
		a.running.push("data folder", func(context.Context) error { return lock.Close() })
	}
	var err error
	if a.store, err = OpenLog(o.Engines.Events, o.Data, true, sqlite.Options{Log: a.log}); err != nil {
		return err
	}
	a.running.push("event log", func(context.Context) error { return a.store.Close() })
	seed := o.settings()
	id, stored, err := a.ensureLog(ctx, seed)
	if err != nil {
		return err
	}
	if stored != seed {
		a.log.Warn("the log keeps its own timeout, change it by command", "intervalSeconds", stored.IntervalSeconds,
			"graceSeconds", stored.GraceSeconds, "ignoredIntervalSeconds", seed.IntervalSeconds, "ignoredGraceSeconds", seed.GraceSeconds)
	}
	a.logID = id
	return a.checkMaxAge(ctx)
}

// askAgain is how long a start waits before it asks a log again that did not answer.
const askAgain = time.Second

// ensureLog waits for a log that is elsewhere: engines and Fleetbeat may be started in any order.
func (a *App) ensureLog(ctx context.Context, seed domain.Settings) (id string, stored domain.Settings, err error) {
	for told := false; ; told = true {
		id, stored, err = commands.EnsureLog(ctx, a.store, seed, a.options.HeartbeatsMaxAge, domain.InstantOf(time.Now()))
		waits := errors.Is(err, eventstore.ErrUnavailable) || errors.Is(err, eventstore.ErrUnknownOutcome)
		if err == nil || !waits || a.options.Engines.Events.URL == "" {
			return id, stored, err
		}
		if !told {
			a.log.Warn("the event log does not answer, waiting for it", "error", err)
		}
		select {
		case <-time.After(askAgain):
		case <-ctx.Done():
			return "", domain.Settings{}, ctx.Err()
		}
	}
}

// checkMaxAge refuses to keep heartbeats for less long than before where somebody's timeout is too long for it. Whether
// timeouts fit the flag that was there before, the commands that set them have seen to. What a node before this one was
// told, only an embedded log knows.
func (a *App) checkMaxAge(ctx context.Context) error {
	if !a.options.Roles.Has(RoleAPI) {
		return nil
	}
	if file, ok := a.store.(*sqlite.Store); ok {
		before, err := file.MaxAge(ctx, domain.IngestStream(localNode))
		if err != nil || before > 0 && before <= a.options.HeartbeatsMaxAge {
			return err
		}
	}
	return commands.CheckMaxAge(ctx, a.store, a.options.HeartbeatsMaxAge)
}

const (
	// logEvery is how often a log that is elsewhere is asked whether it is there, and logAtMost how long it may take to
	// answer. Together they are less than the two seconds in which a node that is cut off must say so.
	logEvery  = 500 * time.Millisecond
	logAtMost = time.Second
)

// logWatch knows whether a log that is elsewhere answers: when it is asked, or by what it stores meanwhile. A log with much to
// do may let a question wait, and is not gone for that.
type logWatch struct {
	store  eventstore.Store
	mu     sync.Mutex
	stored time.Time // when it last stored something of this process
	err    error
}

// noteStored says that the log has just stored something; a nil watch takes no note.
func (w *logWatch) noteStored() {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stored = time.Now()
}

// watchLog asks the log until the app stops, where it is elsewhere.
func (a *App) watchLog(ctx context.Context) error {
	if a.options.Engines.Events.URL == "" {
		return nil
	}
	a.logWatch = &logWatch{store: a.store}
	a.background(ctx, "watch of the event log", a.logWatch.watch)
	return nil
}

func (w *logWatch) watch(ctx context.Context) {
	ticker := time.NewTicker(logEvery)
	defer ticker.Stop()
	for {
		w.look(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (w *logWatch) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, logAtMost)
	defer cancel()
	_, err := w.store.Head(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err = err; time.Since(w.stored) < logAtMost {
		w.err = nil
	}
}

// unready says that the log does not answer; a nil watch says nothing.
func (w *logWatch) unready(report func(part, why string)) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		report("event log", "does not answer; this ends by itself when it does")
	}
}
