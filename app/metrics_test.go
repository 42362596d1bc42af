package app

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryMetricIsInTheDocs holds docs/operations.md to what /metrics can show, labels that did not happen yet included.
func TestEveryMetricIsInTheDocs(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/operations.md")
	require.NoError(t, err)
	_, section, _ := strings.Cut(string(page), "\n## Metrics\n")
	section, _, _ = strings.Cut(section, "\n## ")
	a := startApp(t, t.TempDir())
	t.Cleanup(func() { stopApp(t, a) })
	a.metrics.request("ping", 202, 0)
	a.metrics.ingest().Deaf("suspended", 0)
	a.metrics.OnError("fleet", nil)
	a.metrics.pages.WithLabelValues("fleet").Inc()
	a.metrics.pageTime.WithLabelValues("fleet").Observe(0)
	families, err := a.metrics.registry.Gather()
	require.NoError(t, err)
	seen := 0
	for _, family := range families {
		name := family.GetName()
		if !strings.HasPrefix(name, "fleetbeat_") {
			continue
		}
		seen++
		assert.Contains(t, section, "`"+name+"`")
		for _, label := range family.GetMetric()[0].GetLabel() {
			assert.Contains(t, lineWith(section, "`"+name+"`"), "`"+label.GetName()+"`", name)
		}
	}
	assert.Equal(t, strings.Count(section, "`fleetbeat_"), seen, "and none is there that is not")
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}
