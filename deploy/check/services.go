package check

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// stopStateful is the least time that an engine is given to put on its disk what it has taken.
const stopStateful = time.Minute

// ServiceRules returns the broken rules that hold for the services of both files. stop is how long Fleetbeat may take to stop.
func (f *Files) ServiceRules(stop time.Duration) []string {
	var found findings
	f.each(func(s types.ServiceConfig) {
		f.image(s, &found)
		f.health(s, &found)
		f.environment(s, &found)
		f.hosts(s, &found)
		switch grace := s.StopGracePeriod; {
		case grace == nil:
			found.add(s.Name, "has no stop_grace_period: Docker's 10 s are less than a stop may take")
		case Ours(s) && time.Duration(*grace) <= stop+Drain(s):
			found.add(s.Name, "is killed after %s, and may take %s to stop", grace, stop+Drain(s))
		case !Ours(s) && len(volumes(s)) > 0 && time.Duration(*grace) < stopStateful:
			found.add(s.Name, "has a volume and is killed after %s", grace)
		}
		if s.Logging == nil || s.Logging.Options["max-size"] == "" || s.Logging.Options["max-file"] == "" {
			found.add(s.Name, "may fill the disk with its log: max-size and max-file")
		}
		if Ours(s) {
			f.ours(s, &found)
		}
	})
	return found
}

// Drain returns how long a process of ours goes on answering when it has been told to stop.
func Drain(s types.ServiceConfig) time.Duration {
	d, err := time.ParseDuration(value(s, "FLEETBEAT_DRAIN"))
	if err != nil {
		return 0
	}
	return d
}

// pinned is an image with a version of at least two numbers: one number, or none, is another image tomorrow.
var pinned = regexp.MustCompile(`^[a-z0-9./-]+:v?[0-9]+\.[0-9]+(\.[0-9]+)*([.-][A-Za-z0-9.-]+)?(@sha256:[0-9a-f]{64})?$`)

func (f *Files) image(s types.ServiceConfig, found *findings) {
	if s.Build == nil && !pinned.MatchString(s.Image) {
		found.add(s.Name, "the image %q has no exact version", s.Image)
	}
}

// ports is what each image listens on, by a part of its name.
func ports() map[string]string {
	return map[string]string{"eventstoredb": "2113", "elasticsearch": "9200", "postgres": "5432", "fleetbeat": "8080", "nginx": "8081"}
}

// portOf returns the port that a service listens on.
func portOf(s types.ServiceConfig) string {
	for part, port := range ports() {
		if strings.Contains(path.Base(s.Image), part) {
			return port
		}
	}
	return ""
}

// inURL finds the port of this machine that a health check asks.
var inURL = regexp.MustCompile(`https?://(?:localhost|127\.0\.0\.1):([0-9]+)`)

func (f *Files) health(s types.ServiceConfig, found *findings) {
	h := s.HealthCheck
	if h != nil && h.Disable {
		if plays := len(s.Command) > 0 && s.Command[0] == "simulate"; !once(s) && !plays {
			found.add(s.Name, "has its health check disabled and does not run once")
		}
		return
	}
	if h == nil || len(h.Test) == 0 || h.Interval == nil || h.Timeout == nil || h.Retries == nil || h.StartPeriod == nil {
		found.add(s.Name, "has no whole health check: test, interval, timeout, retries, start_period")
		return
	}
	text := strings.Join(h.Test, " ")
	asked := inURL.FindStringSubmatch(text)
	switch {
	case Ours(s):
		if !slices.Equal(h.Test, []string{"CMD", "/fleetbeat", "health", "--ask", "started"}) {
			found.add(s.Name, "must be asked by /fleetbeat health --ask started, without a shell: %q", text)
		}
		for _, wrong := range f.Flags.Wrong(h.Test[min(2, len(h.Test)):], nil) {
			found.add(s.Name, "health check: %s", wrong)
		}
	case strings.Contains(text, "pg_isready"):
		if !strings.Contains(text, "--host=127.0.0.1") {
			found.add(s.Name, "pg_isready must ask over TCP: on its socket Postgres answers while it initialises")
		}
	case asked == nil || asked[1] != portOf(s):
		found.add(s.Name, "its health check does not ask its port, %s: %q", portOf(s), text)
	}
}

// secret is the name of a variable whose value nobody may see; one that ends with _FILE says where it is.
var secret = regexp.MustCompile(`(?i)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|_KEY)$`)

func (f *Files) environment(s types.ServiceConfig, found *findings) {
	at := mounted(s)
	for name, value := range s.Environment {
		if value == nil {
			found.add(s.Name, "%s is taken from whoever deploys", name)
			continue
		}
		if secret.MatchString(name) && *value != "" {
			found.add(s.Name, "%s is a secret in the environment: give its file", name)
		}
		u, err := url.Parse(*value)
		if err == nil && u.User != nil {
			if _, has := u.User.Password(); has {
				found.add(s.Name, "%s has a password in its URL", name)
			}
		}
		named := []string{}
		if err == nil && u.Host != "" {
			named = append(named, u.Query().Get("tlsCaFile"), u.Query().Get("sslrootcert"))
		} else if strings.HasPrefix(*value, "/run/secrets/") || (strings.HasSuffix(name, "_CA") || strings.HasSuffix(name, "_FILE")) && strings.HasPrefix(*value, "/") {
			named = append(named, *value)
		}
		for _, file := range named {
			if file != "" && !at[file] && !inVolume(s, file) {
				found.add(s.Name, "%s names %s, which is not mounted", name, file)
			}
		}
	}
}

// ours returns the broken rules of a process of ours.
func (f *Files) ours(s types.ServiceConfig, found *findings) {
	environment := map[string]string{}
	for name, value := range s.Environment {
		if value != nil {
			environment[name] = *value
		}
	}
	for _, wrong := range f.Flags.Wrong(s.Command, environment) {
		found.add(s.Name, "%s", wrong)
	}
	if user, _, _ := strings.Cut(s.User, ":"); !regexp.MustCompile(`^[1-9][0-9]*$`).MatchString(user) {
		found.add(s.Name, "must run as a user of its own, by number, and not as %q", s.User)
	}
	if !s.ReadOnly {
		found.add(s.Name, "must have a read-only file system: it writes to the engines alone")
	}
	if !slices.Equal(s.CapDrop, []string{"ALL"}) {
		found.add(s.Name, "must drop all capabilities")
	}
}
