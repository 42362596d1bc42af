package elasticsearch

import (
	"strconv"

	"fleetbeat/projections"
)

// layout is counted up with every change of the documents that older ones do not have: generations of another layout are built
// anew.
const layout = 1

// meta stands in the mapping of an index: whatever else a cluster forgets, it does not lose that.
type meta struct {
	View       string `json:"view"`
	Version    int    `json:"version"`
	Layout     int    `json:"layout"`
	Generation int64  `json:"generation"`
	Finished   bool   `json:"finished"`
}

type metaMapping struct {
	Meta meta `json:"_meta"`
}

func metaOf(g projections.Generation) metaMapping {
	return metaMapping{meta{View: g.View, Version: g.Version, Layout: layout, Generation: g.Number, Finished: g.Finished}}
}

// settings of an index. Only we make rows visible: with a refresh of the server's own, half a page could be seen.
func (o Options) settings() object {
	return object{"number_of_shards": o.Shards, "number_of_replicas": 0, "refresh_interval": "-1"}
}

// copies are the settings of an index that is read; while it is being built, nobody needs a second copy.
func (o Options) copies() object {
	if o.Replicas == nil {
		return object{"auto_expand_replicas": "0-1"}
	}
	return object{"auto_expand_replicas": "false", "number_of_replicas": strconv.Itoa(*o.Replicas)}
}

// mapping of a generation. Row is what a document means, and is not looked into; the other fields are there to find and to order
// by, and only vehicles that are not decommissioned have a status.
func mapping(g projections.Generation) object {
	kept := object{"type": "keyword", "index": false, "doc_values": false}
	sorted := object{"type": "keyword", "index": false}
	found := object{"type": "keyword"}
	grams := object{
		"type": "text", "analyzer": "whitespace", "norms": false, "index_options": "positions",
		"index_prefixes": object{"min_chars": 1, "max_chars": 2},
	}
	return object{
		"dynamic": "strict",
		"_meta":   metaOf(g).Meta,
		"_source": object{"excludes": []string{"text", "key"}}, // half of a document, and made of the rest
		"properties": object{
			"version":     kept,
			"row":         object{"type": "object", "enabled": false},
			"vin":         found,
			"status":      found,
			"place":       object{"type": "long"},
			"since":       object{"type": "long"},
			"last":        object{"type": "long"},
			"customer":    found,
			"plate":       found,
			"name":        found,
			"plate_key":   found,
			"text":        grams,
			"key":         grams,
			"customer_id": sorted,
			"shared":      found,
		},
	}
}
