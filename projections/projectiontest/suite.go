package projectiontest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// Opened is an engine as [Run] uses it. Readers may be nil where the engine has none for a view, or no rows of it.
type Opened struct {
	Engine    projections.Engine
	Views     []projections.View // those that the engine keeps; nil means all
	Fleet     func(queries.View) queries.FleetReader
	Counts    func(queries.View) queries.CountsReader
	Latest    func(queries.View) queries.LatestReader
	Relations func(queries.View) queries.RelationsReader
	Plates    func(queries.View) queries.PlateReader
	Timeline  func(queries.View) queries.TimelineReader
	History   func(queries.View) queries.HistoryReader
	Changes   func(FoldingView) queries.ChangesReader
	// Distant says that every question is a journey to a server: fewer logs are tried, and of each filter some orders, not all ten.
	Distant bool
	// Close ends the use of the engine, as the end of a process does.
	Close func() error
}

// Open opens the views in a folder, which is empty at first, as a process does that starts.
type Open func(t *testing.T, folder string) Opened

// seeds returns how many random logs each promise is tried with: fewer with -short.
func seeds() uint64 {
	if testing.Short() {
		return 2
	}
	return 4
}

// distantSeeds is how many of a distant engine.
const distantSeeds = 2

// logLength is how many events a random log has.
const logLength = 600

// Run tests that an engine keeps the contract of [projections.Engine] and finds what queries promise.
func Run(t *testing.T, open Open) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Open)
	}{
		{"a log folded in pages, with pages coming again and a crash between any two, gives the rows of one folded at once", cutsAndCrashes},
		{"a view built from a log has the rows of one that followed it", built},
		{"a view rebuilt beside the one in use has its rows, and goes on from there", rebuilt},
		{"only the owner that knows the checkpoint can save", compareAndSet},
		{"a generation that was dropped can be neither loaded nor saved", dropped},
		{"a generation that was dropped while it was built can be neither filled nor finished nor activated", droppedWhileBuilt},
		{"a request to rebuild is kept with its progress", requests},
		{"answers are those of a model that looks at every vehicle", answers},
		{"the feed of changes is what the rows say, however it is read", feed},
		{"a view that is being built answers that it cannot answer yet", unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, open)
		})
	}
}

// views returns the views that an engine keeps.
func (o Opened) views() []projections.View {
	if o.Views == nil {
		return projections.All()
	}
	return o.Views
}

// start folds one view as a process does that starts.
func start(t *testing.T, o Opened, view projections.View, log *Log) *projections.Projection {
	t.Helper()
	p := projections.New(view, o.Engine, log, LogID, projections.Options{})
	_, err := p.From(t.Context())
	require.NoError(t, err)
	return p
}

// handle folds the events of the log from one index to another, as a subscription delivers them.
func handle(t *testing.T, p *projections.Projection, log *Log, from, to int, live bool) {
	t.Helper()
	page := log.Page(from, to, p.View().Types()...)
	if page.Len() > 0 || live {
		require.NoError(t, p.Handle(t.Context(), eventstore.Delivery{Page: page, Live: live}))
	}
}

// Dump returns the rows of a view in order, for comparing.
func Dump(t testing.TB, engine projections.Engine, view string) []projections.Row {
	t.Helper()
	var rows []projections.Row
	for row, err := range engine.Dump(t.Context(), view) {
		require.NoError(t, err)
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b projections.Row) int {
		if a.Key().Kind != b.Key().Kind {
			return compareText(string(a.Key().Kind), string(b.Key().Kind))
		}
		return compareText(a.Key().ID, b.Key().ID)
	})
	return rows
}

func compareText(a, b string) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

// atOnce returns the rows of a view folded from the whole log in one page by the engine in memory.
func atOnce(t *testing.T, view projections.View, log *Log) []projections.Row {
	t.Helper()
	memory := Opened{Engine: NewMemory()}
	empty := NewLog()
	p := start(t, memory, view, empty)
	handle(t, p, log, 0, log.Len(), true)
	rows := Dump(t, memory.Engine, view.Name)
	require.NotEmpty(t, rows)
	return rows
}

func cutsAndCrashes(t *testing.T, open Open) {
	for seed := range seeds() {
		log := Generate(t, seed, logLength)
		folder := t.TempDir()
		o := open(t, folder)
		if o.Distant && seed >= distantSeeds {
			require.NoError(t, o.Close())
			break
		}
		random := rand.New(rand.NewPCG(seed, 2))
		for _, view := range o.views() {
			o = cutAndCrash(t, open, o, folder, view, log, random)
			assert.Equal(t, atOnce(t, view, log), Dump(t, o.Engine, view.Name), "%s, seed %d", view.Name, seed)
		}
		require.NoError(t, o.Close())
	}
}

