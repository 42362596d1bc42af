package esdbtest

import "github.com/google/uuid"

// expectation is the revision that an append or a deletion names.
type expectation struct {
	kind     expectedKind
	revision int64 // of exactRevision; noStream counts as the exact revision -1
}

type expectedKind int

const (
	anyRevision expectedKind = iota
	exactRevision
	streamExists
)

// verdict is what the log says to an append before it is written.
type verdict int

const (
	accept verdict = iota
	repeated
	wrongRevision
	streamDeleted
)

// judge decides on an append as the real server does: tombstones first, then existence, then idempotence, then the revision.
// first is the revision of the first event, where it is stored or to be stored. The caller holds the lock.
func (b *book) judge(name string, want expectation, ids []uuid.UUID) (v verdict, first int64) {
	s := b.stream(name)
	softDeleted := b.rule(name).softDeleted()
	switch {
	case s.last == tombstoned:
		return streamDeleted, 0
	case want.kind == streamExists && softDeleted:
		return streamDeleted, 0
	case want.kind == streamExists && s.last == noStream && b.stream(metastreamPrefix+name).last == noStream:
		return wrongRevision, 0
	case want.kind != exactRevision:
		return s.judgeAny(ids)
	case want.revision > s.last:
		return wrongRevision, 0
	case want.revision == s.last:
		return accept, s.last + 1
	}
	for i, id := range ids {
		if r := s.at(want.revision + 1 + int64(i)); r == nil || r.id != id {
			if i == 0 && want.revision == noStream && softDeleted {
				return accept, s.last + 1
			}
			return wrongRevision, 0
		}
	}
	if len(ids) == 0 {
		return wrongRevision, 0
	}
	return repeated, want.revision + 1
}

// judgeAny is judge where no revision is named: best effort, by the ids that are still known. The real server forgets
// ids after some millions of events.
func (s *stream) judgeAny(ids []uuid.UUID) (verdict, int64) {
	first := s.last + 1
	for i, id := range ids {
		r := s.find(id)
		switch {
		case r == nil && i == 0:
			return accept, s.last + 1
		case r == nil:
			return wrongRevision, 0
		case i == 0:
			first = r.revision
		}
	}
	if len(ids) == 0 {
		return accept, first
	}
	return repeated, first
}

// at returns the event at a revision, nil where there is none or it was scavenged.
func (s *stream) at(revision int64) *record {
	if i := s.index(revision); i < len(s.records) && s.records[i].revision == revision {
		return s.records[i]
	}
	return nil
}

func (s *stream) find(id uuid.UUID) *record {
	for i := len(s.records) - 1; i >= 0; i-- {
		if s.records[i].id == id {
			return s.records[i]
		}
	}
	return nil
}
