package main

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"fleetbeat/bench"
)

// scripts teach a shell to ask `fleetbeat complete`: so a completion never says otherwise than the binary that it is for.
//
//go:embed completion
var scripts embed.FS

// completionCmd prints a script for a shell.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: ${enum}."`
}

// Run prints the script.
func (c completionCmd) Run(s streams) error {
	script, err := scripts.ReadFile("completion/" + c.Shell)
	if err != nil {
		return fmt.Errorf("find the script for %s: %w", c.Shell, err)
	}
	_, err = s.out.Write(script)
	return err
}

// completeCmd is what the scripts ask. It prints what the last word may become, one a line, with what it means after a
// tab; :files and :dirs where that is for the shell to say.
type completeCmd struct {
	Words []string `arg:"" optional:"" help:"The words after the program's name, the last one up to the cursor."`
}

// Run prints the answers.
func (c completeCmd) Run(_ context.Context, app *kong.Kong, s streams) error {
	for _, answer := range complete(app.Model.Node, c.Words) {
		if _, err := fmt.Fprintln(s.out, answer); err != nil {
			return err
		}
	}
	return nil
}

// files and dirs ask the shell for names of files and of folders.
const (
	files = ":files"
	dirs  = ":dirs"
)

// complete returns what the last of the words may become. The others are taken as they are: what is wrong there is said
// when the line is run.
func complete(node *kong.Node, words []string) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	words, split := joined(words)
	last := words[len(words)-1]
	var waiting *kong.Flag // for its value
	arguments, onlyArguments := 0, false
	for _, word := range words[:len(words)-1] {
		switch {
		case waiting != nil:
			waiting = nil
		case onlyArguments:
			arguments++
		case word == "--":
			onlyArguments = true
		case strings.HasPrefix(word, "-"):
			if flag := flagOf(node, word); flag != nil && !flag.IsBool() && !strings.Contains(word, "=") {
				waiting = flag
			}
		default:
			if child := childOf(node, word); child != nil {
				node, arguments = child, 0
			} else {
				arguments++
			}
		}
	}
	name, value, assigned := strings.Cut(last, "=")
	switch {
	case waiting != nil:
		return values(waiting.Value, "", last)
	case assigned && strings.HasPrefix(name, "--") && !onlyArguments:
		flag := flagOf(node, name)
		if flag == nil {
			return nil
		}
		if split {
			name = "" // the shell keeps what is before its own cut
		} else {
			name += "="
		}
		return values(flag.Value, name, value)
	case strings.HasPrefix(last, "-") && !onlyArguments:
		return flagNames(node, last)
	}
	return append(childNames(node, last), argument(node, arguments, last)...)
}

// joined undoes what bash does to --flag=value, which it cuts at the equals sign, and says whether it did so to the last.
func joined(words []string) (whole []string, split bool) {
	for i, word := range words {
		after := i > 0 && words[i-1] == "=" && len(whole) > 0
		split = after || word == "=" && len(whole) > 0
		if split {
			whole[len(whole)-1] += word
		} else {
			whole = append(whole, word)
		}
	}
	return whole, split
}

// flags returns the flags that may stand after a subcommand: its own, those of what it is under, and of what it stands for.
func flags(node *kong.Node) (all []*kong.Flag) {
	for _, of := range node.AllFlags(true) {
		all = append(all, of...)
	}
	if node.DefaultCmd != nil {
		all = append(all, node.DefaultCmd.Flags...)
	}
	return all
}

func flagOf(node *kong.Node, word string) *kong.Flag {
	name, _, _ := strings.Cut(word, "=")
	for _, f := range flags(node) {
		if name == "--"+f.Name || f.Short != 0 && name == "-"+string(f.Short) {
			return f
		}
	}
	return nil
}

func flagNames(node *kong.Node, start string) (names []string) {
	for _, f := range flags(node) {
		if name := "--" + f.Name; strings.HasPrefix(name, start) {
			names = append(names, name+"\t"+sentence(f.Help))
		}
	}
	return names
}

func childOf(node *kong.Node, name string) *kong.Node {
	for _, child := range node.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

func childNames(node *kong.Node, start string) (names []string) {
	for _, child := range node.Children {
		if !child.Hidden && strings.HasPrefix(child.Name, start) {
			names = append(names, child.Name+"\t"+sentence(child.Help))
		}
	}
	return names
}

// argument returns what the argument after so many others may be. The last one may come many times where it is a list.
func argument(node *kong.Node, after int, start string) []string {
	if len(node.Positional) > 0 && after >= len(node.Positional) && node.Positional[len(node.Positional)-1].IsSlice() {
		after = len(node.Positional) - 1
	}
	if after >= len(node.Positional) {
		return nil
	}
	return values(node.Positional[after], "", start)
}

// values returns what a flag or an argument may be, each after a prefix that is there already.
func values(v *kong.Value, prefix, start string) (found []string) {
	known := v.EnumSlice()
	switch list := v.Tag.Get("complete"); {
	case v.Tag.PlaceHolder == "FILE":
		return []string{files}
	case v.Tag.PlaceHolder == "DIR":
		return []string{dirs}
	case list == "rows":
		for _, row := range bench.Rows() {
			known = append(known, row.Name)
		}
	case list != "":
		known = strings.Split(list, ",")
	}
	if comma := strings.LastIndex(start, ","); comma >= 0 && v.IsSlice() {
		prefix, start = prefix+start[:comma+1], start[comma+1:]
	}
	for _, value := range known {
		if value != "" && strings.HasPrefix(value, start) && !slices.Contains(found, prefix+value) {
			found = append(found, prefix+value)
		}
	}
	return found
}

// sentence returns the first sentence of a text, which is what a shell has room for.
func sentence(text string) string {
	first, _, _ := strings.Cut(text, ". ")
	return strings.TrimSuffix(first, ".")
}
