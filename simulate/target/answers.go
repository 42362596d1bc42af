package target

import (
	"context"
	"fmt"
	"net/url"
	"time"
)

// Settings are the timeouts for all vehicles that have none of their own.
type Settings struct {
	IntervalSeconds int64 `json:"intervalSeconds"`
	GraceSeconds    int64 `json:"graceSeconds"`
}

// Interval returns the time between two heartbeats.
func (s Settings) Interval() time.Duration { return time.Duration(s.IntervalSeconds) * time.Second }

// Timeout returns how long a vehicle may be silent.
func (s Settings) Timeout() time.Duration {
	return time.Duration(s.IntervalSeconds+s.GraceSeconds) * time.Second
}

// Settings returns the target's settings.
func (c *Client) Settings(ctx context.Context) (s Settings, err error) {
	err = c.Get(ctx, "/api/v1/settings", &s)
	return s, err
}

// Imported is what an import did. Numbers are of vehicles.
type Imported struct {
	Registered int    `json:"registered"`
	Changed    int    `json:"changed"`
	Unchanged  int    `json:"unchanged"`
	Position   string `json:"position"`
}

// Import registers customers and vehicles from CSV.
func (c *Client) Import(ctx context.Context, csv []byte) (i Imported, err error) {
	err = c.Post(ctx, "/api/v1/vehicles:import", "text/csv", csv, &i)
	return i, err
}

// Vehicle is a vehicle, as far as a simulation looks at it.
type Vehicle struct {
	VIN            string    `json:"vin"`
	Status         string    `json:"status"`
	LastHeartbeat  time.Time `json:"lastHeartbeat"`
	TimeoutSeconds int64     `json:"timeoutSeconds"`
	AsOf           time.Time `json:"asOf"`
}

// Vehicle returns a vehicle; with after, a position, not before everything through that shows.
func (c *Client) Vehicle(ctx context.Context, vin, after string) (v Vehicle, err error) {
	path := "/api/v1/vehicles/" + vin
	if after != "" {
		path += "?after=" + url.QueryEscape(after)
	}
	err = c.Get(ctx, path, &v)
	return v, err
}

// Span is a time from one moment to another.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Unobserved returns the times in which heartbeats could not have been received, oldest first. They are those of the
// whole fleet; the timeline of a vehicle shows them from its registration on.
func (c *Client) Unobserved(ctx context.Context, vin string, from, to time.Time) (spans []Span, err error) {
	const layout = "2006-01-02T15:04:05.000Z"
	query := fmt.Sprintf("limit=200&from=%s&to=%s", from.UTC().Format(layout), to.UTC().Format(layout))
	for cursor := ""; ; {
		var page struct {
			Intervals []struct {
				Status string `json:"status"`
				Span
			} `json:"intervals"`
			Next string `json:"next"`
		}
		path := "/api/v1/vehicles/" + vin + "/timeline?" + query
		if cursor != "" {
			path += "&cursor=" + url.QueryEscape(cursor)
		}
		if err := c.Get(ctx, path, &page); err != nil {
			return nil, err
		}
		for _, i := range page.Intervals {
			if i.Status == "unobserved" {
				spans = append([]Span{i.Span}, spans...)
			}
		}
		if cursor = page.Next; cursor == "" {
			return spans, nil
		}
	}
}

// Head is where the feed of changes ends at a moment.
type Head struct {
	Position string    // what comes after it is not in the feed yet
	Newest   string    // the position of the newest transition; empty where there is none
	AsOf     time.Time // every transition that became true up to then is in the feed
}

// Head returns where the feed of changes ends now.
func (c *Client) Head(ctx context.Context) (h Head, err error) {
	var page struct {
		Items []struct {
			Position string `json:"position"`
		} `json:"items"`
		Position string    `json:"position"`
		AsOf     time.Time `json:"asOf"`
	}
	if err := c.Get(ctx, "/api/v1/changes?limit=1", &page); err != nil {
		return h, err
	}
	h = Head{Position: page.Position, AsOf: page.AsOf}
	if len(page.Items) > 0 {
		h.Newest = page.Items[0].Position
	}
	return h, nil
}
