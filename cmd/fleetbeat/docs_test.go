package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/app"
)

// leaves returns the subcommands that people see.
func leaves(t *testing.T) []*kong.Node {
	t.Helper()
	parser, err := newParser()
	require.NoError(t, err)
	return parser.Model.Leaves(true)
}

func TestHelp(t *testing.T) {
	t.Parallel()
	code, bare, said := command(t)
	assert.Equal(t, 0, code)
	assert.Empty(t, said)
	_, asked, _ := command(t, "--help")
	assert.Equal(t, asked, bare, "no word at all asks for help")
	for _, part := range []string{"First steps:", "Environment:", "Exit codes:", "Files:"} {
		assert.Contains(t, asked, part)
	}
	for _, node := range leaves(t) {
		path := strings.Fields(node.FullPath())[1:]
		t.Run(strings.Join(path, " ")+" has a description, an example and 80 columns", func(t *testing.T) {
			t.Parallel()
			code, out, _ := command(t, append(path, "--help")...)
			require.Equal(t, 0, code)
			assert.Contains(t, out, "\nExamples:\n\n    ")
			assert.Contains(t, out, node.Help[:20])
			for line := range strings.Lines(out) {
				assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, line)
			}
			for _, flag := range node.Flags {
				assert.NotEmpty(t, flag.Help, flag.Name)
			}
		})
	}
}

func TestFlagsPageIsFresh(t *testing.T) {
	t.Parallel()
	parser, err := newParser()
	require.NoError(t, err)
	var want bytes.Buffer
	require.NoError(t, writeReference(&want, parser.Model))
	page, err := os.ReadFile("../../docs/flags.md")
	require.NoError(t, err)
	assert.Equal(t, want.String(), string(page), "make generate writes it")
	for _, node := range leaves(t) {
		_, section, found := strings.Cut(string(page), "\n## "+node.FullPath()+"\n")
		require.True(t, found, node.FullPath())
		section, _, _ = strings.Cut(section, "\n## ")
		for _, flag := range node.Flags {
			assert.Regexp(t, "\\| `(-., )?--"+flag.Name+"[=`].*`"+flag.Envs[0]+"`", section, node.FullPath())
		}
	}
}

// typed returns every call of fleetbeat that a text for people shows, and how many there are.
func typed(t *testing.T, text io.Reader) (calls [][]string) {
	t.Helper()
	lines, inBlock, answers, call := bufio.NewScanner(text), false, false, ""
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "```") {
			inBlock, answers = !inBlock, strings.HasSuffix(line, "console")
			continue
		}
		switch {
		case call != "":
		case !inBlock && !strings.HasPrefix(line, "    "), inBlock && answers && !strings.HasPrefix(line, "$ "):
			continue
		}
		line, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimSpace(call+line), "$ "), " #")
		if whole, more := strings.CutSuffix(line, `\`); more {
			call = whole
			continue
		}
		call = ""
		for piece := range strings.SplitSeq(line, "|") {
			words := strings.Fields(strings.NewReplacer("(", " ", ")", " ").Replace(piece))
			for i, word := range words {
				if word == "fleetbeat" || strings.HasSuffix(word, "/fleetbeat") {
					calls = append(calls, args(words[i+1:]))
					break
				}
				if !strings.Contains(word, "=") && word != "source" && word != "<" && word != "sudo" && word != "-u" {
					break
				}
			}
		}
	}
	require.NoError(t, lines.Err())
	return calls
}

// args are the words that the shell would hand on.
func args(words []string) (args []string) {
	for _, word := range words {
		if strings.HasPrefix(word, ">") || strings.HasPrefix(word, "2>") || word == "&" || word == "&&" {
			break
		}
		args = append(args, strings.Trim(word, `"'`))
	}
	return args
}

func TestEveryCallInTheDocsCanBeTyped(t *testing.T) {
	t.Parallel()
	for page, least := range map[string]int{"README.md": 15, "docs/api.md": 3, "docs/operations.md": 3, "docs/flags.md": 25} {
		file, err := os.Open(filepath.Join("../..", page))
		require.NoError(t, err)
		t.Cleanup(func() { _ = file.Close() })
		calls := typed(t, file)
		assert.GreaterOrEqual(t, len(calls), least, "%s: %q", page, calls)
		for _, call := range calls {
			parser, err := newParser(kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
			require.NoError(t, err)
			_, err = parser.Parse(call)
			assert.NoError(t, err, "%s: %q", page, call)
		}
	}
	calls := typed(t, strings.NewReader("```sh\nX=1 bin/fleetbeat serve --a b >c # d\n$ fleetbeat x \\\n  y | fleetbeat z\n# fleetbeat not this\n```\nfleetbeat nor this\n```console\nfleetbeat nor this\n```\n"))
	assert.Equal(t, [][]string{{"serve", "--a", "b"}, {"x", "y"}, {"z"}}, calls)
}

// unit reads a systemd unit or an environment file: the values of each key, by section.
func unit(t *testing.T, name string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../deploy", name))
	require.NoError(t, err)
	found, section := map[string][]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch key, value, ok := strings.Cut(line, "="); {
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]") + "."
		case line == "" || strings.HasPrefix(line, "# ") || line == "#":
		default:
			require.True(t, ok, "%s: %q", name, line)
			key = section + strings.TrimPrefix(key, "#")
			found[key] = append(found[key], value)
		}
	}
	return found
}

func TestSystemdUnit(t *testing.T) {
	t.Parallel()
	u := unit(t, "fleetbeat.service")
	start := strings.Fields(u["Service.ExecStart"][0])
	parser, err := newParser(kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	require.NoError(t, err)
	_, err = parser.Parse(start[1:])
	require.NoError(t, err, "what it starts can be started")
	for key, want := range map[string]string{
		"Service.Type": "exec", "Service.DynamicUser": "yes", "Service.ProtectSystem": "strict", "Service.NoNewPrivileges": "yes",
		"Service.Restart": "on-failure", "Service.EnvironmentFile": "-/etc/fleetbeat/fleetbeat.env", "Service.StateDirectory": "fleetbeat",
	} {
		assert.Equal(t, []string{want}, u[key], key)
	}
	stop, err := time.ParseDuration(u["Service.TimeoutStopSec"][0])
	require.NoError(t, err)
	assert.Greater(t, stop, app.StopTimeout, "it is killed only when it has had the time that it promises to need")
	assert.Contains(t, start, "/var/lib/"+u["Service.StateDirectory"][0], "the data is in the one folder that it may write to")
	known := map[string]bool{}
	for _, node := range leaves(t) {
		for _, flag := range node.Flags {
			known[flag.Envs[0]] = node.Name == "serve" || known[flag.Envs[0]]
		}
	}
	environment := unit(t, "fleetbeat.env")
	assert.NotEmpty(t, environment)
	for name := range environment {
		assert.True(t, known[name], "%s is a variable of serve", name)
		assert.NotContains(t, start, "--"+strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, "FLEETBEAT_")), "_", "-"), "a flag would win")
	}
}

func TestSystemdTakesTheUnit(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed here")
	}
	text, err := os.ReadFile("../../deploy/fleetbeat.service")
	require.NoError(t, err)
	self, err := os.Executable()
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "fleetbeat.service")
	require.NoError(t, os.WriteFile(name, bytes.ReplaceAll(text, []byte("/usr/local/bin/fleetbeat"), []byte(self)), 0o600))
	out, err := exec.Command(analyze, "verify", "--man=no", name).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Empty(t, string(out), "and has nothing to say about it")
}
