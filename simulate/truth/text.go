package truth

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Write writes what was found for people.
func (f *Findings) Write(w io.Writer) error {
	_, err := io.WriteString(w, f.String())
	return err
}

// String returns what was found in words.
func (f *Findings) String() string {
	var w strings.Builder
	f.text(&w)
	return w.String()
}

func (f *Findings) text(w io.Writer) {
	fmt.Fprintf(w, "%-22s %d connected and %d disconnected, judged by %d heartbeats and uploads of %d vehicles; clocks within %s\n",
		"transitions", f.Connected, f.Disconnected, f.Contacts, f.Vehicles, ms(f.ToleranceMs))
	if f.UnobservedMs > 0 {
		fmt.Fprintf(w, "%-22s %s, nobody's silence\n", "unobserved", ms(f.UnobservedMs))
	}
	if f.Count == 0 {
		fmt.Fprintf(w, "%-22s none\n", "not explained")
		return
	}
	fmt.Fprintf(w, "%-22s %d\n", "not explained", f.Count)
	for _, u := range f.Unexplained {
		fmt.Fprintf(w, "  %s %s  %s\n", u.VIN, u.At.Format(time.RFC3339Nano), u.What)
	}
	if more := f.Count - len(f.Unexplained); more > 0 {
		fmt.Fprintf(w, "  and %d more\n", more)
	}
}
