package commands

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"fleetbeat/domain"
)

// ImportFleet registers customers and vehicles by the thousand, or changes them: a known vehicle of the same customer
// gets the row's values, an unknown customer name is a new customer. A known vehicle of another customer is a problem.
// The rows are checked as a whole, and with any problem none of them counts.
type ImportFleet struct {
	Rows     []Row
	Problems []LineProblem // what ParseImport found, to be told together with what is found here
	Warnings []LineProblem // likewise
	DryRun   bool          // only say what would happen
	// Owner, where it is set, is the only customer whose vehicles may be imported: only what this customer owns is there.
	Owner domain.CustomerID
}

// ImportResult is what an import did or, on a dry run, would do. Numbers are of vehicles.
type ImportResult struct {
	ID               string // empty where nothing was to do
	DryRun           bool
	Rows             int
	Registered       int
	Changed          int
	Unchanged        int
	NewCustomers     []string
	ChangedCustomers []string
	Problems         []LineProblem // of a dry run: the first 10,000
	ProblemCount     int
	Warnings         []LineProblem
	Position         domain.Position // zero on a dry run
}

// ImportFleetHandler carries out [ImportFleet].
type ImportFleetHandler struct {
	w        *writer
	lifetime context.Context // of imports: they outlive who asked for them
	stop     context.CancelFunc
	tasks    sync.WaitGroup

	mu      sync.Mutex
	stopped bool
	running map[string]struct{}
}

func newImportFleetHandler(w *writer) *ImportFleetHandler {
	ctx, stop := context.WithCancel(context.Background())
	return &ImportFleetHandler{w: w, lifetime: ctx, stop: stop, running: map[string]struct{}{}}
}

func (h *ImportFleetHandler) close() {
	h.mu.Lock()
	h.stopped = true
	h.mu.Unlock()
	h.stop()
	h.tasks.Wait()
}

// Handle imports, and answers when every row is applied. From when the rows are found right the import goes on whether
// or not the caller waits, and after a crash ([ImportFleetHandler.Resume]) once the rows are accepted. A second import
// waits for the first.
//
// Errors: Invalid with a field for each of the first 10,000 problems ("line 7: vin"); Unavailable where ctx ended first
// or the event log could not take the rows. Sending the same file again is safe: what is the same by then is unchanged.
func (h *ImportFleetHandler) Handle(ctx context.Context, cmd ImportFleet) (ImportResult, error) {
	if len(cmd.Rows) > MaxImportRows {
		return ImportResult{}, domain.Errorf(domain.Invalid, "more than %d lines; import them in several files", MaxImportRows)
	}
	giveBack, err := h.w.begin(ctx, "import") // one at a time: two might register the same new customer
	if err != nil {
		return ImportResult{}, forCaller(err)
	}
	id := uuid.NewString()
	plan, giveNames, err := h.plan(ctx, id, cmd)
	if err != nil {
		giveBack()
		return ImportResult{}, forCaller(err)
	}
	done := func() { giveNames(); giveBack() }
	result := plan.result(len(cmd.Rows), cmd.DryRun)
	if cmd.DryRun || plan.count > 0 || len(plan.rows) == 0 {
		done()
		if plan.count > 0 && !cmd.DryRun {
			return ImportResult{}, plan.refusal()
		}
		if !cmd.DryRun {
			result.Position = h.w.registry.Folded()
		}
		return result, nil
	}
	result.ID = id
	result.Position, err = h.run(ctx, id, done, func(background context.Context) (domain.Position, error) {
		return h.w.importRows(background, id, plan.rows)
	})
	if err != nil {
		return ImportResult{}, forCaller(err)
	}
	h.w.settle(ctx, result.Position)
	return result, nil
}

