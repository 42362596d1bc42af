package messaging_test

import (
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
)

func TestPageOf(t *testing.T) {
	t.Parallel()
	// three appends are three blocks
	three := func(t *testing.T) *message.Message {
		t.Helper()
		log := newLog(t)
		fill(t, log, "a", 0, 3)
		sub, pages := subscribe(t.Context(), t, log, fixed(eventstore.Position{}))
		t.Cleanup(func() { assert.NoError(t, sub.Close()) })
		return <-pages
	}
	t.Run("gives back the delivery that the message was made of, without parsing", func(t *testing.T) {
		t.Parallel()
		msg := three(t)
		d := delivery(t, msg)
		assert.Equal(t, upTo(3), numbers(t, d))
		msg.Metadata = nil // parsing would miss it
		assert.Equal(t, d, delivery(t, msg))
	})
	t.Run("reads a copy that travelled without its context", func(t *testing.T) {
		t.Parallel()
		msg := three(t)
		copied := msg.Copy()
		assert.Equal(t, delivery(t, msg), delivery(t, copied))
	})
	t.Run("reads the payload where somebody put in another", func(t *testing.T) {
		t.Parallel()
		msg, other := three(t), three(t)
		msg.Payload = other.Payload
		assert.Equal(t, delivery(t, other).Page, delivery(t, msg).Page)
	})
	for name, harm := range map[string]func(msg *message.Message){
		"a payload cut within a block":    func(msg *message.Message) { msg.Payload = msg.Payload[:len(msg.Payload)-1] },
		"a payload cut between blocks":    func(msg *message.Message) { msg.Payload = msg.Payload[:len(msg.Payload)/3] },
		"a payload that is gone":          func(msg *message.Message) { msg.Payload = nil },
		"a message without live":          func(msg *message.Message) { delete(msg.Metadata, messaging.MetaLive) },
		"a message without last position": func(msg *message.Message) { delete(msg.Metadata, messaging.MetaLast) },
	} {
		t.Run("says corrupt of "+name, func(t *testing.T) {
			t.Parallel()
			msg := three(t).Copy()
			harm(msg)
			_, err := messaging.PageOf(msg)
			require.ErrorIs(t, err, eventstore.ErrCorrupt)
			require.ErrorContains(t, err, msg.UUID)
		})
	}
}
