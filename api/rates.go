package api

import (
	"hash/maphash"
	"math"
	"net/netip"
	"sync"

	"golang.org/x/time/rate"
)

// rates limit how many requests each key may make. Each process counts for itself.
type rates struct {
	perSecond rate.Limit // 0: any number
	keys      sync.Map   // from a key's id to its *rate.Limiter
}

// take counts a request with a key. If it is one too many, it returns after how many seconds to try again.
func (r *rates) take(key string) (wait int, ok bool) {
	if r.perSecond <= 0 {
		return 0, true
	}
	found, ok := r.keys.Load(key)
	if !ok {
		found, _ = r.keys.LoadOrStore(key, rate.NewLimiter(r.perSecond, max(1, int(r.perSecond)))) // a second's worth at once
	}
	limiter, _ := found.(*rate.Limiter)
	return retryAfter(r.perSecond), limiter.Allow()
}

func retryAfter(perSecond rate.Limit) int { return max(1, int(math.Ceil(1/float64(perSecond)))) }

// How many wrong keys may come from one address. Nobody guesses a key; but whoever tries should not do so at full speed.
const (
	wrongsPerSecond = 1
	wrongsAtOnce    = 20
	addressSlots    = 256
)

// wrongs count wrong keys by the address that they come from. Many addresses share a place, so that no number of them
// takes more memory; who shares one with somebody who guesses reads 429 in place of 401.
type wrongs struct {
	seed  maphash.Seed
	slots [addressSlots]*rate.Limiter
}

func newWrongs() *wrongs {
	w := &wrongs{seed: maphash.MakeSeed()}
	for i := range w.slots {
		w.slots[i] = rate.NewLimiter(wrongsPerSecond, wrongsAtOnce)
	}
	return w
}

// take counts a wrong key from a remote address. If it is one too many, it returns after how many seconds to try again.
func (w *wrongs) take(remote string) (wait int, ok bool) {
	place := remote
	if from, err := netip.ParseAddrPort(remote); err == nil {
		bits := 32
		if from.Addr().Unmap().Is6() {
			bits = 64 // whoever has one has all of these
		}
		if prefix, err := from.Addr().Unmap().WithZone("").Prefix(bits); err == nil {
			place = prefix.String()
		}
	}
	return retryAfter(wrongsPerSecond), w.slots[maphash.String(w.seed, place)%addressSlots].Allow()
}
