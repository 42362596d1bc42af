package liveness

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// equal reports whether two states would decide the same from here on.
func (s *State) equal(o *State) bool {
	a, err1 := s.encode(header{})
	b, err2 := o.encode(header{})
	return err1 == nil && err2 == nil && bytes.Equal(sorted(a), sorted(b))
}

// sorted is used by Equal alone: the order of vehicles in a snapshot is that of their numbers, which means nothing.
func sorted(blob []byte) []byte {
	size := 8 + int(binary.LittleEndian.Uint32(blob[4:]))
	vehicles := make([][]byte, 0, (len(blob)-size)/vehicleSize)
	for rest := blob[size:]; len(rest) > 0; rest = rest[vehicleSize:] {
		vehicles = append(vehicles, rest[:vehicleSize])
	}
	slices.SortFunc(vehicles, bytes.Compare)
	return append(bytes.Clone(blob[8:size]), bytes.Join(vehicles, nil)...)
}
