package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/commands"
	"fleetbeat/domain"
)

const importPath = "/api/v1/vehicles:import"

// Imported is the answer to an import: what it did or, on a dry run, would do.
type Imported struct {
	ID                   string          `json:"id,omitzero" doc:"Of the import; absent where nothing was to do"`
	DryRun               bool            `json:"dryRun" doc:"Nothing was imported: this is what would happen"`
	Rows                 int             `json:"rows" doc:"Lines with a vehicle that could be read; the sum of the next three where there is no problem"`
	Registered           int             `json:"registered" doc:"Vehicles that are new"`
	Changed              int             `json:"changed" doc:"Known vehicles of which something differs"`
	Unchanged            int             `json:"unchanged" doc:"Vehicles that are like their line already"`
	NewCustomerCount     int             `json:"newCustomerCount"`
	NewCustomers         []string        `json:"newCustomers" doc:"The names of the first 1,000 customers that are new"`
	ChangedCustomerCount int             `json:"changedCustomerCount"`
	ChangedCustomers     []string        `json:"changedCustomers" doc:"The names of the first 1,000 customers whose address is another than before"`
	ProblemCount         int             `json:"problemCount" doc:"Of a dry run: without any problem the file can be imported"`
	Problems             []ProblemDetail `json:"problems" doc:"The first 10,000 of these, in the order of lines, like the errors of a refusal"`
	Warnings             []ProblemDetail `json:"warnings" doc:"For people: nothing was refused for these. At most 10,000"`
	Position             string          `json:"position,omitzero" doc:"Read with after= this to see what was imported. Absent on a dry run"`
}

// maxNames is how many customers an answer names: a file of 200,000 new ones would make an answer of megabytes.
const maxNames = 1_000

// importer is the way of a file of customers and vehicles.
type importer struct {
	*server
	room     chan struct{} // holds one for each file that is read or in memory
	stopping stopping
}

const importDoc = "A CSV file of vehicles and their owners: UTF-8, with or without byte-order mark, cells separated by commas or semicolons. The first line " +
	"names the columns, in any order: vin, registration_number and customer (a name), and perhaps customer_address, interval_seconds and grace_seconds. " +
	"A customer that is not known is registered. A vehicle that is known gets the values of its line; an empty interval_seconds or grace_seconds " +
	"inherits again, an empty customer_address changes nothing, and so does a column that is not there. A vehicle of another customer is a problem: transfer it first. " +
	"An exported list can be corrected and imported: its other columns are left out, with a warning. " +
	"It is all or nothing: with any problem nothing is imported, and all problems are told, by line. " +
	"The answer comes when every line is in the log; whoever goes away before may find that it was imported all the same. Sending the same file again is safe. " +
	"At most 200,000 lines and 32 MiB."

// addImport registers POST /api/v1/vehicles:import.
func (s *server) addImport() {
	i := &importer{server: s, room: make(chan struct{}, importsAtOnce)}
	op := operation{
		id: "importVehicles", method: http.MethodPost, path: importPath, tag: tagVehicles, summary: "Import customers and vehicles", doc: importDoc,
		problems: []int{http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType},
		params: []*huma.Param{
			flagParam("dryRun", "Import nothing and say what would happen, the problems too"),
			{Name: "Content-Encoding", In: "header", Description: "How the body is compressed; absent means not at all", Schema: enumSchema("identity", "gzip")},
		},
	}
	register(s, op, i.handle)
	s.huma.OpenAPI().Paths[importPath].Post.RequestBody = &huma.RequestBody{
		Description: "The file", Required: true,
		Content: map[string]*huma.MediaType{typeCSV: {
			Schema:  &huma.Schema{Type: huma.TypeString},
			Example: "vin,registration_number,customer\nYS2R4X20005399401,ABC123,Kalles Grustransporter AB\n",
		}},
	}
}

// handle imports a file.
func (i *importer) handle(ctx context.Context, r *request) (Imported, error) {
	dryRun := r.flag("dryRun")
	if err := r.err(); err != nil {
		return Imported{}, err
	}
	defer func() { // the time for writing counted from the first byte of the request
		_ = http.NewResponseController(r.w).SetWriteDeadline(time.Now().Add(writeTimeout))
	}()
	leave, err := i.enter(ctx)
	if err != nil {
		return Imported{}, err
	}
	defer leave()
	file, err := i.read(r)
	if err != nil {
		return Imported{}, err
	}
	result, err := i.deps.Commands.ImportFleet.Handle(ctx, commands.ImportFleet{
		Rows: file.Rows, Problems: file.Problems, Warnings: file.Warnings, DryRun: dryRun, Owner: ownerOf(ctx),
	})
	if err != nil {
		return Imported{}, err
	}
	return i.imported(result), nil
}

func (i *importer) imported(result commands.ImportResult) Imported {
	answer := Imported{
		ID: result.ID, DryRun: result.DryRun, Rows: result.Rows, Registered: result.Registered, Changed: result.Changed, Unchanged: result.Unchanged,
		NewCustomerCount: len(result.NewCustomers), NewCustomers: result.NewCustomers[:min(maxNames, len(result.NewCustomers))],
		ChangedCustomerCount: len(result.ChangedCustomers), ChangedCustomers: result.ChangedCustomers[:min(maxNames, len(result.ChangedCustomers))],
		ProblemCount: result.ProblemCount, Problems: linesOf(result.Problems), Warnings: linesOf(result.Warnings),
	}
	if !result.DryRun {
		answer.Position = i.positions.text(result.Position)
	}
	return answer
}

// linesOf says where problems are in the words of a refusal: line 7: vin.
func linesOf(problems []commands.LineProblem) []ProblemDetail {
	details := make([]ProblemDetail, 0, len(problems))
	for _, p := range problems {
		details = append(details, ProblemDetail{Location: p.Location(), Message: p.Message})
	}
	return details
}

// importsAtOnce is how many files may be in memory: each is at most 32 MiB of text, and about as much again when it is read.
const importsAtOnce = 3

// enter waits for room for a file and returns how to give it back. Without room the error is Overloaded.
func (i *importer) enter(ctx context.Context) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, enterPatience)
	defer cancel()
	select {
	case i.room <- struct{}{}:
		return func() { <-i.room }, nil
	case <-ctx.Done():
	}
	return nil, &domain.Error{Kind: domain.Overloaded, RetryAfter: 10,
		Message: fmt.Sprintf("%d files are being imported already; sending it again is safe", importsAtOnce)}
}