// plan checks an import. The new customers' names are held until they are given back.
func (h *ImportFleetHandler) plan(ctx context.Context, id string, cmd ImportFleet) (plan *importPlan, giveBack func(), err error) {
	plan = &importPlan{warnings: cmd.Warnings}
	for _, p := range cmd.Problems {
		plan.addProblem(p)
	}
	rows := checkRows(plan, cmd.Rows)
	if cmd.Owner != "" {
		rows = plan.keepOwn(rows, h.w.registry, cmd.Owner)
	}
	check := &importCheck{
		plan: plan, bound: cmd.Owner != "", registry: h.w.registry, limits: h.w.limits(), vins: make(map[domain.VIN]int, len(rows)), owners: map[string]*importOwner{},
	}
	unknown := map[string]string{} // name by lock
	for _, row := range rows {
		check.vins[row.VIN] = row.Line
		if _, known := h.w.registry.CustomerNamed(row.Customer); !known {
			unknown[nameLock(row.Customer)] = row.Customer
		}
	}
	names := make([]string, 0, len(unknown))
	for key := range unknown {
		names = append(names, key)
	}
	if giveBack, err = h.w.locks.take(ctx, names...); err != nil {
		return nil, nil, err
	}
	if err := check.findOwners(ctx, h.w, id, rows); err != nil {
		giveBack()
		return nil, nil, err
	}
	check.compare(rows)
	check.warnOfNames(h.w.registry.customerList())
	slices.SortStableFunc(plan.problems, func(a, b LineProblem) int { return cmp.Compare(a.Line, b.Line) })
	slices.SortStableFunc(plan.warnings, func(a, b LineProblem) int { return cmp.Compare(a.Line, b.Line) })
	return plan, giveBack, nil
}

// ownersAtOnce is how many names that the registry does not know are looked for in the log at the same time.
const ownersAtOnce = 32

// findOwners finds the customers that rows name, known or to be registered.
func (c *importCheck) findOwners(ctx context.Context, w *writer, importID string, rows []checkedRow) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(ownersAtOnce)
	for _, row := range rows {
		key := compareKey(row.Customer)
		if c.owners[key] != nil {
			continue
		}
		o := &importOwner{}
		c.owners[key] = o
		if o.Customer, o.known = w.registry.CustomerNamed(row.Customer); o.known {
			continue
		}
		group.Go(func() (err error) {
			o.Customer, o.known, err = w.customerNamed(ctx, row.Customer, importID)
			return err
		})
	}
	return group.Wait()
}

func (p *importPlan) result(rows int, dryRun bool) ImportResult {
	return ImportResult{
		DryRun: dryRun, Rows: rows, Registered: p.registered, Changed: p.changed, Unchanged: p.unchanged,
		NewCustomers: p.newCustomers, ChangedCustomers: p.changedCustomers,
		Problems: p.problems, ProblemCount: p.count, Warnings: p.warnings,
	}
}

func (p *importPlan) refusal() error {
	e := domain.Errorf(domain.Invalid, "nothing was imported: the file has %d problems", p.count)
	if p.count == 1 {
		e.Message = "nothing was imported: the file has a problem"
	}
	for _, problem := range p.problems {
		e.Fields = append(e.Fields, domain.Problem{Field: problem.Location(), Message: problem.Message})
	}
	return e
}

// run runs work on an import in the background and waits for it or for ctx. done is called when the work has ended.
func (h *ImportFleetHandler) run(ctx context.Context, id string, done func(), work func(context.Context) (domain.Position, error)) (domain.Position, error) {
	type outcome struct {
		position domain.Position
		err      error
	}
	if !h.start(id) {
		done()
		return domain.Position{}, context.Canceled
	}
	ended := make(chan outcome)
	background := context.WithValue(h.lifetime, actorKey{}, actor(ctx))
	go func() {
		defer h.tasks.Done()
		position, err := work(background)
		done()
		h.mu.Lock()
		delete(h.running, id)
		h.mu.Unlock()
		select {
		case ended <- outcome{position, err}:
		case <-ctx.Done():
			h.w.log.Info("an import ended after its caller had gone", "import", id, "position", position, "error", err)
		}
	}()
	select {
	case o := <-ended:
		return o.position, o.err
	case <-ctx.Done():
		return domain.Position{}, ctx.Err()
	}
}

// start counts an import in, unless the handlers are closed.
func (h *ImportFleetHandler) start(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return false
	}
	h.running[id] = struct{}{}
	h.tasks.Add(1)
	return true
}
