package postgres

import (
	"fleetbeat/domain"
	"fleetbeat/projections"
)

func timelineVehicles() layout {
	return layout{
		kind: projections.KindTimelineVehicle,
		columns: []column{
			{"vin", text, false}, {"life", number, false}, {"customer", text, false}, {"plate", text, false},
			{"status", text, false}, {"since", number, false}, {"counted", number, false}, {"registered", number, false},
		},
		keys:    1,
		storage: "fillfactor = 70",
		write: func(row projections.Row) (cells, error) {
			v := row.(*projections.TimelineVehicle)
			return cells{}.text(string(v.VIN)).number(v.Life).text(string(v.CustomerID)).text(v.RegistrationNumber).
				text(string(v.Status)).instant(v.Since).instant(v.Counted).instant(v.RegisteredAt), nil
		},
		read: func(r *reader) (projections.Row, error) {
			return &projections.TimelineVehicle{
				VIN: domain.VIN(r.text()), Life: r.number(), CustomerID: domain.CustomerID(r.text()), RegistrationNumber: r.text(),
				Status: domain.Status(r.text()), Since: r.instant(), Counted: r.instant(), RegisteredAt: r.instant(),
			}, nil
		},
	}
}

// timelineSpans is the layout of the one row of unobserved spans: their ends, in order, as text.
func timelineSpans() layout {
	return layout{
		kind:    projections.KindTimelineSpans,
		columns: []column{{"id", text, false}, {"spans", text, false}},
		keys:    1,
		write: func(row projections.Row) (cells, error) {
			s := row.(*projections.TimelineSpans)
			return cells{}.text(s.Key().ID).text(writeSpans(s.Spans)), nil
		},
		read: func(r *reader) (projections.Row, error) {
			r.value() // there is one
			spans, err := readSpans(r.text())
			return &projections.TimelineSpans{Spans: spans}, err
		},
	}
}

// timelineChanges is the layout of the feed. A vehicle's timeline is its transitions in it.
func timelineChanges() layout {
	return layout{
		kind: projections.KindChange,
		columns: []column{
			{"commit_position", number, false}, {"prepare_position", number, false}, {"topic", text, false}, {"vin", text, false},
			{"life", number, false}, {"customer", text, false}, {"plate", text, false}, {"status_before", text, false},
			{"status", text, false}, {"before_since", number, false}, {"at", number, false}, {"proved_at", number, false},
			{"last", number, false},
		},
		keys: 2,
		indexes: []string{
			`CREATE INDEX timeline_transitions#
				ON timeline_changes# (vin, life, at, commit_position, prepare_position) INCLUDE (status) WHERE topic = 'transition'`,
			// The last transitions of a customer, or to a status: a walk back along the feed would end at the first one.
			`CREATE INDEX timeline_owners# ON timeline_changes# (customer, commit_position, prepare_position) WHERE topic = 'transition'`,
			`CREATE INDEX timeline_statuses# ON timeline_changes# (status, commit_position, prepare_position) WHERE topic = 'transition'`,
		},
		write: func(row projections.Row) (cells, error) {
			c := row.(*projections.FeedChange)
			return cells{}.position(c.Position).text(string(c.Topic)).text(string(c.VIN)).number(c.Life).text(string(c.CustomerID)).
				text(c.RegistrationNumber).text(string(c.From)).text(string(c.To)).instant(c.FromSince).instant(c.At).
				instant(c.ProvedAt).instant(c.LastHeartbeat), nil
		},
		read: func(r *reader) (projections.Row, error) { return readChange(r), nil },
	}
}

func readChange(r *reader) *projections.FeedChange {
	return &projections.FeedChange{
		Position: r.position(), Topic: projections.Topic(r.text()), VIN: domain.VIN(r.text()), Life: r.number(),
		CustomerID: domain.CustomerID(r.text()), RegistrationNumber: r.text(), From: domain.Status(r.text()), To: domain.Status(r.text()),
		FromSince: r.instant(), At: r.instant(), ProvedAt: r.instant(), LastHeartbeat: r.instant(),
	}
}

// timelineQuarters is the layout of the numbers per quarter of an hour: how they changed in it. Beside them stands their sum
// over all time, from which the numbers of the last days are found by looking at those days alone. Both are added to.
func timelineQuarters() layout {
	const add = `connected = old.connected + excluded.connected, disconnected = old.disconnected + excluded.disconnected,
		never_seen = old.never_seen + excluded.never_seen`
	l := layout{
		kind: projections.KindQuarter,
		columns: []column{
			{"customer", text, false}, // empty: the whole fleet
			{"start", number, false}, {"connected", number, false}, {"disconnected", number, false}, {"never_seen", number, false},
		},
		keys:    2,
		storage: "fillfactor = 70",
		also: []string{`CREATE TABLE timeline_totals# (
			customer     text COLLATE "C" PRIMARY KEY,
			connected    bigint NOT NULL,
			disconnected bigint NOT NULL,
			never_seen   bigint NOT NULL
		) WITH (fillfactor = 70)`},
		beside: []string{"timeline_totals#"},
		set:    add,
		some:   ` WHERE connected <> 0 OR disconnected <> 0 OR never_seen <> 0`,
		write: func(row projections.Row) (cells, error) {
			q := row.(*projections.Quarter)
			return cells{}.text(string(q.CustomerID)).instant(q.Start).number(q.Connected).number(q.Disconnected).number(q.NeverSeen), nil
		},
		read: func(r *reader) (projections.Row, error) { return readQuarter(r), nil },
	}
	l.then = []string{`INSERT INTO timeline_totals# AS old (customer, connected, disconnected, never_seen)
		SELECT customer, sum(connected), sum(disconnected), sum(never_seen) FROM ` + l.values() + ` GROUP BY customer ORDER BY customer
		ON CONFLICT (customer) DO UPDATE SET ` + add}
	return l
}

func readQuarter(r *reader) *projections.Quarter {
	return &projections.Quarter{
		CustomerID: domain.CustomerID(r.text()), Start: r.instant(), Connected: r.number(), Disconnected: r.number(), NeverSeen: r.number(),
	}
}
