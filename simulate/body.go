package simulate

import (
	"strconv"
	"time"
)

const sentAtLayout = "2006-01-02T15:04:05.000Z"

// appendID appends a heartbeat's id: that of its run and its number, so that no run repeats another's.
func appendID(b []byte, run string, beat int32) []byte {
	return strconv.AppendInt(append(append(b, run...), '-'), int64(beat), 10)
}

// appendHeartbeat appends a heartbeat as JSON; with a VIN as a line of an upload. The fields are numbers and texts of our
// own making, so nothing needs escaping, and a simulation of a million vehicles has better things to do than to find
// that out seventeen thousand times a second.
func (e *engine) appendHeartbeat(b []byte, vin string, vehicle int, beat int32) []byte {
	at := e.plan.BeatAt(vehicle, beat)
	b = append(b, '{')
	if vin != "" {
		b = append(append(append(b, `"vin":"`...), vin...), `",`...)
	}
	b = appendID(append(b, `"id":"`...), e.run, beat)
	b = append(b, `","sentAt":"`...)
	b = e.plan.SentAt(vehicle, beat, e.start.Add(at)).UTC().AppendFormat(b, sentAtLayout)
	load := e.plan.LoadAt(vehicle, at)
	b = strconv.AppendFloat(append(b, `","location":{"lat":`...), load.Lat, 'f', 5, 64)
	b = strconv.AppendFloat(append(b, `,"lon":`...), load.Lon, 'f', 5, 64)
	b = strconv.AppendFloat(append(b, `},"readings":{"speed":`...), load.Speed, 'f', 1, 64)
	b = strconv.AppendFloat(append(b, `,"fuel":`...), load.Fuel, 'f', 1, 64)
	return append(b, `}}`...)
}

// milliseconds returns a moment of the run as the truth file has it, rounded down.
func milliseconds(d time.Duration) int64 { return d.Milliseconds() }

// answeredBy rounds up: an answer that came within a millisecond came no later than at its end.
func answeredBy(d time.Duration) int64 { return milliseconds(d + time.Millisecond - 1) }
