package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// elided is what pages write for what they leave out.
const elided = "…"

// differs says how what came is not what is shown, "" where it is. Moments, ids, positions and numbers that are never the
// same twice need only be of their kind; `…` stands for anything.
func differs(shown, came string) string {
	shown, came = strings.TrimSpace(shown), strings.TrimSpace(came)
	if strings.HasPrefix(shown, "{") || strings.HasPrefix(shown, "[") {
		return differsJSON(shown, came)
	}
	return differsLines(strings.Split(shown, "\n"), strings.Split(came, "\n"))
}

func differsLines(shown, came []string) string {
	for i, line := range shown {
		switch {
		case line == elided && i == len(shown)-1:
			return ""
		case line == elided:
			for skip := range came {
				if differsLines(shown[i+1:], came[skip:]) == "" {
					return ""
				}
			}
			return fmt.Sprintf("nothing like %q comes", shown[i+1])
		case strings.HasPrefix(line, "{"): // the body after its headers: the rest is one value
			return differsJSON(strings.Join(shown[i:], "\n"), strings.Join(came, "\n"))
		case len(came) == 0:
			return fmt.Sprintf("%q does not come", line)
		}
		first := came[0]
		came = came[1:]
		if data, ok := strings.CutPrefix(line, "data: "); ok && strings.HasPrefix(first, "data: ") {
			if d := differsJSON(data, strings.TrimPrefix(first, "data: ")); d != "" {
				return d
			}
		} else if !alike(line, first) {
			return fmt.Sprintf("%q is not like %q", first, line)
		}
	}
	if len(came) > 0 && strings.Join(came, "") != "" {
		return fmt.Sprintf("%q comes too", came)
	}
	return ""
}

// left marks what is left out, so that the rest is JSON.
var left = regexp.MustCompile(`,?\s*…\s*([\]}])`)

func differsJSON(shown, came string) string {
	marked := left.ReplaceAllStringFunc(shown, func(found string) string {
		mark := `"…"`
		if strings.HasSuffix(found, "}") {
			mark = `"…":0`
		}
		if strings.HasPrefix(found, ",") {
			mark = "," + mark
		}
		return mark + found[len(found)-1:]
	})
	var want, got any
	if err := json.Unmarshal([]byte(marked), &want); err != nil {
		return fmt.Sprintf("what is shown is not JSON: %v", err)
	}
	if err := json.Unmarshal([]byte(came), &got); err != nil {
		return fmt.Sprintf("what came is not JSON: %v", err)
	}
	return differsValue("", want, got)
}

// moving are numbers that depend on the moment.
var moving = []string{"lagMs", "afterSeconds", "lat", "lon", "connectedShare", "longestDisconnectedSeconds", "connected", "disconnected", "never_seen", "count"}

func differsValue(path string, want, got any) string {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			return path + " is no object"
		}
		return differsObject(path, want, got)
	case []any:
		got, ok := got.([]any)
		if !ok {
			return path + " is no list"
		}
		return differsList(path, want, got)
	case string:
		got, ok := got.(string)
		if !ok || !alike(want, got) {
			return fmt.Sprintf("%s is %q, not like %q", path, got, want)
		}
	case float64:
		got, ok := got.(float64)
		if !ok || got != want && !slices.Contains(moving, path[strings.LastIndex(path, ".")+1:]) {
			return fmt.Sprintf("%s is %v, not %v", path, got, want)
		}
	default:
		if want != got {
			return fmt.Sprintf("%s is %v, not %v", path, got, want)
		}
	}
	return ""
}

