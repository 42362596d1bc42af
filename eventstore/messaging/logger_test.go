package messaging

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/stretchr/testify/assert"
)

func TestAdapter(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	drop := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: watermill.LevelTrace, ReplaceAttr: drop}))
	log := adapter(logger).With(watermill.LogFields{"handler": "fleet"})

	for name, c := range map[string]struct {
		say  func()
		want string
	}{
		"errors are errors":  {func() { log.Error("stopped", errors.New("why"), nil) }, "level=ERROR msg=stopped handler=fleet error=why\n"},
		"news are for debug": {func() { log.Info("added", nil) }, "level=DEBUG msg=added handler=fleet\n"},
		"debug stays":        {func() { log.Debug("added", nil) }, "level=DEBUG msg=added handler=fleet\n"},
		"traces are dropped": {func() { log.Trace("acked", watermill.LogFields{"id": 1}) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			out.Reset()
			c.say()
			assert.Equal(t, c.want, out.String())
		})
	}
}
