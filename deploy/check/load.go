package check

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// Files are a deployment as its rules see it.
type Files struct {
	*types.Project
	Root  string // of the repository
	Flags Flags
}

// Load reads a Compose file, whose text may be another than the one on the disk, with the variables given. The error is what
// Docker Compose would say of it.
func Load(ctx context.Context, root, name string, text []byte, env map[string]string) (*Files, error) {
	if text == nil {
		var err error
		if text, err = os.ReadFile(filepath.Join(root, name)); err != nil {
			return nil, fmt.Errorf("read %q: %w", name, err)
		}
	}
	project, err := loader.LoadWithContext(ctx, types.ConfigDetails{
		WorkingDir: root, Environment: env,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(root, name), Content: text}},
	}, func(o *loader.Options) { o.SetProjectName("fleetbeat", true) })
	if err != nil {
		return nil, fmt.Errorf("load %q: %w", name, err)
	}
	flags, err := ReadFlags(filepath.Join(root, "docs/flags.md"))
	if err != nil {
		return nil, err
	}
	return &Files{Project: project, Root: root, Flags: flags}, nil
}

// findings gathers broken rules.
type findings []string

func (f *findings) add(service, format string, args ...any) {
	*f = append(*f, service+": "+fmt.Sprintf(format, args...))
}

// each calls do with every service, in the order of their names.
func (f *Files) each(do func(types.ServiceConfig)) {
	for _, name := range slices.Sorted(maps.Keys(f.Services)) {
		do(f.Services[name])
	}
}

// Ours reports whether a service runs Fleetbeat's own image.
func Ours(s types.ServiceConfig) bool {
	repository, _, _ := strings.Cut(s.Image[strings.LastIndexByte(s.Image, '/')+1:], ":")
	return repository == "fleetbeat"
}

// once reports whether a service runs once and ends: nobody asks whether it is well.
func once(s types.ServiceConfig) bool {
	if s.Deploy != nil && s.Deploy.RestartPolicy != nil {
		return s.Deploy.RestartPolicy.Condition == "on-failure"
	}
	return strings.HasPrefix(s.Restart, "on-failure")
}

// volumes returns the named volumes that a service writes to.
func volumes(s types.ServiceConfig) (names []string) {
	for _, v := range s.Volumes {
		if v.Type == types.VolumeTypeVolume {
			names = append(names, v.Source)
		}
	}
	return names
}

// inVolume reports whether a file lies in a volume of a service.
func inVolume(s types.ServiceConfig, file string) bool {
	return slices.ContainsFunc(s.Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Type == types.VolumeTypeVolume && strings.HasPrefix(file, strings.TrimSuffix(v.Target, "/")+"/")
	})
}

// mounted returns the paths at which a service finds secrets and configs.
func mounted(s types.ServiceConfig) map[string]bool {
	paths := map[string]bool{}
	for _, secret := range s.Secrets {
		target := secret.Target
		if target == "" {
			target = secret.Source
		}
		if !strings.HasPrefix(target, "/") {
			target = "/run/secrets/" + target
		}
		paths[target] = true
	}
	for _, config := range s.Configs {
		paths[config.Target] = true
	}
	return paths
}
