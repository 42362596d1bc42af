package elasticsearch

import (
	"fmt"
	"strconv"
	"strings"

	"fleetbeat/projections"
)

// index returns the name of a generation's index.
func (v *Views) index(g projections.Generation) string {
	return fmt.Sprintf("%s-v%d", v.options.Name, g.Number)
}

// rows returns the alias by which a generation is written. A write to an index that somebody dropped would make a new one,
// with a mapping guessed from the first row; a write that requires an alias is refused.
func (v *Views) rows(g projections.Generation) string { return v.index(g) + "-rows" }

// alias is the name by which the active generation is read.
func (v *Views) alias() string { return v.options.Name }

// everyIndex matches the generations, and perhaps others: numberOf tells.
func (v *Views) everyIndex() string { return v.options.Name + "-v*" }

// numberOf returns the number of the generation that an index is, and whether it is one.
func (v *Views) numberOf(index string) (int64, bool) {
	text, ok := strings.CutPrefix(index, v.options.Name+"-v")
	n, err := strconv.ParseInt(text, 10, 64)
	return n, ok && err == nil && strconv.FormatInt(n, 10) == text
}

// The index of what outlives generations, and the alias by which it is written.
func (v *Views) controlIndex() string { return v.options.Name + "-control-1" }
func (v *Views) control() string      { return v.options.Name + "-control" }
