package api

import (
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"fleetbeat/domain"
)

// What callers read who are not let in. None says whether there is such a key.
const (
	noKey = "an API key is needed: as Authorization: Bearer, as the user name of basic authentication, or in the session " +
		"that POST /api/v1/session begins"
	wrongKey     = "this API key, or session, is not one, or not any more"
	notRead      = "the API keys have not been read yet; please try again"
	tooManyWrong = "too many wrong API keys from this address; please wait"
	tooManyCalls = "too many requests with this API key; please wait"
	boundKey     = "this API key is bound to a customer, and this concerns the whole service"
)

var (
	errNoKey    = errors.New("no key was given")
	errWrongKey = errors.New("a key was given that is none")
	errOver     = errors.New("a session was given that is over")
	errNotRead  = errors.New("the keys have not been read")
)

// admit returns who asks, if he may ask for this, else why not. A key is first known and then counted: wrong ones, which
// are counted by address, never hinder a right one that comes from the same place, a proxy's, say.
func (s *server) admit(need access, r *http.Request) (caller, *Problem) {
	who, err := s.identify(r)
	if err != nil {
		return caller{}, s.turnedAway(r, err)
	}
	key := who.grant.Key
	if key == nil {
		return who, nil
	}
	if wait, ok := s.rates.take(key.ID); !ok {
		return caller{}, tooMany(tooManyCalls, wait)
	}
	switch {
	case !key.May(need.scope):
		return caller{}, newProblem(http.StatusForbidden, "this API key has not the scope "+string(need.scope)+"; it has "+scopesText(key.Scopes))
	case need.whole && key.CustomerID != "":
		return caller{}, newProblem(http.StatusForbidden, boundKey)
	}
	return who, nil
}

// identify returns who asks, or errNotRead, errNoKey, errOver or errWrongKey. A key that is given stands for itself, be there a
// session beside it.
func (s *server) identify(r *http.Request) (caller, error) {
	keys := s.deps.Keys
	if open := keys.Open(); open != nil {
		return caller{grant: open}, nil
	}
	if !keys.Ready() {
		return caller{}, errNotRead
	}
	if given := r.Header["Authorization"]; len(given) > 0 {
		text, ok := credential(given[0])
		if grant := keys.Find(text); ok && len(given) == 1 && grant != nil {
			return caller{owner: grant.CustomerID(), grant: grant}, nil
		}
		return caller{}, errWrongKey
	}
	sessions, why := r.CookiesNamed(sessionCookie), errWrongKey
	for _, cookie := range sessions[:min(len(sessions), 4)] { // each costs a signature to check
		grant, until := keys.FindSession(cookie.Value, domain.InstantOf(time.Now()))
		if grant != nil {
			return caller{owner: grant.CustomerID(), grant: grant, until: until}, nil
		}
		if !until.IsZero() {
			why = errOver
		}
	}
	if len(sessions) > 0 {
		return caller{}, why
	}
	return caller{}, errNoKey
}

// credential returns the key in an Authorization header: the bearer token, or the user name, whatever the password.
func credential(header string) (string, bool) {
	scheme, rest, _ := strings.Cut(header, " ")
	rest = strings.TrimSpace(rest)
	if strings.EqualFold(scheme, "bearer") {
		return rest, true
	}
	if !strings.EqualFold(scheme, "basic") {
		return "", false
	}
	decoded, err := base64.StdEncoding.DecodeString(rest)
	name, _, _ := strings.Cut(string(decoded), ":")
	return name, err == nil
}

// turnedAway returns the problem of a caller who is nobody.
func (s *server) turnedAway(r *http.Request, why error) *Problem {
	detail := wrongKey
	switch {
	case errors.Is(why, errNotRead):
		p := newProblem(http.StatusServiceUnavailable, notRead)
		p.retryAfter = 1
		return p
	case errors.Is(why, errNoKey):
		detail = noKey
	case errors.Is(why, errOver): // no guess: a floor of dashboards that were left open overnight would read 429, and never ask to log in
	default:
		if wait, ok := s.wrongs.take(r.RemoteAddr); !ok {
			return tooMany(tooManyWrong, wait)
		}
	}
	p := newProblem(http.StatusUnauthorized, detail)
	p.challenges = []string{`Bearer realm="fleetbeat"`}
	if !isBrowser(r) {
		p.challenges = append(p.challenges, `Basic realm="fleetbeat"`)
	}
	return p
}

// isBrowser reports whether a browser asks. One that is offered basic authentication shows a window of its own, over any
// page, and from then on sends what was typed with every request, also those that pages of other sites make it send.
func isBrowser(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") != "" || strings.HasPrefix(r.UserAgent(), "Mozilla/")
}

func tooMany(detail string, wait int) *Problem {
	p := newProblem(http.StatusTooManyRequests, detail)
	p.retryAfter = wait
	return p
}

func scopesText(scopes []domain.Scope) string {
	var names []string
	for _, scope := range scopes {
		names = append(names, string(scope))
	}
	return strings.Join(slices.Compact(names), " and ")
}
