package check

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Flags are the flags and variables of each subcommand, by its path ("keys ensure").
type Flags map[string]Options

// Options are the flags (--listen) and the variables (FLEETBEAT_LISTEN) of a subcommand.
type Options map[string]bool

// row is a line of docs/flags.md: the flag and its variable.
var row = regexp.MustCompile("^\\| `(?:-., )?(--[a-z-]+)[^`]*` \\| `([A-Z_]+)`")

// ReadFlags reads docs/flags.md, which is generated from the command line itself.
func ReadFlags(page string) (Flags, error) {
	text, err := os.ReadFile(page)
	if err != nil {
		return nil, fmt.Errorf("read the flags: %w", err)
	}
	flags, at := Flags{}, ""
	for line := range strings.Lines(string(text)) {
		if path, ok := strings.CutPrefix(line, "## fleetbeat "); ok {
			at = strings.TrimSpace(path)
			flags[at] = Options{}
		} else if found := row.FindStringSubmatch(line); found != nil && at != "" {
			flags[at][found[1]], flags[at][found[2]] = true, true
		}
	}
	if len(flags["serve"]) == 0 {
		return nil, fmt.Errorf("read the flags: %q does not list those of serve", page)
	}
	return flags, nil
}

// Wrong returns what is wrong with a call of fleetbeat in an environment: a subcommand or a flag that is none, or one of our
// variables that it does not know.
func (f Flags) Wrong(call []string, environment map[string]string) (wrong []string) {
	words := 0
	for words < len(call) && !strings.HasPrefix(call[words], "-") {
		words++
	}
	path := strings.Join(call[:words], " ")
	known, ok := f[path]
	if !ok {
		return []string{fmt.Sprintf("fleetbeat has no subcommand %q", path)}
	}
	for _, word := range call[words:] {
		if flag, _, _ := strings.Cut(word, "="); strings.HasPrefix(flag, "--") && !known[flag] {
			wrong = append(wrong, fmt.Sprintf("fleetbeat %s has no flag %s", path, flag))
		}
	}
	for name := range environment {
		if strings.HasPrefix(name, "FLEETBEAT_") && !known[name] {
			wrong = append(wrong, fmt.Sprintf("fleetbeat %s does not know %s", path, name))
		}
	}
	return wrong
}
