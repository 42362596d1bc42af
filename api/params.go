package api

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// params are the query parameters of a request. Each is read by a method of its own; what is wrong with any of them is
// gathered, for who sends three wrong ones wants to hear of three.
type params struct {
	values url.Values
	wrong  *domain.Error
}

// read parses a query string and refuses parameters that the operation does not have: a misspelt filter that is ignored
// would show the wrong vehicles.
func (p *params) read(query string, known []*huma.Param) error {
	var err error
	if p.values, err = url.ParseQuery(query); err != nil {
		return malformed("the query string cannot be read", err)
	}
	for name := range p.values {
		if !slices.ContainsFunc(known, func(k *huma.Param) bool { return k.In == "query" && k.Name == name }) {
			p.fail(domain.InvalidField(shown(name), "there is no such parameter here"))
		}
	}
	return p.err()
}

// shown makes a name that a client gave fit for an answer.
func shown(name string) string {
	if len(name) > 64 {
		name = name[:64]
	}
	return strings.ToValidUTF8(name, "�")
}

// fail takes note of what is wrong.
func (p *params) fail(err *domain.Error) {
	if p.wrong == nil {
		p.wrong = err
		return
	}
	p.wrong = &domain.Error{Kind: min(p.wrong.Kind, err.Kind), Message: "several parameters are wrong",
		Fields: append(p.wrong.Fields, err.Fields...)}
}

// err returns what is wrong with the parameters read so far, or nil.
func (p *params) err() error {
	if p.wrong == nil {
		return nil
	}
	return p.wrong
}

// given reports whether a parameter is there, be it empty.
func (p *params) given(name string) bool { return p.values.Has(name) }

// text returns a parameter that may be given once.
func (p *params) text(name string) string {
	if len(p.values[name]) > 1 {
		p.fail(domain.InvalidField(name, "is given more than once"))
	}
	return p.values.Get(name)
}

// list returns a parameter that may be repeated or hold several values separated by commas.
func (p *params) list(name string) []string {
	var all []string
	for _, value := range p.values[name] {
		for one := range strings.SplitSeq(value, ",") {
			if one = strings.TrimSpace(one); one != "" {
				all = append(all, one)
			}
		}
	}
	return all
}

// flag returns whether something is asked for; false where it is not given.
func (p *params) flag(name string) bool {
	switch p.text(name) {
	case "true":
		return true
	case "", "false":
	default:
		p.fail(domain.InvalidField(name, "must be true or false"))
	}
	return false
}

// limit returns how many items are asked for; 0 where that is left open.
func (p *params) limit() int {
	text := p.text("limit")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > queries.MaxLimit {
		p.fail(domain.InvalidField("limit", "must be a whole number from 1 to %d", queries.MaxLimit))
	}
	return n
}

// sort returns the column that a list is to be ordered by, and whether the order is reversed.
func (p *params) sort() (column string, reversed bool) {
	column, reversed = strings.CutPrefix(p.text("sort"), "-")
	if reversed && column == "" {
		p.fail(domain.InvalidField("sort", "names no column after the -"))
	}
	return column, reversed
}

// instant returns a moment, zero where it is not given.
func (p *params) instant(name string) (at domain.Instant) {
	text := p.text(name)
	if text != "" && at.UnmarshalText([]byte(text)) != nil {
		p.fail(domain.InvalidField(name, "must be a time like 2026-01-31T12:00:00.000Z"))
	}
	return at
}

// silence returns a time like 5m, 1h or 7d.
func (p *params) silence(name string) time.Duration {
	text := p.text(name)
	if text == "" {
		return 0
	}
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}
	const most = 10 * 365 // days
	unit := units[text[len(text)-1]]
	n, err := strconv.ParseInt(text[:len(text)-1], 10, 64)
	if unit > 0 && err == nil && n > 0 && n <= int64(most*24*time.Hour/unit) { // a product might overflow
		return time.Duration(n) * unit
	}
	p.fail(domain.InvalidField(name, "must be a whole number and s, m, h or d, like 5m, 1h or 7d, and at most %d days", most))
	return 0
}

// after returns the position to wait for.
func (p *params) after(positions positions) domain.Position {
	at, err := positions.parse("after", p.text("after"))
	p.check(err)
	return at
}

// check takes note of an error of the domain.
func (p *params) check(err error) {
	if err == nil {
		return
	}
	var known *domain.Error
	if !errors.As(err, &known) {
		known = &domain.Error{Kind: domain.Internal, Cause: err}
	}
	p.fail(known)
}

// customers returns the ids of customers that are asked for.
func (p *params) customers() (ids []domain.CustomerID) {
	for _, id := range p.list("customer") {
		ids = append(ids, domain.CustomerID(id))
	}
	return ids
}

// statuses returns the statuses that are asked for.
func (p *params) statuses() (statuses []domain.Status) {
	for _, text := range p.list("status") {
		status, err := domain.ParseStatus("status", text)
		p.check(err)
		statuses = append(statuses, status)
	}
	return statuses
}

// vins returns the VINs that are asked for.
func (p *params) vins() (vins []domain.VIN) {
	for _, text := range p.list("vin") {
		vin, err := domain.ParseVIN(text)
		p.check(err)
		vins = append(vins, vin)
	}
	return vins
}
