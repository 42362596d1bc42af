package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLimitGarbage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		environment map[string]string
		set         []int
	}{
		"half of what lives gathers where nobody says how much":       {nil, []int{50}},
		"an operator who sets GOGC has decided":                       {map[string]string{"GOGC": "100"}, nil},
		"an operator who sets GOMEMLIMIT has decided":                 {map[string]string{"GOMEMLIMIT": "1GiB"}, nil},
		"a variable that is set to nothing is as one that is not set": {map[string]string{"GOGC": ""}, []int{50}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var set []int
			limitGarbage(func(name string) string { return c.environment[name] }, func(percent int) int {
				set = append(set, percent)
				return 100
			})
			assert.Equal(t, c.set, set)
		})
	}
}
