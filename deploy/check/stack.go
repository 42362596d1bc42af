package check

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Hosts is how many machines with the label fleetbeat.app the stack is made for.
const Hosts = 3

// StackRules returns the broken rules of stack.yml that go beyond those of all services.
func (f *Files) StackRules() []string {
	var found findings
	f.each(func(s types.ServiceConfig) {
		if s.Deploy == nil {
			found.add(s.Name, "has no deploy")
			return
		}
		f.resources(s, &found)
		f.updates(s, &found)
		f.placement(s, &found)
		f.owners(s, &found)
		for _, p := range s.Ports {
			if s.Name != "ingress" {
				found.add(s.Name, "publishes %s: the ingress alone does", p.Published)
			}
		}
		if s.Build != nil || len(s.DependsOn) > 0 || len(s.SecurityOpt) > 0 || s.Restart != "" || len(s.Tmpfs) > 0 {
			found.add(s.Name, "has what a swarm ignores: build, depends_on, security_opt, restart or tmpfs")
		}
	})
	f.shape(&found)
	f.cluster(&found)
	f.versions(&found)
	f.overlays(&found)
	return found
}

func (f *Files) resources(s types.ServiceConfig, found *findings) {
	l, r := s.Deploy.Resources.Limits, s.Deploy.Resources.Reservations
	switch {
	case l == nil || l.NanoCPUs == 0 || l.MemoryBytes == 0:
		found.add(s.Name, "has no limit of processors and memory")
	case r == nil || r.NanoCPUs == 0 || r.MemoryBytes == 0:
		found.add(s.Name, "has no reservation of processors and memory")
	case r.NanoCPUs > l.NanoCPUs || r.MemoryBytes > l.MemoryBytes:
		found.add(s.Name, "reserves more than its limit")
	}
	heap := s.Environment["ES_JAVA_OPTS"]
	if heap == nil || l == nil {
		return
	}
	size := regexp.MustCompile(`^-Xms([0-9]+)g -Xmx([0-9]+)g$`).FindStringSubmatch(*heap)
	if size == nil || size[1] != size[2] || fmt.Sprint(int64(l.MemoryBytes)>>31) != size[1] {
		found.add(s.Name, "its heap must be half of its memory, from the start: %q", *heap)
	}
}

func (f *Files) updates(s types.ServiceConfig, found *findings) {
	u, r := s.Deploy.UpdateConfig, s.Deploy.RollbackConfig
	if u == nil || r == nil || s.Deploy.RestartPolicy == nil || u.Parallelism == nil || *u.Parallelism != 1 || u.Monitor == 0 {
		found.add(s.Name, "must have a restart policy, and be updated and rolled back one task at a time, watched")
		return
	}
	if once(s) {
		return
	}
	if s.Deploy.RestartPolicy.Condition != "any" {
		found.add(s.Name, "is not started again whenever it ends")
	}
	if len(volumes(s)) > 0 {
		if u.Order != "stop-first" || u.FailureAction != "pause" || r.Order != "stop-first" {
			found.add(s.Name, "has a volume: it must be stopped before its successor starts, and left to a person where that fails")
		}
		return
	}
	if u.Order != "start-first" || u.FailureAction != "rollback" || r.Order != "start-first" {
		found.add(s.Name, "must be replaced by one that is ready, or be rolled back")
	}
	most := s.Deploy.Placement.MaxReplicas
	if most == 0 || uint64(s.GetScale())+1 > most*Hosts {
		found.add(s.Name, "an update that starts first finds no room: %d and one more do not fit on %d hosts with %d each", s.GetScale(), Hosts, most)
	}
	if ours := Ours(s); ours && s.GetScale() > 1 && u.Delay == 0 {
		found.add(s.Name, "must leave whoever stands by time to take over")
	}
}

func (f *Files) placement(s types.ServiceConfig, found *findings) {
	if len(s.Deploy.Placement.Constraints) != 1 || !strings.HasPrefix(s.Deploy.Placement.Constraints[0], "node.labels.fleetbeat.") {
		found.add(s.Name, "must be placed by exactly one of our labels")
	}
	if len(volumes(s)) > 0 && s.GetScale() != 1 {
		found.add(s.Name, "has a volume, and more than one task that would write to it")
	}
}

