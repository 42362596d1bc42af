package elasticsearch

import (
	"bytes"
	"context"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// term is the query for documents with a value in a field.
func term(field, value string) object { return object{"term": object{field: value}} }

// terms is the query for documents with one of some values in a field.
func terms[T ~string](field string, values []T) object { return object{"terms": object{field: values}} }

// exists is the query for documents that have a field.
func exists(field string) object { return object{"exists": object{"field": field}} }

// alive is the query for vehicles that are not decommissioned.
func alive() object { return exists("status") }

// all is the query for documents that match every one of some queries.
func all(queries []object) object {
	if len(queries) == 0 {
		return object{"match_all": object{}}
	}
	return object{"bool": object{"filter": queries}}
}

// hit is a document that a search found.
type hit struct {
	Index  string           `json:"_index"`
	ID     string           `json:"_id"`
	SeqNo  int64            `json:"_seq_no"` // where it was asked for
	Sort   []jsontext.Value `json:"sort"`
	Source docSource        `json:"_source"`
}

// found is the answer of a search.
type found struct {
	Error  *refusal `json:"error"` // of one of several searches
	Status int      `json:"status"`
	Hits   struct {
		Hits []hit `json:"hits"`
	} `json:"hits"`
	Aggregations aggregations `json:"aggregations"`
}

// aggregations are the numbers that a search of this package may count.
type aggregations struct {
	Counts       aggregation `json:"counts"`
	Customers    aggregation `json:"customers"`
	Silence      aggregation `json:"silence"`
	Keys         aggregation `json:"keys"`
	Disconnected aggregation `json:"disconnected"`
	Connected    aggregation `json:"connected"`
	NeverSeen    aggregation `json:"neverSeen"`
}

// aggregation is one bucket, several, or one that is divided into several.
type aggregation struct {
	Count        int64        `json:"doc_count"`
	Others       int64        `json:"sum_other_doc_count"` // in buckets that are not shown
	AfterKey     object       `json:"after_key"`
	Buckets      []bucket     `json:"buckets"`
	By           *aggregation `json:"by"`
	Disconnected *aggregation `json:"disconnected"`
	Rest         *aggregation `json:"rest"`
}

// parts returns what an aggregation is divided into.
func (a aggregation) parts() aggregation {
	if a.By != nil {
		return *a.By
	}
	return a
}

// bucket is documents that have something in common.
type bucket struct {
	Key   jsontext.Value `json:"key"`
	Count int64          `json:"doc_count"`
	Since struct {
		Value *float64 `json:"value"`
	} `json:"since"`
	Longest struct {
		Hits struct {
			Hits []hit `json:"hits"`
		} `json:"hits"`
	} `json:"longest"`
}

// text returns the key of a bucket that is text.
func (b bucket) text() string {
	var text string
	if json.Unmarshal(b.Key, &text) != nil {
		return string(b.Key)
	}
	return text
}

// search asks one question. An answer of a part of the shards is none.
func (v *Views) search(ctx context.Context, at where, question object) (found, error) {
	var answer found
	content, err := body(at.ask(question))
	if err != nil {
		return answer, err
	}
	err = v.do(ctx, esapi.SearchRequest{Index: at.indexes(), Body: content, AllowPartialSearchResults: ref(false)}, &answer)
	return answer, err
}

// searches asks several questions in one request.
func (v *Views) searches(ctx context.Context, at where, questions ...object) ([]found, error) {
	var b bytes.Buffer
	for _, question := range questions {
		b.WriteString(`{"allow_partial_search_results":false}` + "\n")
		if err := json.MarshalWrite(&b, at.ask(question)); err != nil {
			return nil, fmt.Errorf("write a request to elasticsearch: %w", err)
		}
		b.WriteByte('\n')
	}
	var answer struct {
		Responses []found `json:"responses"`
	}
	err := v.do(ctx, esapi.MsearchRequest{Index: at.indexes(), Body: &b}, &answer)
	if err != nil {
		return nil, err
	}
	for _, one := range answer.Responses {
		if one.Error != nil {
			one.Error.Status = one.Status
			return nil, named(one.Error)
		}
	}
	if len(answer.Responses) != len(questions) {
		return nil, fmt.Errorf("elasticsearch answers %d questions of %d", len(answer.Responses), len(questions))
	}
	return answer.Responses, nil
}
