package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// completed returns what the last of the words may become, without what it means.
func completed(t *testing.T, words ...string) (answers []string) {
	t.Helper()
	parser, err := newParser()
	require.NoError(t, err)
	for _, answer := range complete(parser.Model.Node, words) {
		answers = append(answers, strings.Split(answer, "\t")[0])
	}
	return answers
}

func TestComplete(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		words []string
		want  []string
	}{
		"a subcommand by its beginning":                 {[]string{"re"}, []string{"rebuild", "restore"}},
		"a subcommand of a subcommand":                  {[]string{"keys", ""}, []string{"create", "generate", "ensure", "list", "revoke"}},
		"hidden subcommands are not offered":            {[]string{"serve-"}, nil},
		"a flag by its beginning":                       {[]string{"serve", "--log-"}, []string{"--log-format", "--log-level"}},
		"a flag of what a subcommand stands for":        {[]string{"simulate", "--mass"}, []string{"--mass-outage-every"}},
		"a value of few":                                {[]string{"serve", "--log-format", ""}, []string{"text", "json"}},
		"a value after an equals sign, whole":           {[]string{"serve", "--log-format=j"}, []string{"--log-format=json"}},
		"a value after an equals sign, as bash cuts it": {[]string{"serve", "--log-format", "=", "j"}, []string{"json"}},
		"the same before its first letter":              {[]string{"serve", "--log-format", "="}, []string{"text", "json"}},
		"a value that somebody else's flag has not":     {[]string{"log", "--log-format=j"}, nil},
		"a folder":                      {[]string{"serve", "--data", "/v"}, []string{dirs}},
		"a file":                        {[]string{"import", "--key-file=/e"}, []string{files}},
		"a file as an argument":         {[]string{"import", ""}, []string{files}},
		"a flag's value is no argument": {[]string{"import", "--target", "x", "--dry-run", ""}, []string{files}},
		"a flag's value by an equals sign is none":      {[]string{"import", "--target=x", ""}, []string{files}},
		"nothing after the last argument":               {[]string{"import", "fleet.csv", ""}, nil},
		"an argument of few":                            {[]string{"rebuild", "--data", "x", "l"}, []string{"latest"}},
		"arguments that may come again":                 {[]string{"bench", "ping", "rebu"}, []string{"rebuild"}},
		"the last of several in one":                    {[]string{"keys", "create", "--scopes", "read,i"}, []string{"read,ingest"}},
		"an argument after --":                          {[]string{"backup", "--", "-"}, []string{files}},
		"a value that may be anything":                  {[]string{"serve", "--listen", ""}, nil},
		"nothing for what there is not":                 {[]string{"serve", "--nonsense="}, nil},
		"a short flag takes no value from what follows": {[]string{"log", "-f", "--st"}, []string{"--stream"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, completed(t, test.words...))
		})
	}
	assert.Equal(t, completed(t, ""), completed(t), "no word at all is the beginning of one")
	assert.Contains(t, completed(t, ""), "serve")
	code, out, _ := command(t, "complete", "--", "serve", "--trust")
	assert.Equal(t, 0, code)
	assert.Equal(t, "--trust-clock\tBelieve this machine's clock even where it is far from what the log says\n", out)
}

// shell runs a script in a shell that knows the completion, in a folder with a file "fleet.csv" and a folder "fleet-data".
// Where REQUIRE_ENGINES names "shell-tools", each shell must be there; bash everybody has who builds this.
func shell(t *testing.T, name, script string) string {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil && name != "bash" {
		require.NotContains(t, strings.Split(os.Getenv("REQUIRE_ENGINES"), ","), "shell-tools", "%v", err)
		t.Skipf("SKIPPED: %s is not installed here", name)
	}
	require.NoError(t, err)
	dir := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, filepath.Join(dir, "fleetbeat")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "fleet.csv"), nil, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "fleet-data"), 0o700))
	cmd := exec.Command(program, "-c", script)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + dir + ":/usr/bin:/bin", "HOME=" + dir, actAsFleetbeat + "=1"}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

func TestBashCompletes(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"serve --log-fo":              "--log-format",
		"serve --log-format = j":      "json",
		"serve --unknown-vehicles ''": "register\nreject",
		"rebuild f":                   "fleet",
		"import fleet-":               "fleet-data",
		"import ./fleet.":             "./fleet.csv",
		"serve --data fleet":          "fleet-data",
		"keys cr":                     "create",
		"nonsense --x":                "",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			got := shell(t, "bash", `source <(fleetbeat completion bash)
				complete -p fleetbeat >/dev/null || exit 1
				COMP_WORDS=(fleetbeat `+line+`); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
				_fleetbeat fleetbeat; printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort`)
			assert.Equal(t, want, strings.TrimSpace(got))
		})
	}
}

func TestFishCompletes(t *testing.T) {
	t.Parallel()
	got := shell(t, "fish", `fleetbeat completion fish | source
		complete -C 'fleetbeat serve --log-format='
		complete -C 'fleetbeat restore --data fl'
		complete -C 'fleetbeat import --key-file=fl'
		complete -C 'fleetbeat keys rev'`)
	for _, want := range []string{"--log-format=json\n", "fleet-data/", "--key-file=fleet.csv", "revoke\tRevoke an API key"} {
		assert.Contains(t, got, want)
	}
}

// TestZshCompletes calls the function as zsh's completion system would, with a _describe that prints.
func TestZshCompletes(t *testing.T) {
	t.Parallel()
	got := shell(t, "zsh", `autoload -Uz compinit && compinit -D && source <(fleetbeat completion zsh) && (( $+_comps[fleetbeat] )) || exit 1
		_describe() { print -rl -- "${found[@]}" }
		_files() { print -r -- files "$@" }
		compset() { : }
		for line in 'serve --log-format=' 'rebuild t' 'import x' 'serve --data x' 'log --st'; do
			words=(fleetbeat ${=line}) CURRENT=$(( ${#words} )) _fleetbeat
		done`)
	for _, want := range []string{"--log-format=json\n", "timeline\n", "files\n", "files -/\n", "--stream:Only events of this stream\n"} {
		assert.Contains(t, got, want)
	}
}
