package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// columns are the cells of a result: what, measured, its spread, floor, ratio, wanted, verdict.
func (r Result) columns() []string {
	spread := r.Unit.short(r.Measured.Min) + "–" + r.Unit.short(r.Measured.Max)
	floor, ratio := "–", "–"
	if r.Floor != nil && r.Ratio != nil {
		floor, ratio = r.Unit.Text(r.Floor.Median), fmt.Sprintf("%.2f (%.2f–%.2f)", r.Ratio.Median, r.Ratio.Min, r.Ratio.Max)
	}
	wanted, verdict := r.Wanted, string(r.Verdict)
	if wanted == "" {
		wanted, verdict = "–", "–"
	}
	return []string{r.What, r.Unit.Text(r.Measured.Median), spread, floor, ratio, wanted, verdict}
}

func headings() []string {
	return []string{"what", "measured", "min–max", "floor of the same run", "ratio (min–max)", "wanted", "verdict"}
}

// WriteText writes the table for a terminal, with what each row did below it.
func (r Report) WriteText(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(headings(), "\t"))
	for _, row := range r.Rows {
		fmt.Fprintln(t, strings.Join(row.columns(), "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	var text strings.Builder
	text.WriteString("\n")
	for _, row := range r.Rows {
		fmt.Fprintf(&text, "%s: %s%s\n", row.Name, row.Did, row.more())
	}
	fmt.Fprintf(&text, "\n%s\n", r.how())
	_, err := io.WriteString(out, text.String())
	return err
}

// more says what the floor is and who else worked.
func (r Result) more() (text string) {
	if r.Against != "" {
		text = "; floor: " + r.Against
	}
	return text + othersText(r.Others)
}

// WriteMarkdown writes the table and the machine as the README has them.
func (r Report) WriteMarkdown(out io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "| %s |\n|%s\n", strings.Join(headings(), " | "), strings.Repeat("---|", len(headings())))
	for _, row := range r.Rows {
		fmt.Fprintf(&text, "| %s |\n", strings.Join(row.columns(), " | "))
	}
	text.WriteString("\n")
	for _, row := range r.Rows {
		fmt.Fprintf(&text, "- %s: %s%s\n", row.What, row.Did, row.more())
	}
	fmt.Fprintf(&text, "\n%s\n", r.how())
	_, err := io.WriteString(out, text.String())
	return err
}

// how says what the figures are and belong to.
func (r Report) how() string {
	cut := ""
	if r.Cut {
		cut = " The run was cut short or failed: rows are missing."
	}
	return fmt.Sprintf("Medians over the rounds of each row (%d), in turns with its floor; the servers and what asks them are processes that share the cores.%s\n"+
		"Machine: %s. Fleetbeat %s, %s, %.0f s.", r.Rounds, cut, r.Machine, r.Version, r.At, r.TookS)
}
