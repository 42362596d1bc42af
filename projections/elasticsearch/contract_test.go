package elasticsearch_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fleetbeat/internal/testengines"
	"fleetbeat/projections"
	"fleetbeat/projections/elasticsearch"
	"fleetbeat/projections/projectiontest"
	"fleetbeat/queries"
)

func TestEngine(t *testing.T) {
	t.Parallel()
	server := testengines.Elasticsearch(t)
	projectiontest.Run(t, func(t *testing.T, folder string) projectiontest.Opened {
		options := elasticsearch.Options{}
		little := filepath.Base(folder) == "002" // of several logs the second: of several shards, by small requests
		if little {
			options.Shards = 3
		}
		views := openNamed(t, server, nameOf(folder), options)
		if little {
			views.AskLittle()
		}
		return projectiontest.Opened{
			Engine: views,
			Views:  []projections.View{projections.Fleet()},
			Fleet:  func(v queries.View) queries.FleetReader { return views.Fleet(v) },
			Counts: func(v queries.View) queries.CountsReader { return views.Fleet(v) },
			Close:  views.Close, Distant: true,
		}
	})
}

// nameOf returns the name of the view that stands for a folder, so that tests share a server.
func nameOf(folder string) string {
	sum := sha256.Sum256([]byte(folder))
	return "t" + hex.EncodeToString(sum[:8])
}

// openNamed opens views whose indexes are deleted when the test ends.
func openNamed(t testing.TB, server, name string, o elasticsearch.Options) *elasticsearch.Views {
	t.Helper()
	given, err := elasticsearch.OptionsFromURL(server + "/" + name)
	require.NoError(t, err)
	o.Addresses, o.Name = given.Addresses, given.Name
	views, err := elasticsearch.Open(o)
	require.NoError(t, err)
	t.Cleanup(func() {
		for _, index := range strings.Fields(ask(t, server, http.MethodGet, "/_cat/indices/"+name+"*?h=index&expand_wildcards=all", "")) {
			ask(t, server, http.MethodDelete, "/"+index, "")
		}
	})
	return views
}

// ask sends a request as an operator does, and returns the answer whatever it is.
func ask(t testing.TB, server, method, path, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, server+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(text)
}