func differsObject(path string, want, got map[string]any) string {
	_, more := want[elided]
	for name, value := range want {
		if name == elided {
			continue
		}
		there, ok := got[name]
		if !ok {
			return path + "." + name + " does not come"
		}
		if d := differsValue(path+"."+name, value, there); d != "" {
			return d
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok && !more {
			return path + "." + name + " is not shown"
		}
	}
	return ""
}

func differsList(path string, want, got []any) string {
	more := len(want) > 0 && want[len(want)-1] == elided
	if more {
		want = want[:len(want)-1]
	}
	if len(got) < len(want) || len(got) > len(want) && !more {
		return fmt.Sprintf("%s has %d entries, not %d", path, len(got), len(want))
	}
	for i := range want {
		if d := differsValue(path, want[i], got[i]); d != "" {
			return d
		}
	}
	return ""
}

// never are what is never the same twice. What they become is not what anybody writes.
var never = []struct {
	pattern *regexp.Regexp
	becomes string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`), "<moment>"},
	{regexp.MustCompile(`\b[a-z2-7]{8}\.\d+\b`), "<position>"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "<uuid>"},
	{regexp.MustCompile(`^(eyJ[\w-]{10,})$`), "<cursor>"},
	{regexp.MustCompile(`^[\w-]{16}$`), "<id>"},
	{regexp.MustCompile(`\blog [a-z2-7]{26}\b`), "log <id>"},
	{regexp.MustCompile(`\bkey [a-z2-7]{8}\b`), "key <id>"},
	{regexp.MustCompile(`^[a-z2-7]{8}( |$)`), "<key>$1"},
	{regexp.MustCompile(`\d+`), "0"},
	{regexp.MustCompile(` +`), " "},
}

// alike reports whether a text is like the one that is shown.
func alike(shown, came string) bool {
	for _, n := range never {
		shown, came = n.pattern.ReplaceAllString(shown, n.becomes), n.pattern.ReplaceAllString(came, n.becomes)
	}
	if !strings.Contains(shown, elided) {
		return shown == came
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(shown), elided, ".*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(came)
}

func TestTheCheckOfTheDocsFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	const shown = `{"id":"qD4e7gPC_hVRrbGh","position":"yjrmpxpu.57","at":"2026-11-21T17:00:47.580Z","n":2,"lagMs":7,"of":[{"a":1},…]}`
	const came = `{"id":"0123456789abcdef","position":"aaaaaaaa.1","at":"2027-01-01T00:00:00.000Z","n":2,"lagMs":9,"of":[{"a":1},{"b":1}]}`
	for name, test := range map[string]struct {
		shown, came string
		alike       bool
	}{
		"what is never the same twice may differ": {shown, came, true},
		"a field more":                          {`{"a":1}`, `{"a":1,"b":2}`, false},
		"a field less":                          {`{"a":1,"b":2}`, `{"a":1}`, false},
		"a field more, where some are left out": {`{"a":1,…}`, `{"a":1,"b":2}`, true},
		"all of them left out":                  {`{…}`, `{"a":1}`, true},
		"a number that counts":                  {`{"accepted":2}`, `{"accepted":3}`, false},
		"another kind":                          {`{"a":"1"}`, `{"a":1}`, false},
		"another list":                          {`{"a":[1]}`, `{"a":[1,1]}`, false},
		"a shorter list":                        {`{"a":[1,…]}`, `{"a":[]}`, false},
		"another word":                          {`{"status":"connected"}`, `{"status":"disconnected"}`, false},
		"another sentence":                      {`{"detail":"a VIN has 17 characters"}`, `{"detail":"a VIN has 17 letters"}`, false},
		"a word left out":                       {`{"version":"…"}`, `{"version":"v1"}`, true},
		"no JSON":                               {`{"a":1}`, `oops`, false},
		"lines":                                 {"id: yjrmpxpu.57\ndata: {\"a\":1}\n…", "id: aaaaaaaa.1\ndata: {\"a\":1}\n\nmore", true},
		"another line":                          {"event: connected", "event: disconnected", false},
		"a line more":                           {"event: connected", "event: connected\nid: x", false},
		"a line less":                           {"event: connected\nid: x", "event: connected", false},
		"headers left out":                      {"HTTP/1.1 422 No\n…\nContent-Type: x\n…\n\n{\"a\":1}", "HTTP/1.1 422 No\nA: b\nContent-Type: x\nC: d\n\n{\"a\":1}\n", true},
		"another header":                        {"HTTP/1.1 422 No\n…\nContent-Type: x\n…\n\n{\"a\":1}", "HTTP/1.1 422 No\nA: b\nContent-Type: y\n\n{\"a\":1}", false},
		"another body":                          {"HTTP/1.1 422 No\n…\n\n{\"a\":1}", "HTTP/1.1 422 No\nA: b\n\n{\"a\":2}", false},
		"nothing shown, nothing came":           {"", "", true},
		"nothing shown":                         {"", "oops", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := differs(test.shown, test.came)
			assert.Equal(t, test.alike, d == "", d)
		})
	}
}
