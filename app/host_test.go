package app

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnAppWithoutKeysAnswersToThisMachinesNamesAlone(t *testing.T) {
	t.Parallel()
	a := startForUploads(t, t.TempDir())
	for host, want := range map[string]int{"": http.StatusOK, "localhost:1": http.StatusOK, "rebound.example": http.StatusForbidden} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.Addr()+"/api/v1/summary", nil)
		require.NoError(t, err)
		r.Host = host // none means the address itself
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, want, response.StatusCode, host)
	}
}