// owners returns the secrets that are readable for all, or not for who needs them.
func (f *Files) owners(s types.ServiceConfig, found *findings) {
	user, _, _ := strings.Cut(s.User, ":")
	for _, secret := range s.Secrets {
		switch {
		case secret.Mode == nil || *secret.Mode != 0o400:
			found.add(s.Name, "the secret %s must have the mode 0400", secret.Source)
		case user != "" && secret.UID != user:
			found.add(s.Name, "the secret %s is for the user %q, and it runs as %q", secret.Source, secret.UID, user)
		case secret.UID == "" || secret.UID == "0":
			found.add(s.Name, "the secret %s is for root", secret.Source)
		}
	}
}

// shape returns what the deployment has too few of.
func (f *Files) shape(found *findings) {
	roles := map[string]int{}
	f.each(func(s types.ServiceConfig) {
		if r := s.Environment["FLEETBEAT_ROLES"]; r != nil && Ours(s) {
			roles[*r] += s.GetScale()
		}
		if strings.HasPrefix(s.Image, "fleetbeat:") {
			found.add(s.Name, "must run an image of a registry")
		}
	})
	for role, least := range map[string]int{"api": 3, "liveness": 2, "projections": 2} {
		if roles[role] < least {
			found.add("stack", "%s has %d tasks, and needs %d", role, roles[role], least)
		}
	}
	if s, ok := f.Services["ingress"]; !ok || s.GetScale() < 2 {
		found.add("stack", "the ingress needs 2 tasks")
	}
}

// versioned is the name of a secret or a config that can be replaced by another.
var versioned = regexp.MustCompile(`^fleetbeat_[a-z_]+_([0-9]+|[0-9a-f]{8})$`)

// versions returns the secrets and configs that could not be changed, or were changed under the name they had.
func (f *Files) versions(found *findings) {
	used := map[string]bool{}
	f.each(func(s types.ServiceConfig) {
		for _, secret := range s.Secrets {
			used[secret.Source] = true
		}
		for _, config := range s.Configs {
			used[config.Source] = true
		}
	})
	all := map[string]types.FileObjectConfig{}
	for name, secret := range f.Secrets {
		all[name] = types.FileObjectConfig(secret)
		if !secret.External {
			found.add(name, "a secret must come from Docker, and not from a file of the repository")
		}
	}
	for name, config := range f.Configs {
		all[name] = types.FileObjectConfig(config)
	}
	for name, object := range all {
		if !used[name] {
			found.add(name, "nobody uses it")
		}
		if !versioned.MatchString(object.Name) {
			found.add(name, "the name %q has no version: it can never be changed", object.Name)
		}
		if object.External {
			continue
		}
		text, err := os.ReadFile(object.File)
		sum := sha256.Sum256(text)
		if digits := hex.EncodeToString(sum[:4]); err != nil || !strings.HasSuffix(object.Name, "_"+digits) {
			found.add(name, "%s has changed: the name must end with _%s", object.File, digits)
		}
	}
}

// overlays returns the networks that can be listened to, and engines that the world can reach.
func (f *Files) overlays(found *findings) {
	for name, n := range f.Networks {
		if n.Driver != "overlay" && name != "default" || n.Driver == "overlay" && n.DriverOpts["encrypted"] == "" {
			found.add(name, "must be an encrypted overlay network")
		}
	}
	f.each(func(s types.ServiceConfig) {
		for name := range s.Networks {
			if name == "default" {
				found.add(s.Name, "must say which networks it is in")
			}
			if len(volumes(s)) > 0 && !f.Networks[name].Internal {
				found.add(s.Name, "is an engine, and in a network that leads out")
			}
		}
		if s.Name == "ingress" && slices.Contains(networks(s), "engines") {
			found.add(s.Name, "can reach the engines")
		}
	})
}
