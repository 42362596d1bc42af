package postgres

import (
	"github.com/jackc/pgx/v5"

	"fleetbeat/domain"
)

// cells is a row of a table as it is written, value by value in the order of the columns.
type cells []any

func (c cells) text(v string) cells            { return append(c, storable(v)) }
func (c cells) number(v int64) cells           { return append(c, v) }
func (c cells) instant(v domain.Instant) cells { return append(c, int64(v)) }

func (c cells) optional(v *int64) cells {
	if v == nil {
		return append(c, nil)
	}
	return append(c, *v)
}

func (c cells) overrides(o domain.Overrides) cells {
	return c.optional(o.IntervalSeconds).optional(o.GraceSeconds)
}

func (c cells) location(l *domain.LocationAt) cells {
	if l == nil {
		return append(c, nil, nil, nil)
	}
	return append(c, l.Lat, l.Lon, int64(l.At))
}

// position keeps the two numbers in their order as long as they are below 2^63, as those of every engine are.
func (c cells) position(p domain.Position) cells {
	return append(c, int64(p.Commit), int64(p.Prepare))
}

// reader reads the columns of a row one after the other.
type reader struct {
	values []any
}

// next returns the row that rows stands on.
func next(rows pgx.Rows) (*reader, error) {
	values, err := rows.Values()
	return &reader{values}, err
}

func (r *reader) value() any {
	v := r.values[0]
	r.values = r.values[1:]
	return v
}

func (r *reader) text() string {
	v, _ := r.value().(string)
	return original(v)
}

// number reads an integer of any width.
func (r *reader) number() int64 {
	switch v := r.value().(type) {
	case int64:
		return v
	case int32:
		return int64(v)
	}
	return 0
}

func (r *reader) instant() domain.Instant { return domain.Instant(r.number()) }

func (r *reader) flag() bool {
	v, _ := r.value().(bool)
	return v
}

func (r *reader) float() float64 {
	v, _ := r.value().(float64)
	return v
}

func (r *reader) optional() *int64 {
	if v, ok := r.value().(int64); ok {
		return &v
	}
	return nil
}

func (r *reader) overrides() domain.Overrides {
	return domain.Overrides{IntervalSeconds: r.optional(), GraceSeconds: r.optional()}
}

func (r *reader) location() *domain.LocationAt {
	if r.values[0] == nil {
		r.values = r.values[3:]
		return nil
	}
	return &domain.LocationAt{Lat: r.float(), Lon: r.float(), At: r.instant()}
}

func (r *reader) position() domain.Position {
	return domain.Position{Commit: uint64(r.number()), Prepare: uint64(r.number())}
}

// parsed reads a position kept as text.
func (r *reader) parsed() (domain.Position, error) { return domain.ParsePosition(r.text()) }
