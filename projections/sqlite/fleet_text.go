package sqlite

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
)

// shortText is how many characters a text needs to be found by the full-text index.
const shortText = 3

// textQuery returns what the full-text index is asked for a text, which gives every vehicle that has it and some others;
// false where the index cannot know all: of one or two letters and digits it has nothing.
func textQuery(n textfold.Needle) (string, bool) {
	if utf8.RuneCountInString(n.Bare) < shortText {
		return "", false
	}
	if n.Bare == n.Text {
		return quoted(n.Text), true
	}
	return quoted(n.Text) + ` OR plate : ` + quoted(n.Bare), true
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

// plateText returns what the full-text index has of a plate, given the operands that hold it folded and bare. The letters and
// digits of any part of it are a part of its own: what is found by the one is found by the other, and is not stored twice. Only
// letters that become one without what stood between them break that, and none of ASCII do.
func plateText(folded, key string) string {
	return `iif(octet_length(` + folded + `) = length(` + folded + `), ` + key + `, ` + key + ` || char(10) || ` + folded + `)`
}

// textAtOnce is how many vehicles are added to the full-text index in one transaction.
const textAtOnce = 10_000

// indexText adds the next vehicles to the full-text index and reports whether there are more.
func indexText(t tables) (bool, error) {
	var last, n int64
	s := t.prepare(`SELECT coalesce(max(id), 0) FROM fleet_text#_docsize`)
	if err := s.run(func() error { last = s.nextNumber(); return nil }); err != nil {
		return false, err
	}
	s = t.prepare(`INSERT INTO fleet_text# (rowid, vin, plate, customer)
		SELECT id, lower(vin), ` + plateText("plate_folded", "plate_key") + `, customer_folded FROM fleet_vehicles# WHERE id > ?1 ORDER BY id LIMIT ?2 + 0`)
	if err := s.number(last).number(textAtOnce).run(nil); err != nil {
		return false, err
	}
	n = int64(t.conn.Changes())
	return n == textAtOnce, nil
}

// text is what the full-text index is to have of a vehicle.
type text struct {
	id              int64
	known           bool // the index has an older one
	gone            bool
	vin             domain.VIN
	plate, customer string // folded
	plateKey        string
}

// texts are changes of the full-text index. They are made last and in the order of their ids: FTS5 gathers words in memory and
// writes all it has when another statement that may be undone is run, or an earlier id comes. With each vehicle written on its
// own, a piece of the index a vehicle was written, and merged with the others later, for half of what an import costs.
type texts []text

func (c *texts) add(changed text) { *c = append(*c, changed) }

func (c texts) save(t tables) error {
	slices.SortStableFunc(c, func(a, b text) int { return cmp.Compare(a.id, b.id) })
	for _, changed := range c {
		if changed.known {
			if err := t.prepare(`DELETE FROM fleet_text# WHERE rowid = ?1`).number(changed.id).run(nil); err != nil {
				return err
			}
		}
		if changed.gone {
			continue
		}
		err := t.prepare(`INSERT INTO fleet_text# (rowid, vin, plate, customer) VALUES (?1, lower(?2), ` + plateText("?3", "?4") + `, ?5)`).
			number(changed.id).text(string(changed.vin)).text(changed.plate).text(changed.plateKey).text(changed.customer).run(nil)
		if err != nil {
			return err
		}
	}
	return nil
}
