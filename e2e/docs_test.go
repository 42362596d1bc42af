package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDocs types what the pages for people show, from top to bottom, and compares what comes back with what they show.
func TestDocs(t *testing.T) {
	t.Parallel()
	for page, least := range map[string]int{"README.md": 1, "docs/api.md": 55, "docs/operations.md": 2} {
		t.Run(page+" is true", func(t *testing.T) {
			t.Parallel()
			steps := stepsOf(t, page)
			require.GreaterOrEqual(t, len(steps), least, "the blocks are found")
			d := newDesk(t)
			for _, s := range steps {
				d.follow(s)
			}
		})
	}
}

// TestReadmeCommands types the questions of the README that have no answer beside them: each must have one.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	d, asked := newDesk(t), 0
	for _, block := range blocksOf(t, "README.md", "sh") {
		for line := range strings.Lines(block) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "curl ") || strings.Contains(line, "$KEY") { // docs/api.md has those with keys
				continue
			}
			asked++
			if strings.Contains(line, "-N ") {
				line = strings.Replace(line, "curl ", "curl --max-time 1 ", 1) // a stream does not end
			}
			got := d.run(line)
			assert.NotEmpty(t, got.out, line)
			require.NotEmpty(t, got.statuses, line)
			for _, status := range got.statuses {
				assert.Equal(t, byte('2'), status[0], "%s: %s", line, got.out)
			}
		}
	}
	assert.GreaterOrEqual(t, asked, 8)
}

// step is a command of a page and the answer that the page shows.
type step struct{ command, answer string }

// blocksOf returns the code blocks of a page that are of a kind.
func blocksOf(t *testing.T, page, kind string) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", page))
	require.NoError(t, err)
	for _, found := range regexp.MustCompile("(?ms)^```"+kind+"\n(.*?)^```$").FindAllSubmatch(text, -1) {
		blocks = append(blocks, string(found[1]))
	}
	return blocks
}

// stepsOf returns what a page shows: commands after a $, with the text that they end in END, and what they answer.
func stepsOf(t *testing.T, page string) (steps []step) {
	t.Helper()
	for _, block := range blocksOf(t, page, "console") {
		require.True(t, strings.HasPrefix(block, "$ "), block)
		inText := false
		for line := range strings.Lines(block) {
			command, isCommand := strings.CutPrefix(line, "$ ")
			switch {
			case isCommand:
				steps = append(steps, step{command: command})
				inText = strings.HasSuffix(command, "<<'END'\n")
			case inText:
				steps[len(steps)-1].command += line
				inText = line != "END\n"
			default:
				steps[len(steps)-1].answer += line
			}
		}
	}
	return steps
}

// desk is where somebody sits and types: a folder with bin/fleetbeat in it, the demo fleet, and a shell that remembers.
type desk struct {
	t      *testing.T
	dir    string
	server *server
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	embeddedOnly(t, "what the docs show is typed on one folder")
	for _, program := range []string{"bash", "curl", "jq", "gzip", "zstd", "sed", "grep", "cut"} {
		if _, err := exec.LookPath(program); err != nil {
			require.NotContains(t, strings.Split(os.Getenv("REQUIRE_ENGINES"), ","), "shell-tools", "%v", err)
			t.Skipf("SKIPPED: what the docs show cannot be typed here: %v", err)
		}
	}
	d := &desk{t: t, dir: t.TempDir()}
	for _, dir := range []string{"bin", "backups"} {
		require.NoError(t, os.Mkdir(filepath.Join(d.dir, dir), 0o700))
	}
	require.NoError(t, os.Symlink(binary, filepath.Join(d.dir, "bin", "fleetbeat")))
	const says = "silent\nwrite-out = \"%{stderr}HTTP %{http_code}\\n\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(d.dir, ".curlrc"), []byte(says), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(d.dir, ".remembered"), nil, 0o600))
	d.server = launch(t, "demo", filepath.Join(d.dir, "fleetbeat-data"), "--min-free", "0")
	d.server.waitReady()
	eventually(t, "the demo fleet is there", func() bool {
		var page list[vehicle]
		d.server.ask(200, "GET", "/api/v1/vehicles?limit=1", nil, &page)
		return page.Total == 7 && page.Counts.NeverSeen == 0
	})
	return d
}

// came is what a command gave.
type came struct {
	out      string   // what it printed, errors last
	statuses []string // of every answer that curl got
	code     int
}

// run types a command. Variables that it sets are there for the next one.
func (d *desk) run(command string) came {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), patience)
	defer cancel()
	address := strings.TrimPrefix(d.server.base, "http://")
	command = strings.NewReplacer("localhost:8080", address, " /backups/", " backups/").Replace(command)
	cmd := exec.CommandContext(ctx, "bash", "-c", ". ./.remembered; set -a\n"+command+"\ncode=$?; export -p >.remembered; exit $code")
	cmd.Dir = d.dir
	cmd.Env = []string{"PATH=" + filepath.Join(d.dir, "bin") + ":" + os.Getenv("PATH"), "HOME=" + d.dir, "LC_ALL=C.UTF-8"}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(d.t, err, command)
	}
	got := came{out: stdout.String(), code: cmd.ProcessState.ExitCode()}
	for line := range strings.Lines(stderr.String()) {
		if status, ok := strings.CutPrefix(line, "HTTP "); ok {
			got.statuses = append(got.statuses, strings.TrimSpace(status))
		} else if !strings.Contains(line, "\r") { // a line that is written over: progress
			got.out += line
		}
	}
	got.out = strings.NewReplacer(address, "localhost:8080", " backups/", " /backups/", "\r\n", "\n", "\ufeff", "").Replace(got.out)
	return got
}

// follow types a step and requires the answer that is shown. A question may be asked until its answer is: what it is about
// happens in its own time.
func (d *desk) follow(s step) {
	d.t.Helper()
	if strings.Contains(s.command, "fleetbeat serve") {
		return // it does not end; this server stands for it
	}
	wrong := d.try(s)
	question := strings.HasPrefix(s.command, "curl ") && !regexp.MustCompile(` (-X|--json|--data-binary|-i) `).MatchString(s.command)
	if wrong != "" && question {
		eventually(d.t, "the answer to "+s.command+wrong, func() bool { return d.try(s) == "" })
		return
	}
	require.Empty(d.t, wrong, s.command)
}

var (
	statusLine   = regexp.MustCompile(`^HTTP/1.1 (\d{3})`)
	problemField = regexp.MustCompile(`^\{"type":"about:blank","title":"[^"]*","status":(\d{3})`)
)

// try types a step and says what is not as it is shown.
func (d *desk) try(s step) (wrong string) {
	d.t.Helper()
	got := d.run(s.command)
	wanted := "2"
	for _, pattern := range []*regexp.Regexp{statusLine, problemField} {
		if found := pattern.FindStringSubmatch(s.answer); found != nil {
			wanted = found[1]
		}
	}
	for _, status := range got.statuses {
		if !strings.HasPrefix(status, wanted) {
			return "\nhas status " + status + ", not " + wanted + ":\n" + got.out
		}
	}
	if strings.Contains(s.command, "curl ") && len(got.statuses) == 0 {
		return "\nno answer at all"
	}
	failed := strings.Contains(s.answer, "fleetbeat: ")
	if cut := got.code == 28 && strings.Contains(s.command, "--max-time"); !cut && failed != (got.code == 1) || got.code > 1 && !cut {
		return "\nexits otherwise: " + got.out
	}
	if difference := differs(s.answer, got.out); difference != "" {
		return "\n" + difference + "\nshown:\n" + s.answer + "\ncame:\n" + got.out
	}
	return ""
}
