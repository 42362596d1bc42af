//go:build !linux

package ingest

import "time"

// systemBoot returns nil: on this system nothing tells sleep from a clock that was set. After a sleep of more than ten
// minutes the clock refuses and says so.
func systemBoot() func() time.Duration { return nil }
