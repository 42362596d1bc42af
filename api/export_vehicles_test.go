package api_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const exportHead = "\ufeffvin,registration_number,customer,status,since,last_heartbeat,deadline,lat,lon,location_at,timeout_seconds,as_of\r\n"

// pages is a fake of the question for all vehicles: list pages, then an error. Before each it may do something.
type pages struct {
	lists  []queries.VehicleList
	err    error
	before func(page int)
	asked  *[]queries.ListVehicles
}

func (p pages) Pages(_ context.Context, q queries.ListVehicles) iter.Seq2[queries.VehicleList, error] {
	return func(yield func(queries.VehicleList, error) bool) {
		if p.asked != nil {
			*p.asked = append(*p.asked, q)
		}
		for i, list := range p.lists {
			if p.before != nil {
				p.before(i)
			}
			if !yield(list, nil) {
				return
			}
		}
		if p.err != nil {
			yield(queries.VehicleList{}, p.err)
		}
	}
}

func exporting(p pages) api.Deps {
	d := deps()
	d.Queries.ExportVehicles = p
	return d
}

func pageOf(vehicles ...queries.Vehicle) queries.VehicleList {
	return queries.VehicleList{Items: vehicles, Freshness: fresh()}
}

func TestExportWritesEveryVehicle(t *testing.T) {
	t.Parallel()
	south := aVehicle()
	south.Location = &domain.LocationAt{Lat: -59.3, Lon: -0.00001, At: noon() - 2}
	south.Customer.Name = "Grus \"&\" Sand; Åkeri, AB\nLund"
	never := queries.Vehicle{VIN: abc, RegistrationNumber: "A", Customer: queries.CustomerRef{ID: "c1", Name: "K"}, Status: domain.NeverSeen, TimeoutSeconds: 1}
	var asked []queries.ListVehicles
	d := exporting(pages{lists: []queries.VehicleList{pageOf(aVehicle()), pageOf(south, never)}, asked: &asked})
	w := do(t, d, http.MethodGet, "/api/v1/vehicles?status=connected&sort=-since&format=csv", "")
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "text/csv; charset=utf-8; header=present", w.Header().Get("Content-Type"))
	assert.Equal(t, `attachment; filename="vehicles-20260601-120000.csv"`, w.Header().Get("Content-Disposition"))
	assert.Equal(t, "Accept", w.Header().Get("Vary"))
	const tail = "90,2026-06-01T12:00:00.000Z\r\n"
	const times = "2026-06-01T11:00:00.000Z,2026-06-01T11:59:59.999Z,2026-06-01T12:01:30.000Z,"
	assert.Equal(t, exportHead+
		"YS2R4X20005399401,ABC123,Kalles Grustransporter AB,connected,"+times+"59.3,18.1,2026-06-01T11:59:59.998Z,"+tail+
		"YS2R4X20005399401,ABC123,\"Grus \"\"&\"\" Sand; Åkeri, AB\r\nLund\",connected,"+times+"-59.3,-0.00001,2026-06-01T11:59:59.998Z,"+tail+
		"YS2R4X20005399401,A,K,never_seen,,,,,,,1,2026-06-01T12:00:00.000Z\r\n", w.Body.String())
	assert.Equal(t, []queries.ListVehicles{{Filter: queries.Filter{Statuses: []domain.Status{domain.Connected}}, Sort: queries.SortSince, Descending: true}}, asked)
}

func TestExportOfNothingHasTheColumns(t *testing.T) {
	t.Parallel()
	w := do(t, exporting(pages{lists: []queries.VehicleList{{}}}), http.MethodGet, "/api/v1/vehicles?format=csv", "")
	assert.Equal(t, exportHead, w.Body.String())
	assert.Equal(t, `attachment; filename="vehicles.csv"`, w.Header().Get("Content-Disposition"))
}

func TestExportGuardsAgainstFormulas(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1"} {
		v := aVehicle()
		v.RegistrationNumber, v.Customer.Name = text, text
		w := do(t, exporting(pages{lists: []queries.VehicleList{pageOf(v)}}), http.MethodGet, "/api/v1/vehicles?format=csv", "")
		lines, err := csv.NewReader(strings.NewReader(w.Body.String())).ReadAll()
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(lines[1][1], "'"), "%q", text)
		assert.True(t, strings.HasPrefix(lines[1][2], "'"), "%q", text)
	}
	v := aVehicle()
	v.Customer.Name = "A=B'-C"
	w := do(t, exporting(pages{lists: []queries.VehicleList{pageOf(v)}}), http.MethodGet, "/api/v1/vehicles?format=csv", "")
	assert.Contains(t, w.Body.String(), ",A=B'-C,")
}

