package fleet

import (
	"math"
	"time"
)

// Load is what a vehicle tells in a heartbeat beside that it is there.
type Load struct {
	Lat, Lon float64 // degrees
	Speed    float64 // km/h
	Fuel     float64 // per cent
}

// LoadAt returns what a vehicle tells at a moment: it drives in a circle around its home, a bend of some kilometres an
// hour, so that consecutive locations lie near each other.
func (p *Plan) LoadAt(vehicle int, at time.Duration) Load {
	d := roll(p.Seed, forHome, vehicle, 0)
	lat, lon := 55.5+d.float()*9, 11.5+d.float()*7
	radius, period := 2+18*d.float(), 1+3*d.float() // kilometres, hours
	angle := 2 * math.Pi * (at.Hours()/period + d.float())
	sin, cos := math.Sincos(angle)
	return Load{
		Lat: lat + radius*sin/111, Lon: lon + radius*cos/60,
		Speed: 2 * math.Pi * radius / period, Fuel: 100 * math.Mod(d.float()+1-math.Mod(at.Hours()/20, 1), 1),
	}
}
