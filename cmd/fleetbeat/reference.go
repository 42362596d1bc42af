package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// referenceCmd prints docs/flags.md: the command line as one page, which cannot say otherwise than --help.
type referenceCmd struct{}

// Run prints the page.
func (referenceCmd) Run(app *kong.Kong, s streams) error { return writeReference(s.out, app.Model) }

// writeReference writes every subcommand with its arguments, its flags and how it is used.
func writeReference(out io.Writer, app *kong.Application) error {
	var b strings.Builder
	b.WriteString("# Commands and flags\n\nWritten by `make generate` from the same words as `fleetbeat --help`. `fleetbeat COMMAND --help` shows one of them.\n")
	b.WriteString("\n" + app.Detail + "\n")
	for _, node := range app.Leaves(true) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", node.FullPath(), node.Help)
		writeArguments(&b, node)
		writeFlags(&b, node)
		if parent := node.Parent; parent.Detail != "" && parent.Type == kong.CommandNode {
			b.WriteString("\n" + parent.Detail + "\n")
		}
		if node.Detail != "" {
			b.WriteString("\n" + node.Detail + "\n")
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func writeArguments(b *strings.Builder, node *kong.Node) {
	for i, a := range node.Positional {
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(b, "- `%s`: %s\n", a.Summary(), a.Help)
	}
}

func writeFlags(b *strings.Builder, node *kong.Node) {
	if len(node.Flags) == 0 {
		return
	}
	b.WriteString("\n| flag | environment | default | |\n|---|---|---|---|\n")
	for _, f := range node.Flags {
		name := "--" + f.Name
		if f.PlaceHolder != "" {
			name += "=" + f.PlaceHolder
		}
		if f.Short != 0 {
			name = "-" + string(f.Short) + ", " + name
		}
		def := "–"
		switch {
		case f.HasDefault:
			def = "`" + f.Default + "`"
		case f.Required:
			def = "required"
		}
		fmt.Fprintf(b, "| `%s` | `%s` | %s | %s |\n", name, strings.Join(f.Envs, "`, `"), def, strings.ReplaceAll(f.Help, "|", `\|`))
	}
}