// cutAndCrash folds a log that is growing: the process ends now and then, and pages come again, cut otherwise.
func cutAndCrash(t *testing.T, open Open, o Opened, folder string, view projections.View, log *Log, random *rand.Rand) Opened {
	grown := NewLog()
	p := start(t, o, view, grown)
	for at := 0; at < log.Len(); {
		next := min(at+1+random.IntN(60), log.Len())
		grown.events = log.events[:next]
		handle(t, p, log, max(0, at-random.IntN(30)), next, next == log.Len())
		at = next
		if random.IntN(5) == 0 {
			require.NoError(t, o.Close())
			o = open(t, folder)
			p = start(t, o, view, grown)
			from, err := p.From(t.Context())
			require.NoError(t, err)
			for at = 0; at < next && !from.Before(log.events[at].Position); {
				at++
			}
		}
	}
	handle(t, p, log, log.Len(), log.Len(), true) // a crash may have come after the last page
	require.True(t, p.State().CaughtUp)
	return o
}

func built(t *testing.T, open Open) {
	for seed := range seeds() {
		log := Generate(t, seed, logLength)
		o := open(t, t.TempDir())
		if o.Distant && seed >= distantSeeds {
			require.NoError(t, o.Close())
			break
		}
		for _, view := range o.views() {
			p := start(t, o, view, log)
			require.Equal(t, atOnce(t, view, log), Dump(t, o.Engine, view.Name), "%s, seed %d", view.Name, seed)
			assert.Equal(t, modelOf(t, log).asOf, p.State().AsOf)
		}
		require.NoError(t, o.Close())
	}
}

func rebuilt(t *testing.T, open Open) {
	log := Generate(t, 11, logLength)
	o := open(t, t.TempDir())
	for _, view := range o.views() {
		half := NewLog()
		half.events = log.events[:300]
		p := start(t, o, view, half)
		var last projections.Progress
		require.NoError(t, p.Rebuild(t.Context(), func(progress projections.Progress) { last = progress }))
		assert.Positive(t, last.Events)
		assert.InDelta(t, 1, last.Fraction(), 0.1)
		generations, err := o.Engine.Generations(t.Context(), view.Name)
		require.NoError(t, err)
		require.Len(t, generations, 1, "the former one is dropped")
		handle(t, p, log, 290, log.Len(), true)
		require.Equal(t, atOnce(t, view, log), Dump(t, o.Engine, view.Name), view.Name)
	}
	require.NoError(t, o.Close())
}

func compareAndSet(t *testing.T, open Open) {
	log := Generate(t, 3, 100)
	o := open(t, t.TempDir())
	for _, view := range o.views() {
		paused := start(t, o, view, NewLog())
		owner := start(t, o, view, NewLog())
		handle(t, owner, log, 0, 60, false)
		before := Dump(t, o.Engine, view.Name)
		err := paused.Handle(t.Context(), eventstore.Delivery{Page: log.Page(0, 100, view.Types()...)})
		require.ErrorIs(t, err, projections.ErrMoved, view.Name)
		assert.Equal(t, before, Dump(t, o.Engine, view.Name), "it wrote nothing")
	}
	require.NoError(t, o.Close())
}

func dropped(t *testing.T, open Open) {
	o := open(t, t.TempDir())
	for _, view := range o.views() {
		start(t, o, view, NewLog())
		generations, err := o.Engine.Generations(t.Context(), view.Name)
		require.NoError(t, err)
		require.Len(t, generations, 1)
		require.NoError(t, o.Engine.Drop(t.Context(), generations[0]))
		require.NoError(t, o.Engine.Drop(t.Context(), generations[0]), "twice is harmless")
		_, err = o.Engine.Load(t.Context(), generations[0], []projections.Key{projections.FleetVehicleKey(VIN(1))})
		require.ErrorIs(t, err, projections.ErrMoved)
		err = o.Engine.Save(t.Context(), generations[0], projections.Checkpoint{}, projections.Checkpoint{}, nil)
		require.ErrorIs(t, err, projections.ErrMoved)
		again, err := o.Engine.Create(t.Context(), view.Name, 1)
		require.NoError(t, err)
		assert.Greater(t, again.Number, generations[0].Number)
	}
	require.NoError(t, o.Close())
}

func requests(t *testing.T, open Open) {
	folder := t.TempDir()
	o := open(t, folder)
	none, err := o.Engine.Rebuild(t.Context(), "fleet")
	require.NoError(t, err)
	assert.Empty(t, none.State)
	require.NoError(t, projections.AskRebuild(t.Context(), o.Engine, "fleet"))
	asked, err := o.Engine.Rebuild(t.Context(), "fleet")
	require.NoError(t, err)
	assert.Equal(t, projections.Rebuild{View: "fleet", State: projections.RebuildAsked}, asked)
	running := projections.Rebuild{
		View: "fleet", State: projections.RebuildFailed, Problem: "the disk is gone", Progress: projections.Progress{
			Events: 7, EventsPerSecond: 1.5, Position: domain.Position{Commit: 4, Prepare: 3}, Head: domain.Position{Commit: 9, Prepare: 9},
		},
	}
	require.NoError(t, o.Engine.SaveRebuild(t.Context(), running))
	got, err := o.Engine.Rebuild(t.Context(), "fleet")
	require.NoError(t, err)
	assert.Equal(t, running, got)
	require.NoError(t, o.Close())
}
