package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/go-json-experiment/json"

	"fleetbeat/api"
)

// lines returns n lines of a stream, of vehicles in turn, with everything that a vehicle may say. run makes their ids those
// of this stream alone; without it they are bare.
func lines(vehicles, n int, run string) []byte {
	var text bytes.Buffer
	rest := fullBody[len(idField)+idLength:]
	for i := range n {
		if run == "" {
			fmt.Fprintf(&text, "{\"vin\":\"%s\"}\n", vinOf(i%vehicles))
			continue
		}
		fmt.Fprintf(&text, "{\"vin\":\"%s\",\"id\":\"%s%08d%s\n", vinOf(i%vehicles), run, i, rest)
	}
	return text.Bytes()
}

// measureUpload uploads rounds of lines, in turns with decoding them.
func (s *session) measureUpload(ctx context.Context, server *target) (m samples, err error) {
	var work []float64 // of decoding, as a share of ours
	for n := range s.Size.Rounds + 1 {
		text := lines(pinging, s.Size.Lines, fmt.Sprintf("u%03d", n))
		began, worked := time.Now(), processorsOf(os.Getpid())
		if err := decodeOnly(text); err != nil {
			return m, err
		}
		floor, decoding := float64(s.Size.Lines)/time.Since(began).Seconds(), worked()
		began, worked = time.Now(), processorsOf(server.PID(), os.Getpid())
		position, err := server.upload(ctx, text, s.Size.Lines)
		if err != nil {
			return m, err
		}
		rate, recording := float64(s.Size.Lines)/time.Since(began).Seconds(), worked()
		if err := server.settle(ctx, position); err != nil {
			return m, err
		}
		if n > 0 {
			m.floor, m.measured = append(m.floor, floor), append(m.measured, rate)
			work = append(work, ratios([]float64{decoding.Seconds()}, []float64{recording.Seconds()})...)
		}
	}
	m.did = fmt.Sprintf("%s lines with location and readings a round, one upload, not compressed%s", grouped(float64(s.Size.Lines)), byProcessorTime(work))
	return m, nil
}

// decodeOnly decodes lines, as an upload does.
func decodeOnly(text []byte) error {
	readings := map[string]float64{}
	for line := range bytes.Lines(text) {
		clear(readings)
		into := api.HeartbeatLine{NewHeartbeat: api.NewHeartbeat{Readings: readings}}
		if err := json.Unmarshal(line, &into, json.RejectUnknownMembers(true)); err != nil {
			return fmt.Errorf("decode a line: %w", err)
		}
	}
	return nil
}
