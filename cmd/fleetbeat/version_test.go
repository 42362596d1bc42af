package main

import (
	"encoding/json"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBuildOf(t *testing.T) {
	t.Parallel()
	vcs := []debug.BuildSetting{{Key: "vcs.revision", Value: "4a2fb8e"}, {Key: "vcs.time", Value: "2026-06-01T12:00:00Z"}, {Key: "vcs.modified", Value: "true"}}
	for name, test := range map[string]struct {
		linked string
		info   debug.BuildInfo
		want   string
	}{
		"what the linker was told comes first": {"v1.2.0", debug.BuildInfo{Main: debug.Module{Version: "v9"}}, "fleetbeat v1.2.0\n"},
		"go install says the module's version": {"", debug.BuildInfo{Main: debug.Module{Version: "v1.3.0"}}, "fleetbeat v1.3.0\n"},
		"go build says nothing":                {"", debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "fleetbeat unknown\n"},
		"the commit, where it is known":        {"v1", debug.BuildInfo{Settings: vcs}, "fleetbeat v1\ncommit 4a2fb8e of 2026-06-01T12:00:00Z, with changes\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said, platform := strings.CutPrefix(buildOf(test.linked, &test.info).String(), test.want)
			require.True(t, platform, said)
			assert.Regexp(t, `^go1\.\S+ \w+/\w+\n$`, said)
		})
	}
	code, out, _ := command(t, "version", "--json")
	require.Equal(t, 0, code)
	var b build
	require.NoError(t, json.Unmarshal([]byte(out), &b))
	assert.Equal(t, thisBuild(), b)
}
