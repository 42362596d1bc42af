package check

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// ComposeRules returns the broken rules of docker-compose.yml: nobody but this machine reaches its unsecured engines, and
// nothing starts before what it needs is there.
func (f *Files) ComposeRules() []string {
	var found findings
	f.each(func(s types.ServiceConfig) {
		for _, p := range s.Ports {
			if p.HostIP != "127.0.0.1" {
				found.add(s.Name, "port %s can be reached from other machines", p.Published)
			}
		}
		if s.Restart == "" {
			found.add(s.Name, "is not started again when it fails")
		}
		f.order(s, &found)
	})
	return found
}

// order returns what a service does not wait for, or waits for in vain.
func (f *Files) order(s types.ServiceConfig, found *findings) {
	for name, d := range s.DependsOn {
		there := f.Services[name]
		switch {
		case d.Condition == types.ServiceConditionHealthy && (there.HealthCheck == nil || there.HealthCheck.Disable):
			found.add(s.Name, "waits for the health of %s, which has no check", name)
		case d.Condition == types.ServiceConditionCompletedSuccessfully && !once(there):
			found.add(s.Name, "waits for the end of %s, which does not end", name)
		case d.Condition == types.ServiceConditionStarted:
			found.add(s.Name, "waits for %s to be started, which says nothing of it", name)
		}
	}
	for _, a := range addresses(s) {
		if _, waits := s.DependsOn[a.host]; !waits {
			found.add(s.Name, "asks %s and does not wait for it", a.host)
		}
	}
	if listens := Ours(s) && len(s.Command) > 0 && s.Command[0] == "serve"; !listens {
		return
	}
	if !slices.ContainsFunc(f.ServiceNames(), func(n string) bool {
		there := f.Services[n]
		_, waits := s.DependsOn[n]
		return waits && slices.Equal(there.Command, []string{"keys", "ensure"})
	}) {
		found.add(s.Name, "does not wait for the first key, without which it does not start")
	}
}
