package messaging

import (
	"context"
	"fmt"
	"strconv"

	"github.com/ThreeDotsLabs/watermill/message"

	"fleetbeat/eventstore"
)

// The metadata of a message that is a page.
const (
	MetaFirst = "first_position" // of the first event, as text
	MetaLast  = "last_position"  // of the last event, as text
	MetaCount = "count"          // of events
	MetaLive  = "live"           // "true" where the page reaches the end of the log, else "false"
)

// deliveryKey is where a message's context keeps the delivery it was made of, so that a page of ten thousand blocks is
// not walked again by each who looks at it.
type deliveryKey struct{}

// pageMessage returns d as a message whose context is ctx's child by value.
func pageMessage(ctx context.Context, d eventstore.Delivery) *message.Message {
	first, last := d.Page.First().String(), d.Page.Last().String()
	ctx = context.WithValue(ctx, deliveryKey{}, d)
	msg := message.NewMessageWithContext(ctx, first+".."+last, d.Page.Bytes())
	msg.Metadata[MetaFirst] = first
	msg.Metadata[MetaLast] = last
	msg.Metadata[MetaCount] = strconv.Itoa(d.Page.Len())
	msg.Metadata[MetaLive] = strconv.FormatBool(d.Live)
	return msg
}

// PageOf returns the delivery that msg carries. A message that came straight from a [Subscriber] gives it back as it
// was; a copy, or one that travelled, is parsed. The error wraps [eventstore.ErrCorrupt].
func PageOf(msg *message.Message) (eventstore.Delivery, error) {
	if d, ok := msg.Context().Value(deliveryKey{}).(eventstore.Delivery); ok && same(d.Page.Bytes(), msg.Payload) {
		return d, nil
	}
	page, err := eventstore.ParsePage(msg.Payload)
	if err != nil {
		return eventstore.Delivery{}, fmt.Errorf("page %q: %w", msg.UUID, err)
	}
	live, err := strconv.ParseBool(msg.Metadata[MetaLive])
	if err != nil {
		return eventstore.Delivery{}, fmt.Errorf("page %q: live is %q: %w", msg.UUID, msg.Metadata[MetaLive], eventstore.ErrCorrupt)
	}
	// A payload that lost its last blocks still parses; taken for whole, its events would be skipped for ever.
	if last := msg.Metadata[MetaLast]; last != page.Last().String() {
		return eventstore.Delivery{}, fmt.Errorf("page %q: ends at %s, not at %q: %w", msg.UUID, page.Last(), last, eventstore.ErrCorrupt)
	}
	return eventstore.Delivery{Page: page, Live: live}, nil
}

// same reports whether a and b are the same memory, not merely equal bytes.
func same(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
