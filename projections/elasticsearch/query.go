package elasticsearch

import (
	"context"

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
	ID     string           `json:"_id"`
	Sort   []jsontext.Value `json:"sort"`
	Source docSource        `json:"_source"`
}

// found is the answer of a search.
type found struct {
	Shards struct {
		Total int `json:"total"`
	} `json:"_shards"`
	Hits struct {
		Total struct {
			Value int64 `json:"value"`
		} `json:"total"`
		Hits []hit `json:"hits"`
	} `json:"hits"`
	Aggregations aggregations `json:"aggregations"`
}

// aggregations are the numbers that a search of this package may count.
type aggregations struct {
	Counts    aggregation `json:"counts"`
	Customers aggregation `json:"customers"`
	Silence   aggregation `json:"silence"`
	Keys      aggregation `json:"keys"`
}

// aggregation is one bucket, several, or one that is divided into several by something.
type aggregation struct {
	Count    int64        `json:"doc_count"`
	Others   int64        `json:"sum_other_doc_count"` // in buckets that are not shown
	AfterKey object       `json:"after_key"`
	Buckets  []bucket     `json:"buckets"`
	By       *aggregation `json:"by"`
}

// bucket is documents that have something in common.
type bucket struct {
	Key          jsontext.Value `json:"key"`
	Count        int64          `json:"doc_count"`
	Disconnected struct {
		Count int64 `json:"doc_count"`
		Since struct {
			Value *float64 `json:"value"`
		} `json:"since"`
		Longest struct {
			Hits struct {
				Hits []hit `json:"hits"`
			} `json:"hits"`
		} `json:"longest"`
	} `json:"disconnected"`
	Connected struct {
		Count int64 `json:"doc_count"`
	} `json:"connected"`
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
func (v *Views) search(ctx context.Context, index string, question object) (found, error) {
	var answer found
	content, err := body(question)
	if err != nil {
		return answer, err
	}
	err = v.do(ctx, esapi.SearchRequest{Index: []string{index}, Body: content, AllowPartialSearchResults: ref(false)}, &answer)
	return answer, err
}
