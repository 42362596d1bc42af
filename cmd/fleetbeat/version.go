package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/go-json-experiment/json"
)

// version is set by the linker: see the Makefile. `go install fleetbeat@…` leaves it empty, and the module says it.
var version string

// build is which Fleetbeat this is.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitzero"`   // of the source, where it was a git repository
	Time     string `json:"time,omitzero"`     // of the commit, RFC 3339
	Modified bool   `json:"modified,omitzero"` // the source was not what the commit says
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// thisBuild returns what the linker and the Go tool wrote into this binary.
func thisBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return buildOf(version, info)
}

func buildOf(version string, info *debug.BuildInfo) build {
	b := build{Version: version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if b.Version == "" && info.Main.Version != "(devel)" {
		b.Version = info.Main.Version
	}
	b.Version = cmp.Or(b.Version, "unknown")
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// String is the build in two lines, three where its commit is known.
func (b build) String() string {
	text := "fleetbeat " + b.Version + "\n"
	if b.Commit != "" {
		changed := ""
		if b.Modified {
			changed = ", with changes"
		}
		text += fmt.Sprintf("commit %s of %s%s\n", b.Commit, b.Time, changed)
	}
	return text + fmt.Sprintf("%s %s/%s\n", b.Go, b.OS, b.Arch)
}

// versionCmd prints which Fleetbeat this is.
type versionCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Run prints it.
func (c versionCmd) Run(s streams) error {
	b := thisBuild()
	if !c.JSON {
		_, err := fmt.Fprint(s.out, b)
		return err
	}
	encoded, err := json.Marshal(b)
	if err == nil {
		_, err = fmt.Fprintf(s.out, "%s\n", encoded)
	}
	return err
}
