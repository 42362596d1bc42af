package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"fleetbeat/domain"
)

const (
	sessionPath   = "/api/v1/session"
	sessionCookie = "fleetbeat_session"
	// sessionLife is how long a session lasts: a shift, and some more. It is not prolonged by use.
	sessionLife = 12 * time.Hour
)

// NewSession is the body that begins a session.
type NewSession struct {
	Key string `json:"key" doc:"An API key"`
}

// Session says who asks. What it is without scopes is nobody.
type Session struct {
	Needed     bool              `json:"needed" doc:"Whether an API key is needed at all: false as long as none was ever made, and everybody may do everything"`
	KeyID      string            `json:"keyId,omitzero" doc:"The id of the key, absent where none is given or needed"`
	Name       string            `json:"name,omitzero" doc:"The name of the key"`
	Scopes     []domain.Scope    `json:"scopes,omitempty" enum:"ingest,read,admin" doc:"What the caller may do; admin is everything; absent: nothing"`
	CustomerID domain.CustomerID `json:"customerId,omitzero" doc:"The customer that the key is bound to; absent: none"`
	ExpiresAt  domain.Instant    `json:"expiresAt,omitzero" format:"date-time" doc:"When the session ends; absent where there is none"`
}

// addSession registers how people log in whose browser cannot keep a key.
func (s *server) addSession() {
	register(s, operation{
		id: "createSession", method: http.MethodPost, path: sessionPath, tag: tagAccess, body: NewSession{},
		problems: []int{http.StatusUnauthorized, http.StatusTooManyRequests}, summary: "Log in",
		doc: "Answers with a cookie that stands for the key for 12 h, or until the key is revoked. No script can read it, no other site can use it, " +
			"and the key cannot be made of it. It is for browsers; everybody else sends the key itself.",
	}, s.createSession)
	register(s, operation{
		id: "getSession", method: http.MethodGet, path: sessionPath, tag: tagAccess,
		problems: []int{http.StatusTooManyRequests}, summary: "Ask who one is",
		doc: "What the caller may do, and whether a key is needed for it at all. Who is not, or no longer, logged in is answered without scopes, and a cookie that is worth nothing is taken back.",
	}, s.getSession)
	register(s, operation{
		id: "deleteSession", method: http.MethodDelete, path: sessionPath, tag: tagAccess, summary: "Log out",
		doc: "Takes the cookie back. The session itself ends with its time or with its key: revoke the key where a cookie was stolen.",
	}, func(_ context.Context, r *request) (Session, error) {
		http.SetCookie(r.w, cookie(r.Request, "", -1))
		return Session{Needed: s.closed()}, nil
	})
}

func (s *server) createSession(_ context.Context, r *request) (Session, error) {
	body, err := bodyOf[NewSession](r)
	if err != nil {
		return Session{}, err
	}
	text := strings.TrimSpace(body.Key) // as it is pasted
	if text == "" {
		return Session{}, domain.InvalidField("key", "must not be empty")
	}
	if !s.deps.Keys.Ready() {
		return Session{}, s.turnedAway(r.Request, errNotRead)
	}
	grant := s.deps.Keys.Find(text)
	if grant == nil {
		return Session{}, s.turnedAway(r.Request, errWrongKey)
	}
	if wait, ok := s.rates.take(grant.ID()); !ok {
		return Session{}, tooMany(tooManyCalls, wait)
	}
	until := domain.InstantOf(time.Now().Add(sessionLife))
	http.SetCookie(r.w, cookie(r.Request, domain.NewSession(text, until), int(sessionLife/time.Second)))
	return s.sessionOf(caller{grant: grant, until: until}), nil
}

func (s *server) getSession(_ context.Context, r *request) (Session, error) {
	who, err := s.identify(r.Request)
	switch {
	case errors.Is(err, errNoKey):
		return Session{Needed: true}, nil
	case err != nil:
		if p := s.turnedAway(r.Request, err); p.Status != http.StatusUnauthorized {
			return Session{}, p
		}
		if len(r.Header["Authorization"]) == 0 { // a cookie of a revoked key would go on being sent, and be counted as wrong keys
			http.SetCookie(r.w, cookie(r.Request, "", -1))
		}
		return Session{Needed: true}, nil
	}
	return s.sessionOf(who), nil
}

// sessionOf says who asks.
func (s *server) sessionOf(who caller) Session {
	key := who.grant.Key
	if key == nil {
		return Session{Scopes: []domain.Scope{domain.ScopeAdmin}}
	}
	return Session{Needed: true, KeyID: key.ID, Name: key.Name, Scopes: key.Scopes, CustomerID: key.CustomerID, ExpiresAt: who.until}
}

// cookie returns the cookie of a session. It names no path: the browser then sends it to the paths beside this
// operation's own, /api/v1/…, whatever the prefix that a proxy serves them under, and to no other.
func cookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: sessionCookie, Value: value, MaxAge: maxAge, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: isSecure(r),
	}
}

// isSecure reports whether the client's own connection is encrypted, here or at a proxy. A client that lies gets a cookie
// that its browser keeps to itself.
func isSecure(r *http.Request) bool {
	first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	return r.TLS != nil || strings.EqualFold(strings.TrimSpace(first), "https")
}
