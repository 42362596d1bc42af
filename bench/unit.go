package bench

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Unit is what a row's figures count.
type Unit string

// The units. Seconds and bytes are kept whole and shown as people say them.
const (
	Pings   Unit = "pings/s"
	Lines   Unit = "lines/s"
	Events  Unit = "events/s"
	Seconds Unit = "s"
	Bytes   Unit = "bytes"
)

// Text returns a figure as people read it.
func (u Unit) Text(x float64) string {
	switch u {
	case Seconds:
		return milliseconds(x)
	case Bytes:
		return fmt.Sprintf("%.0f MB", x/1e6)
	}
	return grouped(rounded(x)) + " " + string(u)
}

// short returns a figure without the name of what it counts, where that stands beside it.
func (u Unit) short(x float64) string { return strings.TrimSuffix(u.Text(x), " "+string(u)) }

func milliseconds(x float64) string {
	switch ms := 1000 * x; {
	case ms < 1:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 10:
		return fmt.Sprintf("%.1f ms", ms)
	case ms < 1000:
		return fmt.Sprintf("%.0f ms", ms)
	}
	return strconv.FormatFloat(rounded(x), 'f', -1, 64) + " s"
}

// rounded keeps three digits: the rest is noise on any machine.
func rounded(x float64) float64 {
	if x == 0 {
		return 0
	}
	scale := math.Pow(10, math.Floor(math.Log10(math.Abs(x)))-2)
	return math.Round(x/scale) * scale
}

// grouped writes a whole number with commas between thousands.
func grouped(x float64) string {
	digits := strconv.FormatFloat(math.Abs(x), 'f', 0, 64)
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	text := strings.Join(append([]string{digits}, parts...), ",")
	if x < 0 && text != "0" {
		return "-" + text
	}
	return text
}
