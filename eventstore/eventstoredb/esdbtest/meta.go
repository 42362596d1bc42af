package esdbtest

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
)

const metastreamPrefix = "$$"

// rule is what a stream's metadata says of which events are still to be seen.
type rule struct {
	oldest         time.Time // zero: any age
	maxCount       int64     // 0: any number
	truncateBefore int64
}

// rule reads the metadata of a stream; the caller holds the lock. Metadata that cannot be read count as none, as in the
// real server. A metastream keeps its newest event only.
func (b *book) rule(name string) rule { return b.ruleAt(name, b.now()) }

// ruleAt is rule at a moment.
func (b *book) ruleAt(name string, now time.Time) rule {
	if strings.HasPrefix(name, metastreamPrefix) {
		return rule{maxCount: 1}
	}
	var meta struct {
		MaxAge         int64 `json:"$maxAge"`
		MaxCount       int64 `json:"$maxCount"`
		TruncateBefore int64 `json:"$tb"`
	}
	if err := json.Unmarshal(b.rawMetadata(name), &meta); err != nil {
		return rule{}
	}
	r := rule{maxCount: meta.MaxCount, truncateBefore: meta.TruncateBefore}
	if meta.MaxAge > 0 {
		r.oldest = now.Add(-time.Duration(meta.MaxAge) * time.Second)
	}
	return r
}

func (b *book) rawMetadata(name string) []byte {
	if s := b.streams[metastreamPrefix+name]; s != nil && len(s.records) > 0 {
		return s.records[len(s.records)-1].data
	}
	return []byte("{}")
}

// hides reports whether reading the stream leaves r out, the newest revision being last.
func (r rule) hides(e *record, last int64) bool {
	return e.revision < r.truncateBefore ||
		(r.maxCount > 0 && e.revision <= last-r.maxCount) ||
		(!r.oldest.IsZero() && e.created.Before(r.oldest))
}

func (r rule) softDeleted() bool { return r.truncateBefore == tombstoned }

// truncate writes metadata that hide the events of a stream before a revision and keep the rest; the caller holds the lock.
func (b *book) truncate(name string, before int64) *record {
	meta := map[string]json.RawMessage{}
	if err := json.Unmarshal(b.rawMetadata(name), &meta); err != nil {
		meta = map[string]json.RawMessage{}
	}
	meta["$tb"], _ = json.Marshal(before)
	data, _ := json.Marshal(meta)
	r := &record{
		id: uuid.New(), stream: metastreamPrefix + name, revision: b.stream(metastreamPrefix+name).last + 1,
		eventType: "$metadata", contentType: "application/json", data: data,
	}
	b.write(r)
	return r
}
