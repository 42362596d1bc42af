package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// byteSize is a number of bytes as people type it: 0, 500MB, 1.5GiB.
type byteSize int64

// UnmarshalText reads a number with or without a unit.
func (b *byteSize) UnmarshalText(text []byte) error {
	number := strings.TrimSpace(string(text))
	factor := 1.0
	for _, u := range []struct {
		name   string
		factor float64
	}{
		{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
		{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
	} {
		if cut, found := strings.CutSuffix(number, u.name); found {
			number, factor = strings.TrimSpace(cut), u.factor
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(n) || n < 0 || n*factor >= math.MaxInt64 {
		return fmt.Errorf("%q is not a size like 0, 500MB or 1GiB", text)
	}
	*b = byteSize(n * factor)
	return nil
}
