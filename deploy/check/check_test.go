package check

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// root is the repository.
const root = "../.."

// file returns the text of a file of the repository.
func file(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(text)
}

// stopTimeout returns app.StopTimeout, from the source: this module must not import the product.
func stopTimeout(t *testing.T) time.Duration {
	t.Helper()
	found := regexp.MustCompile(`(?m)^const StopTimeout = ([0-9]+) \* time\.Second$`).FindStringSubmatch(file(t, "app/options.go"))
	require.NotNil(t, found, "app.StopTimeout is where it was")
	d, err := time.ParseDuration(found[1] + "s")
	require.NoError(t, err)
	return d
}

// variables are what an operator gives the files.
func variables() map[string]string {
	return map[string]string{"FLEETBEAT_IMAGE": "registry.example.org/fleetbeat:1.2.3"}
}

// rulesOf returns all broken rules of a text in the place of a file.
func rulesOf(t *testing.T, name, text string) ([]string, error) {
	t.Helper()
	files, err := Load(t.Context(), root, name, []byte(text), variables())
	if err != nil {
		return nil, err
	}
	found := files.ServiceRules(stopTimeout(t))
	if name == "stack.yml" {
		return append(found, files.StackRules()...), nil
	}
	return append(found, files.ComposeRules()...), nil
}

func TestTheFilesKeepEveryRule(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"docker-compose.yml", "stack.yml"} {
		found, err := rulesOf(t, name, file(t, name))
		require.NoError(t, err)
		assert.Empty(t, found, name)
	}
}

func TestTheStackSaysWhatItIsNotGiven(t *testing.T) {
	t.Parallel()
	_, err := Load(t.Context(), root, "stack.yml", nil, nil)
	require.ErrorContains(t, err, "FLEETBEAT_IMAGE")
	_, err = Load(t.Context(), root, "nothing.yml", nil, nil)
	require.ErrorContains(t, err, "read \"nothing.yml\"")
	_, err = Load(t.Context(), t.TempDir(), "stack.yml", []byte("services: {a: {image: 'x:1.2'}}"), nil)
	require.ErrorContains(t, err, "read the flags")
}

// broken is a file with one thing changed, and what must be said of it. A rule without a line here could be one that never
// finds anything.
type broken struct{ name, old, text, want string }

func TestEveryRuleFindsAFileThatBreaksIt(t *testing.T) {
	t.Parallel()
	for _, c := range append(brokenCompose(), brokenStack()...) {
		t.Run(c.name+": "+c.want, func(t *testing.T) {
			t.Parallel()
			whole := file(t, c.name)
			require.Contains(t, whole, c.old, "the text to be broken is there")
			found, err := rulesOf(t, c.name, strings.Replace(whole, c.old, c.text, 1))
			if err != nil {
				found = []string{err.Error()}
			}
			assert.Contains(t, strings.Join(found, "\n"), c.want)
		})
	}
}
