package liveness

import (
	"slices"
	"strings"

	"fleetbeat/domain"
)

// The reasons of unobserved spans that liveness itself finds; those of a deaf node come from the node.
const (
	WhyRestart = "restart"  // no node was open
	WhyLeftOut = "left_out" // a node fell too far behind the others
)

// node returns the node that writes a stream, or nil.
func (s *State) node(stream string) *node {
	i, found := s.findNode(stream)
	if !found {
		return nil
	}
	return &s.nodes[i]
}

func (s *State) findNode(stream string) (int, bool) {
	return slices.BinarySearchFunc(s.nodes, stream, func(n node, stream string) int { return strings.Compare(n.Stream, stream) })
}

func (s *State) anyOpen() bool {
	return slices.ContainsFunc(s.nodes, func(n node) bool { return n.Open })
}

// opened begins a life of a node. An earlier life under the same stream ends where it last promised: what it received
// after that is in the log, but nobody knows what it missed.
//
// A gap in the revisions of its stream is batches that expired before they were read. They are no outage, and nobody was
// silent because of them.
func (s *State) opened(stream string, revision int64, e *domain.IngestOpened) {
	expected := int64(0)
	if n := s.node(stream); n != nil {
		expected = n.Revision + 1
		if n.Open {
			s.close(n)
		}
	}
	if revision > expected {
		s.blind, s.vacant = max(s.blind, e.At), 0
	}
	why := e.Why
	if why == "" {
		why = WhyRestart
	}
	if e.DeafFrom != 0 {
		s.unobserved(domain.Span{From: e.DeafFrom, To: e.At}, why)
	}
	if s.vacant != 0 {
		s.unobserved(domain.Span{From: s.vacant, To: e.At}, why)
		s.vacant = 0
	}
	s.forget()
	i, found := s.findNode(stream)
	if !found {
		s.nodes = slices.Insert(s.nodes, i, node{})
	}
	s.nodes[i] = node{Stream: stream, Revision: revision, Until: e.At, Floor: s.w, Open: true}
	s.newest = max(s.newest, e.At)
	s.leaveOut()
	s.advance()
}

// closed ends a life of a node in order: everything it received is in the log, it takes nothing from At on, and the others
// go on without it.
func (s *State) closed(stream string, revision int64, e *domain.IngestClosed) {
	if n := s.node(stream); n != nil && n.Open {
		n.Revision, n.Until = revision, max(n.Until, e.At)
		s.close(n)
		s.advance()
	}
}

func (s *State) close(n *node) {
	n.Open = false
	if !s.anyOpen() {
		s.vacant = n.Until
	}
}

// leaveOut takes out the nodes that are too far behind the greatest until of the open ones: dead ones would hold the
// watermark for ever. Behind the greatest, because two dead nodes would never be far behind each other.
func (s *State) leaveOut() {
	greatest := domain.Instant(0)
	for _, n := range s.nodes {
		if n.Open {
			greatest = max(greatest, n.Until)
		}
	}
	for i := range s.nodes {
		if n := &s.nodes[i]; n.Open && n.Until <= greatest.Add(-leftOutAfter) {
			n.Open = false
			s.unobserved(domain.Span{From: n.Until, To: greatest}, WhyLeftOut)
		}
	}
}

// forget drops nodes that were closed or left out so long ago that nothing of them can come any more.
func (s *State) forget() {
	s.nodes = slices.DeleteFunc(s.nodes, func(n node) bool { return !n.Open && n.Until < s.w.Add(-forgotten) })
}
