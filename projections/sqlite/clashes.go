package sqlite

import "fleetbeat/domain"

// fleetWithClashes is the version of the fleet view that knows which registration numbers are used twice, and counts
// silence.
const fleetWithClashes = 2

// A vehicle is in fleet_clashes# while another one has the same plate_key. A generation that is not finished gets its clashes
// all at once, as its text.
const findClashes = `INSERT INTO fleet_clashes# (id) SELECT id FROM fleet_vehicles# WHERE plate_key IN
	(SELECT plate_key FROM fleet_vehicles# GROUP BY plate_key HAVING count(*) > 1)`

// comes notes that a vehicle has got a registration number. It looks at three vehicles at most, however many share it: of
// more than two all others clash already.
func (t tables) comes(id int64, key string) error {
	var ids []int64
	s := t.prepare(`SELECT id FROM fleet_vehicles# WHERE plate_key = ?1 LIMIT 3`).text(key)
	if err := s.run(func() error { ids = append(ids, s.nextNumber()); return nil }); err != nil {
		return err
	}
	if len(ids) < 2 {
		return t.noClash(id)
	}
	for _, clashing := range append(ids, id) {
		if err := t.prepare(`INSERT OR IGNORE INTO fleet_clashes# (id) VALUES (?1)`).number(clashing).run(nil); err != nil {
			return err
		}
	}
	return nil
}

// leaves notes that a vehicle has given up a registration number: if one is left that has it, it clashes no more.
func (t tables) leaves(key string) error {
	var ids []int64
	s := t.prepare(`SELECT id FROM fleet_vehicles# WHERE plate_key = ?1 LIMIT 2`).text(key)
	if err := s.run(func() error { ids = append(ids, s.nextNumber()); return nil }); err != nil || len(ids) != 1 {
		return err
	}
	return t.noClash(ids[0])
}

func (t tables) noClash(id int64) error {
	return t.prepare(`DELETE FROM fleet_clashes# WHERE id = ?1`).number(id).run(nil)
}

// clashesOf returns the keys of registration numbers that more than one vehicle of a customer has. It looks at those of its
// vehicles that clash with any.
func (t tables) clashesOf(id domain.CustomerID) (map[string]bool, error) {
	twice := map[string]bool{}
	s := t.prepare(`SELECT v.plate_key FROM fleet_clashes# AS k CROSS JOIN fleet_vehicles# AS v ON v.id = k.id
		WHERE v.customer = ?1 GROUP BY v.plate_key HAVING count(*) > 1`).text(string(id))
	return twice, s.run(func() error { twice[s.nextText()] = true; return nil })
}

// findOwnClashes makes a search for clashes ready.
func (q *search) findOwnClashes() (err error) {
	switch {
	case !q.clash:
	case q.g.Version < fleetWithClashes: // an older view is served until the new one is built
		return &domain.Error{Kind: domain.Unavailable, RetryAfter: 5, Message: "registration numbers that are used twice are not known until the fleet view is built anew"}
	case q.owner != "":
		q.ownClash, err = q.clashesOf(q.owner)
	}
	return err
}
