package queries

import (
	"context"
	"sync"
	"time"

	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
)

const (
	// afreshAtMost is of how many customers the order is found anew for every question: some ten milliseconds.
	afreshAtMost = 1_000
	// orderFor is how long an order of more customers is used as it is, at least, and orderShare how many times as long as it
	// took to find: finding it takes a fifth of a core at most.
	orderFor, orderShare = time.Second, 5
	// orderAtMost is how old an order may be that is used while the next one is being found.
	orderAtMost = 10 * time.Second
	// refreshWithin is how long finding an order may take for which nobody waits.
	refreshWithin = time.Minute
)

// Roster knows every customer with its numbers. What a list of customers is sorted by comes from three views, which may be
// of three engines, so no engine can sort it: a roster holds what the order follows from in memory, some 200 bytes a customer.
//
// The numbers that an answer shows are always read for it, and hold as of its AsOf. The order, and what matches a text, is
// found anew for every question up to 1,000 customers. Beyond that it may be that of up to 10 s before, and is found anew
// beside the answers: for 50,000 it is a quarter of a second of work. A question that waits for a position waits for an order of
// after it, too. Many goroutines may use it at once: those that need a new order share one.
type Roster struct {
	relations RelationsReader
	counts    CountsReader
	history   HistoryReader
	usual     *UsualRanges
	now       Clock
	turn      chan struct{} // held by whoever finds the order

	mu    sync.Mutex
	begun uint64 // how many readings have begun
	held  *rollCall
}

// rollCall is every customer as of one reading.
type rollCall struct {
	customers []listed
	number    uint64 // of the reading
	began     time.Time
	took      time.Duration
}

// listed is what a customer's places in the orders of a list follow from.
type listed struct {
	id            domain.CustomerID
	name, address string // folded
	rank          CustomerRank
	beyond        int64
}

// NewRoster returns the customers of these views; usual is found in history.
func NewRoster(relations RelationsReader, counts CountsReader, history HistoryReader, usual *UsualRanges, now Clock) *Roster {
	return &Roster{relations: relations, counts: counts, history: history, usual: usual, now: now, turn: make(chan struct{}, 1)}
}

// await waits until every view has folded the log through after.
func (r *Roster) await(ctx context.Context, after domain.Position) (Freshness, error) {
	return await(ctx, r.now, after, r.relations, r.counts, r.history)
}

// read returns these customers in their order; unknown ones are left out.
func (r *Roster) read(ctx context.Context, ids []domain.CustomerID, asOf domain.Instant) ([]Customer, error) {
	found := []Customer{}
	if len(ids) == 0 {
		return found, nil
	}
	customers, err := r.relations.CustomersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	numbers, err := r.counts.NumbersByCustomer(ctx, ids)
	if err != nil {
		return nil, err
	}
	usual, err := r.usual.At(ctx, asOf)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		c, ok := customers[id]
		if !ok {
			continue
		}
		n := numbers[id]
		customer := Customer{Customer: c, Counts: n.Counts, Longest: n.Longest, Usual: usual(id)}
		if customer.Usual != nil {
			beyond := customer.Usual.beyond(n.Counts)
			customer.Beyond = &beyond
		}
		found = append(found, customer)
	}
	return found, nil
}

// beyond returns how many more are disconnected than is usual.
func (r *Range) beyond(now Counts) int64 {
	if r == nil {
		return 0
	}
	return max(0, now.Disconnected-r.Hi)
}

// listed returns the customers that are there for whoever asks, as the order follows from them. waited says that he waited
// for a position, so that what was read before is not good enough.
func (r *Roster) listed(ctx context.Context, owner domain.CustomerID, waited bool, asOf domain.Instant) ([]listed, error) {
	if owner != "" {
		customers, err := r.read(ctx, []domain.CustomerID{owner}, asOf)
		return listedOf(customers), err
	}
	held, came := r.known()
	if !waited && held != nil && len(held.customers) > afreshAtMost {
		switch age := time.Since(held.began); {
		case age <= min(max(orderFor, orderShare*held.took), orderAtMost/2):
			return held.customers, nil
		case age <= orderAtMost:
			r.refresh(ctx, asOf)
			return held.customers, nil
		}
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if held, _ := r.known(); held != nil && held.number > came {
		return held.customers, nil // begun after the question came: it holds all that its own reading would
	}
	return r.call(ctx, asOf)
}

// known returns the last reading, if there is one, and how many have begun.
func (r *Roster) known() (*rollCall, uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held, r.begun
}

// refresh begins a reading that nobody waits for, unless one is under way. Its error is nobody's: when the order is too old
// to be used, whoever asks reads for himself and hears of it.
func (r *Roster) refresh(ctx context.Context, asOf domain.Instant) {
	select {
	case r.turn <- struct{}{}:
	default:
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshWithin)
	go func() {
		defer func() { cancel(); <-r.turn }()
		_, _ = r.call(ctx, asOf)
	}()
}

// call reads every customer and keeps what was read. Only whoever holds the turn may.
func (r *Roster) call(ctx context.Context, asOf domain.Instant) ([]listed, error) {
	r.mu.Lock()
	r.begun++
	next := &rollCall{number: r.begun, began: time.Now()}
	r.mu.Unlock()
	customers, err := r.relations.CustomersByID(ctx, nil)
	if err != nil {
		return nil, err
	}
	ranks, err := r.counts.RankEveryCustomer(ctx)
	if err != nil {
		return nil, err
	}
	usual, err := r.usual.At(ctx, asOf)
	if err != nil {
		return nil, err
	}
	next.customers = make([]listed, 0, len(customers))
	for id, c := range customers {
		rank := ranks[id]
		next.customers = append(next.customers, listed{
			id: id, name: textfold.Fold(c.Name), address: textfold.Fold(c.Address), rank: rank, beyond: usual(id).beyond(rank.Counts),
		})
	}
	next.took = time.Since(next.began)
	r.mu.Lock()
	r.held = next
	r.mu.Unlock()
	return next.customers, nil
}

// listedOf returns customers that were read as the order follows from them.
func listedOf(customers []Customer) []listed {
	found := make([]listed, 0, len(customers))
	for _, c := range customers {
		l := listed{id: c.ID, name: textfold.Fold(c.Name), address: textfold.Fold(c.Address), rank: CustomerRank{Counts: c.Counts}}
		l.beyond = c.Usual.beyond(c.Counts)
		if c.Longest != nil {
			l.rank.Longest = c.Longest.Since
		}
		found = append(found, l)
	}
	return found
}
