package elasticsearch_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/projections/elasticsearch"
)

func TestOptionsFromURL(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want elasticsearch.Options
	}{
		"one address is enough": {"http://elastic:9200", elasticsearch.Options{Addresses: []string{"http://elastic:9200"}, Name: "fleet", Shards: 1}},
		"several share scheme, user and name": {"https://me:se%2Ccret@a:9200,b:9201/north?shards=3&replicas=2&ca=/run/ca.pem", elasticsearch.Options{
			Addresses: []string{"https://a:9200", "https://b:9201"}, User: "me", Password: "se,cret", Name: "north", Shards: 3, CAFile: "/run/ca.pem",
		}},
		"each may have its scheme": {"http://a:1,http://b:2/", elasticsearch.Options{Addresses: []string{"http://a:1", "http://b:2"}, Name: "fleet", Shards: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := elasticsearch.OptionsFromURL(c.text)
			require.NoError(t, err)
			if c.want.Shards == 3 {
				require.NotNil(t, got.Replicas)
				assert.Equal(t, 2, *got.Replicas)
			}
			got.Replicas, got.Logger, got.Timeout = nil, nil, 0
			assert.Equal(t, c.want, got)
		})
	}
}

func TestOptionsFromURLRefusesWithoutRepeating(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"another scheme":              "ftp://me:hunter2@a:9200",
		"two schemes":                 "https://me:hunter2@a:9200,http://b:9200",
		"no host":                     "https://me:hunter2@/fleet",
		"what is no URL":              "https://me:hunter2@a:92x0",
		"a fragment":                  "https://me:hunter2@a:9200/fleet#x",
		"an unknown option":           "https://me:hunter2@a:9200?colour=red",
		"shards that are no number":   "https://me:hunter2@a:9200?shards=many",
		"no shards":                   "https://me:hunter2@a:9200?shards=0",
		"negative replicas":           "https://me:hunter2@a:9200?replicas=-1",
		"a query that is none":        "https://me:hunter2@a:9200?%zz",
		"a name in capitals":          "https://me:hunter2@a:9200/Fleet",
		"a name that is a path":       "https://me:hunter2@a:9200/fleet/v1",
		"a name before the last host": "https://me:hunter2@a:9200/fleet,b:9200",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := elasticsearch.OptionsFromURL(text)
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "hunter2")
			assert.Contains(t, err.Error(), "elasticsearch: ")
		})
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	t.Run("needs no server", func(t *testing.T) {
		t.Parallel()
		views, err := elasticsearch.Open(elasticsearch.Options{Addresses: []string{"http://127.0.0.1:1"}})
		require.NoError(t, err)
		require.NoError(t, views.Close())
		require.NoError(t, views.Close(), "twice is harmless")
	})
	none := filepath.Join(t.TempDir(), "none")
	bad := filepath.Join(t.TempDir(), "bad.pem")
	require.NoError(t, os.WriteFile(bad, []byte("no certificate"), 0o600))
	for name, o := range map[string]elasticsearch.Options{
		"a password in the open":              {Addresses: []string{"http://elastic:9200"}, User: "me", Password: "hunter2"},
		"an API key in the open":              {Addresses: []string{"http://elastic:9200"}, APIKey: "hunter2"},
		"a password in an address":            {Addresses: []string{"https://me:hunter2@elastic:9200"}},
		"no address":                          {APIKey: "hunter2"},
		"what is no address":                  {Addresses: []string{"hunter2"}},
		"a file of certificates that is away": {Addresses: []string{"https://elastic:9200"}, CAFile: none, Password: "hunter2"},
		"certificates that are none":          {Addresses: []string{"https://elastic:9200"}, CAFile: bad, Password: "hunter2"},
		"negative shards":                     {Addresses: []string{"https://elastic:9200"}, Shards: -1, Password: "hunter2"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			t.Parallel()
			_, err := elasticsearch.Open(o)
			require.ErrorContains(t, err, "elasticsearch: ")
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
	t.Run("takes a password in the open on this machine", func(t *testing.T) {
		t.Parallel()
		for _, address := range []string{"http://127.0.0.1:9200", "http://localhost:9200", "http://[::1]:9200"} {
			_, err := elasticsearch.Open(elasticsearch.Options{Addresses: []string{address}, User: "me", Password: "x"})
			require.NoError(t, err, address)
		}
	})
}
