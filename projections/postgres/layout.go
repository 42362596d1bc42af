package postgres

import (
	"strconv"
	"strings"

	"fleetbeat/projections"
)

// layout is how one kind of rows is kept.
type layout struct {
	kind    projections.Kind
	columns []column // the key first
	keys    int      // how many of them are the key
	storage string   // parameters of the table
	also    []string // more statements that make it; # stands for the suffix of the generation's tables
	beside  []string // tables that they make
	indexes []string
	// write returns a row value by value in the order of the columns, and read reads it so.
	write func(projections.Row) (cells, error)
	read  func(*reader) (projections.Row, error)
	// set says what happens to the columns of a row that is there: it is replaced by the new one unless this says otherwise.
	set string
	// then are statements that follow a write, of the same values.
	then []string
	some string // condition of the rows that a dump shows; empty means all
}

// column is a column of a table. Texts are compared and sorted by their bytes.
type column struct {
	name, kind string
	empty      bool // it may be null
}

// The kinds of columns.
const (
	text   = "text"
	number = "bigint"
	float  = "double precision"
)

// layoutsOf returns the kinds of rows of a view; nil for one that is kept elsewhere.
func layoutsOf(view string) []layout {
	switch view {
	case latestView:
		return []layout{latestVehicles()}
	case relationsView:
		return []layout{relationsCustomers(), relationsVehicles()}
	case timelineView:
		return []layout{timelineVehicles(), timelineSpans(), timelineChanges(), timelineQuarters()}
	}
	return nil
}

// The views that are kept here.
const (
	latestView    = "latest"
	relationsView = "relations"
	timelineView  = "timeline"
)

func (l layout) table() string { return string(l.kind) + "#" }

// tables returns the names of the tables, separated by commas.
func (l layout) tables() string { return strings.Join(append([]string{l.table()}, l.beside...), ", ") }

// names returns the columns, separated by commas.
func (l layout) names() string { return l.list(l.columns, func(c column) string { return c.name }) }

func (l layout) list(columns []column, say func(column) string) string {
	said := make([]string, len(columns))
	for i, c := range columns {
		said[i] = say(c)
	}
	return strings.Join(said, ", ")
}

// create returns the statements that make the tables.
func (l layout) create() string {
	columns := l.list(l.columns, func(c column) string {
		s := c.name + " " + c.kind
		if c.kind == text {
			s += ` COLLATE "C"`
		}
		if !c.empty {
			s += " NOT NULL"
		}
		return s
	})
	statement := `CREATE TABLE ` + l.table() + ` (` + columns + `, PRIMARY KEY (` + l.key() + `))`
	if l.storage != "" {
		statement += ` WITH (` + l.storage + `)`
	}
	return strings.Join(append([]string{statement}, l.also...), ";\n")
}

func (l layout) key() string {
	return l.list(l.columns[:l.keys], func(c column) string { return c.name })
}

// finish returns what is done when the table is filled, each in a transaction of its own.
func (l layout) finish() []string { return append(l.indexes, `ANALYZE `+l.tables()) }

// values returns the source of rows that are handed over column by column, as arrays $1, $2, ….
func (l layout) values() string {
	var arrays []string
	for i, c := range l.columns {
		arrays = append(arrays, parameter(i)+"::"+c.kind+"[]")
	}
	return `unnest(` + strings.Join(arrays, ", ") + `) AS new (` + l.names() + `)`
}

func parameter(i int) string { return "$" + strconv.Itoa(i+1) }

// upsert returns the statement that adds rows or replaces those with their keys.
func (l layout) upsert() string {
	set := l.set
	if set == "" {
		set = l.list(l.columns[l.keys:], func(c column) string { return c.name + " = excluded." + c.name })
	}
	return `INSERT INTO ` + l.table() + ` AS old (` + l.names() + `) SELECT * FROM ` + l.values() + ` ON CONFLICT (` + l.key() + `) DO UPDATE SET ` + set
}

// selects returns the statement that reads rows, up to its condition.
func (l layout) selects() string { return `SELECT ` + l.names() + ` FROM ` + l.table() }