func TestExportIsChosenByFormatAndByAccept(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		query, accept string
		file          bool
	}{
		{"", "", false}, {"", "*/*", false}, {"", "application/json, text/csv;q=0.5", false}, {"?format=json", "text/csv", false},
		{"", "text/csv", true}, {"", "text/csv, */*;q=0.1", true}, {"", "application/json;q=0.5,text/csv", true}, {"?format=csv", "application/json", true},
	} {
		t.Run(test.query+test.accept, func(t *testing.T) {
			t.Parallel()
			d := exporting(pages{lists: []queries.VehicleList{{}}})
			d.Queries.ListVehicles = &answers[queries.ListVehicles, queries.VehicleList]{}
			w := do(t, d, http.MethodGet, "/api/v1/vehicles"+test.query, "", "Accept", test.accept)
			require.Equal(t, http.StatusOK, w.Code, w.Body.String())
			assert.Equal(t, test.file, strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv"))
			assert.Equal(t, "Accept", w.Header().Get("Vary"))
		})
	}
}

func TestExportRefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	for query, location := range map[string]string{"limit=3": "limit", "cursor=x": "cursor", "facets=true": "facets", "sort=-": "sort", "status=odd": "status", "page=2": "page"} {
		w := do(t, exporting(pages{}), http.MethodGet, "/api/v1/vehicles?format=csv&"+query, "")
		requireAbout(t, w, http.StatusUnprocessableEntity, location)
		assert.Empty(t, w.Header().Get("Content-Disposition"))
	}
	requireAbout(t, do(t, deps(), http.MethodGet, "/api/v1/vehicles?format=xml", ""), http.StatusUnprocessableEntity, "format")
}

func TestExportAnswersAnErrorBeforeItsFirstLine(t *testing.T) {
	t.Parallel()
	w := do(t, exporting(pages{err: errBroken}), http.MethodGet, "/api/v1/vehicles?format=csv", "")
	requireProblem(t, w, http.StatusInternalServerError)
	assert.Empty(t, w.Header().Get("Content-Disposition"))
}

func TestExportThatFailsInTheMiddleIsBrokenOff(t *testing.T) {
	t.Parallel()
	d, log := logged()
	d.Queries.ExportVehicles = pages{lists: []queries.VehicleList{pageOf(aVehicle())}, err: errBroken}
	observed := make(chan string, 1)
	s := httptest.NewServer(api.New(observing(d, observed), api.Options{}))
	t.Cleanup(s.Close)
	response, err := http.Get(s.URL + "/api/v1/vehicles?format=csv")
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	text, err := io.ReadAll(response.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "the client sees that the rest is missing")
	assert.Contains(t, string(text), "YS2R4X20005399401")
	assert.Equal(t, "exportVehicles 200", <-observed, "not among the times of lists")
	assert.Contains(t, log.String(), errBroken.Error())
}

// observing returns deps that tell of every request when it is answered.
func observing(d api.Deps, observed chan<- string) api.Deps {
	d.Observe = func(operation string, status int, _ time.Duration) { observed <- fmt.Sprint(operation, " ", status) }
	return d
}

func TestExportSendsTheHeadersOfAHead(t *testing.T) {
	t.Parallel()
	w := do(t, exporting(pages{lists: []queries.VehicleList{pageOf(aVehicle())}}), http.MethodHead, "/api/v1/vehicles?format=csv", "")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.NotEmpty(t, w.Header().Get("Content-Disposition"))
	assert.Empty(t, w.Body.String())
}

func TestExportIsSentWhileItIsRead(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	d := exporting(pages{lists: []queries.VehicleList{pageOf(aVehicle()), pageOf(aVehicle())}, before: func(page int) {
		if page == 1 {
			<-next
		}
	}})
	s := httptest.NewServer(api.New(d, api.Options{}))
	t.Cleanup(s.Close)
	response, err := http.Get(s.URL + "/api/v1/vehicles?format=csv")
	require.NoError(t, err)
	defer response.Body.Close()
	first := make([]byte, len(exportHead))
	_, err = io.ReadFull(response.Body, first)
	require.NoError(t, err, "the first lines come before the last are read")
	close(next)
	rest, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(rest), "\r\n"))
}

func TestExportsHaveABound(t *testing.T) {
	t.Parallel()
	began, let := make(chan struct{}), make(chan struct{})
	handler := api.New(exporting(pages{lists: []queries.VehicleList{{}}, before: func(int) { began <- struct{}{}; <-let }}), api.Options{})
	get := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/vehicles?format=csv", nil))
		return w
	}
	codes := make(chan int)
	for range 8 {
		go func() { codes <- get().Code }()
		<-began
	}
	refused := get()
	requireProblem(t, refused, http.StatusServiceUnavailable)
	assert.Equal(t, "10", refused.Header().Get("Retry-After"))
	close(let)
	for range 8 {
		assert.Equal(t, http.StatusOK, <-codes)
	}
}
