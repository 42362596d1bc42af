package check

import (
	"regexp"
	"strconv"
	"strings"
)

func numbered(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// Image returns the broken rules of the Dockerfile. goVersion is what go.mod asks for, like 1.26.
func Image(text, goVersion string, flags Flags) []string {
	var found findings
	say := func(format string, args ...any) { found.add("Dockerfile", format, args...) }
	text = strings.ReplaceAll(regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(text, ""), "\\\n", " ")
	stages := map[string]bool{"scratch": true}
	for _, from := range regexp.MustCompile(`(?m)^FROM (?:--platform=\S+ )?(\S+)(?: AS (\S+))?$`).FindAllStringSubmatch(text, -1) {
		if !stages[from[1]] && !pinned.MatchString(from[1]) {
			say("the image %q has no exact version", from[1])
		}
		if version, ok := strings.CutPrefix(from[1], "golang:"); ok && !strings.HasPrefix(version, goVersion+".") {
			say("it is built with Go %s, and go.mod asks for %s", version, goVersion)
		}
		stages[from[2]] = true
	}
	final := text[strings.LastIndex(text, "\nFROM ")+1:]
	for _, rule := range []struct{ what, why string }{
		{`^FROM scratch\n`, "the image must hold nothing but Fleetbeat"},
		{`(?m)^USER [1-9][0-9]*:[1-9][0-9]*$`, "it must run as a user of its own, by number"},
		{`(?m)^ENTRYPOINT \["/fleetbeat"\]$`, "it must start Fleetbeat, without a shell"},
		{`(?m)^CMD \["serve"\]$`, "it must serve unless told otherwise"},
		{`(?m)^VOLUME /data$`, "the embedded engines need a volume"},
		{`(?m)^EXPOSE 8080$`, "it must say where it listens"},
		{`org\.opencontainers\.image\.version="\$VERSION"`, "it must say its version"},
		{`/etc/ssl/certs/ca-certificates\.crt`, "it must know certificate authorities"},
	} {
		if !regexp.MustCompile(rule.what).MatchString(final) {
			say("%s: %s", rule.why, rule.what)
		}
	}
	if regexp.MustCompile(`(?m)^(RUN|ADD)\b`).MatchString(final) {
		say("there is nothing in the image that could run")
	}
	if !strings.Contains(text, "CGO_ENABLED=0") || !strings.Contains(text, "-X main.version=$VERSION") {
		say("the binary must be static, and know its version")
	}
	check := regexp.MustCompile(`HEALTHCHECK [^\n]*--start-period=[^\n]*CMD \["/fleetbeat", "([^\n]*)"\]`).FindStringSubmatch(final)
	if check == nil {
		say("it must be asked by itself whether it is well")
		return found
	}
	for _, wrong := range flags.Wrong(strings.Split(check[1], `", "`), nil) {
		say("health check: %s", wrong)
	}
	for _, name := range regexp.MustCompile(`(FLEETBEAT_[A-Z_]+)=`).FindAllStringSubmatch(final, -1) {
		if !flags["serve"][name[1]] {
			say("fleetbeat serve does not know %s", name[1])
		}
	}
	return found
}
