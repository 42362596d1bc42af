package bench

import (
	"time"

	"fleetbeat/domain"
)

// Size says how much is measured.
type Size struct {
	Rounds      int
	Vehicles    int           // of the fleet that is searched and whose memory is taken
	Pings       int           // of a round
	Lines       int           // of a round
	Rebuilt     int           // vehicles in the log that is rebuilt from, each with 20 transitions
	Watched     int           // vehicles that ping each minute while it is measured when changes become visible
	Brief       time.Duration // the timeout of every tenth of these; whole seconds
	Watch       time.Duration // of a round
	Questions   int           // of a round, of each kind
	Appends     int           // of a round
	Connections int           // on which pings come
}

// Default is the size that a run takes some five minutes with, on two cores with nothing else to do.
func Default() Size {
	return Size{
		Rounds: 5, Vehicles: million, Pings: 20_000, Lines: 100_000, Rebuilt: 50_000, Watched: 100_000, Brief: 5 * time.Second,
		Watch: 5 * time.Second, Questions: 100, Appends: 400, Connections: 256,
	}
}

// Quick is the size that a run takes less than a minute with. What is wanted of larger fleets is not judged.
func Quick() Size {
	return Size{
		Rounds: 3, Vehicles: 20_000, Pings: 5_000, Lines: 20_000, Rebuilt: 5_000, Watched: 5_000, Brief: 2 * time.Second,
		Watch: 2 * time.Second, Questions: 50, Appends: 100, Connections: 256,
	}
}

func (s Size) check() error {
	for _, c := range []struct {
		flag        string
		n, min, max int
	}{{"--rounds", s.Rounds, 1, 100}, {"--vehicles", s.Vehicles, 100, 10 * million}} {
		if c.n < c.min || c.n > c.max {
			return domain.InvalidField(c.flag, "must be from %s to %s", grouped(float64(c.min)), grouped(float64(c.max)))
		}
	}
	return nil
}
