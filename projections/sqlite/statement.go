package sqlite

import (
	"fleetbeat/domain"

	"zombiezen.com/go/sqlite"
)

// statement is a prepared statement whose parameters are given, and whose columns are read, one after the other.
type statement struct {
	*sqlite.Stmt
	param, column int
	err           error // of preparing
}

// prepare returns a statement that the connection keeps; # stands for the suffix of the generation's tables. It may be asked
// for again for each row, but not while it runs: putting the suffix in, and having the connection find the text, would cost
// as much as a small statement.
func (t tables) prepare(text string) *statement {
	s := t.prepared[text]
	if s == nil {
		stmt, err := t.conn.Prepare(t.sql(text))
		s = &statement{Stmt: stmt, err: err}
		t.prepared[text] = s
	}
	s.param = 0
	return s
}

func (s *statement) text(v string) *statement {
	if s.err == nil {
		s.param++
		s.BindText(s.param, v)
	}
	return s
}

func (s *statement) number(v int64) *statement {
	if s.err == nil {
		s.param++
		s.BindInt64(s.param, v)
	}
	return s
}

func (s *statement) float(v float64) *statement {
	if s.err == nil {
		s.param++
		s.BindFloat(s.param, v)
	}
	return s
}

func (s *statement) bytes(v []byte) *statement {
	if s.err == nil {
		s.param++
		s.BindBytes(s.param, v)
	}
	return s
}

func (s *statement) null() *statement {
	if s.err == nil {
		s.param++
		s.BindNull(s.param)
	}
	return s
}

func (s *statement) optional(v *int64) *statement {
	if v == nil {
		return s.null()
	}
	return s.number(*v)
}

func (s *statement) overrides(o domain.Overrides) *statement {
	return s.optional(o.IntervalSeconds).optional(o.GraceSeconds)
}

func (s *statement) location(l *domain.LocationAt) *statement {
	if l == nil {
		return s.null().null().null()
	}
	return s.float(l.Lat).float(l.Lon).number(int64(l.At))
}

func (s *statement) position(p domain.Position) *statement {
	return s.number(int64(p.Commit)).number(int64(p.Prepare))
}

// run steps to the end and leaves the statement ready for the next use. row, which may be nil, is called for each row;
// an error of it ends the run and is returned.
func (s *statement) run(row func() error) error {
	if s.err != nil {
		return s.err
	}
	s.param = 0
	for {
		more, err := s.Step()
		if err != nil {
			_ = s.Reset() // repeats the error
			return err
		}
		if !more {
			return s.Reset()
		}
		if row == nil {
			continue
		}
		s.column = 0
		if err := row(); err != nil {
			_ = s.Reset() // there was no error of a step to repeat
			return err
		}
	}
}

func (s *statement) nextText() string {
	s.column++
	return s.ColumnText(s.column - 1)
}

func (s *statement) nextNumber() int64 {
	s.column++
	return s.ColumnInt64(s.column - 1)
}

func (s *statement) nextInstant() domain.Instant { return domain.Instant(s.nextNumber()) }

func (s *statement) nextFloat() float64 {
	s.column++
	return s.ColumnFloat(s.column - 1)
}

func (s *statement) nextBytes() []byte {
	s.column++
	b := make([]byte, s.ColumnLen(s.column-1))
	return b[:s.ColumnBytes(s.column-1, b)]
}

func (s *statement) nextOptional() *int64 {
	if s.ColumnIsNull(s.column) {
		s.column++
		return nil
	}
	n := s.nextNumber()
	return &n
}

func (s *statement) nextOverrides() domain.Overrides {
	return domain.Overrides{IntervalSeconds: s.nextOptional(), GraceSeconds: s.nextOptional()}
}

func (s *statement) nextLocation() *domain.LocationAt {
	if s.ColumnIsNull(s.column) {
		s.column += 3
		return nil
	}
	return &domain.LocationAt{Lat: s.nextFloat(), Lon: s.nextFloat(), At: s.nextInstant()}
}

func (s *statement) nextPosition() domain.Position {
	return domain.Position{Commit: uint64(s.nextNumber()), Prepare: uint64(s.nextNumber())}
}
