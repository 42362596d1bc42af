package fleet

import "time"

// dice are random numbers that depend on nothing but what they were rolled for. A vehicle's hundredth heartbeat is known
// without the ninety-nine before it, and a fleet of a million keeps no generators (SplitMix64).
type dice uint64

// What dice are rolled for. Two things with one salt would always happen together.
const (
	forFleet = iota + 1
	forVIN
	forSerial
	forHome
	forPhase
	forJitter
	forOutage
	forHole
	forOutages
	forHoles
	forClocks
	forClock
	forDuplicates
	forDuplicate
	forUpload
	forMassOutage
)

// roll returns the dice of one thing, of one vehicle and one number of it.
func roll(seed uint64, what, vehicle, number int) dice {
	d := dice(seed)
	for _, part := range [...]int{what, vehicle, number} {
		d = dice(d.next() ^ uint64(part)*0xd6e8feb86659fd93)
	}
	return d
}

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// float returns a number from 0 up to 1.
func (d *dice) float() float64 { return float64(d.next()>>11) / (1 << 53) }

// intN returns a number from 0 up to n.
func (d *dice) intN(n int) int { return int(d.next() % uint64(n)) }

// between returns a time from low up to high.
func (d *dice) between(low, high time.Duration) time.Duration {
	return low + time.Duration(d.float()*float64(high-low))
}
