package commands

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"fleetbeat/domain"
)

// maxImportProblems is how many problems and warnings of one import are told; all are counted.
const maxImportProblems = 10_000

// importPlan is what an import would do.
type importPlan struct {
	rows     []domain.ImportRow // those that change something
	problems []LineProblem      // at most maxImportProblems
	count    int                // of all problems
	warnings []LineProblem

	registered, changed, unchanged int
	newCustomers, changedCustomers []string
}

// importCheck checks an import as a whole. It is pure but for asking the registry, which is memory.
type importCheck struct {
	plan     *importPlan
	bound    bool // the importer is bound to one customer and hears nothing of others
	registry *Registry
	limits   limits
	vins     map[domain.VIN]int // lines
	owners   map[string]*importOwner
}

// importOwner is a customer as an import means it.
type importOwner struct {
	domain.Customer      // as it will be
	line            int  // the first that names it
	known           bool // before the import
	addressLine     int  // the one that gives the address, 0 for none
	moved           bool // the address is another than before
	carried         bool // a row that changes something names it already
}

// checkedRow is a row whose cells make sense by themselves.
type checkedRow struct {
	domain.ImportRow
	keepInterval, keepGrace bool // there is no such column
}

// checkRows reads the cells of all rows: those that make sense by themselves, and what is wrong with the others.
func checkRows(plan *importPlan, rows []Row) []checkedRow {
	vins, plates := make(map[domain.VIN]int, len(rows)), make(map[string]int, len(rows))
	checked := make([]checkedRow, 0, len(rows))
	var oddVINs []int
	for _, row := range rows {
		c, err := checkRow(row)
		if c.VIN != "" {
			err = errors.Join(err, twice(vins, c.VIN, row.Line, "vin", "the same VIN stands in line %d"))
			if !c.VIN.CheckDigitHolds() {
				oddVINs = append(oddVINs, row.Line)
			}
		}
		if c.RegistrationNumber != "" {
			key := compareKey(c.RegistrationNumber)
			err = errors.Join(err, twice(plates, key, row.Line, "registration_number", "the same registration number stands in line %d"))
		}
		if err != nil {
			plan.refuse(row.Line, err)
			continue
		}
		checked = append(checked, c)
	}
	plan.warnOfCheckDigits(oddVINs)
	return checked
}

// keepOwn refuses the rows of every customer but one, in words that do not say whether there is a customer of that name.
func (p *importPlan) keepOwn(rows []checkedRow, registry *Registry, owner domain.CustomerID) []checkedRow {
	own, known := registry.Customer(owner)
	key := compareKey(own.Name)
	return slices.DeleteFunc(rows, func(row checkedRow) bool {
		if known && compareKey(row.Customer) == key {
			return false
		}
		p.refuse(row.Line, domain.InvalidField("customer", "is not the customer whose vehicles you may import"))
		return true
	})
}

func twice[K comparable](seen map[K]int, key K, line int, field, format string) error {
	if first, ok := seen[key]; ok {
		return domain.InvalidField(field, format, first)
	}
	seen[key] = line
	return nil
}

// checkRow reads the cells of one row. What could be read is returned with the error too.
func checkRow(row Row) (c checkedRow, err error) {
	var errs [6]error
	c.Line = row.Line
	c.VIN, errs[0] = domain.ParseVIN(strings.TrimSpace(row.VIN))
	c.RegistrationNumber, errs[1] = domain.ParseRegistrationNumber("registration_number", row.RegistrationNumber)
	if errs[1] != nil {
		c.RegistrationNumber = ""
	}
	c.Customer, errs[2] = domain.ParseName("customer", row.Customer)
	c.CustomerAddress, errs[3] = domain.ParseAddress("customer_address", row.CustomerAddress)
	c.IntervalSeconds, errs[4] = seconds("interval_seconds", row.IntervalSeconds, domain.CheckInterval)
	c.GraceSeconds, errs[5] = seconds("grace_seconds", row.GraceSeconds, domain.CheckGrace)
	c.keepInterval, c.keepGrace = row.IntervalSeconds == nil, row.GraceSeconds == nil
	return c, errors.Join(errs[:]...)
}

func seconds(field string, cell *string, check func(string, int64) error) (*int64, error) {
	if cell == nil || strings.TrimSpace(*cell) == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(strings.TrimSpace(*cell), 10, 64)
	if err != nil {
		return nil, domain.InvalidField(field, "%q is not a whole number of seconds", clipped(*cell))
	}
	return &n, check(field, n)
}

// clipped makes a cell fit for a message: one quotation mark that is missing makes a cell of the rest of the file.
func clipped(cell string) string {
	const most = 40
	if runes := []rune(cell[:min(len(cell), most*utf8.UTFMax)]); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return cell
}

// compare checks rows against each other and against the registry, and plans what changes something.
func (c *importCheck) compare(rows []checkedRow) {
	for i := range rows {
		c.meet(&rows[i])
	}
	for i := range rows {
		owner := c.owners[compareKey(rows[i].Customer)]
		changes, err := c.compareRow(&rows[i], owner)
		if err != nil {
			c.plan.refuse(rows[i].Line, err)
			continue
		}
		if !changes && (owner.carried || owner.known && !owner.moved) {
			continue
		}
		owner.carried = true
		c.plan.rows = append(c.plan.rows, rows[i].ImportRow)
	}
}

// meet takes in what a row says about its customer.
func (c *importCheck) meet(row *checkedRow) {
	owner := c.owners[compareKey(row.Customer)]
	if owner.line == 0 {
		owner.line = row.Line
		if !owner.known {
			c.plan.newCustomers = append(c.plan.newCustomers, owner.Name)
		}
	}
	switch {
	case row.CustomerAddress == "":
	case owner.addressLine == 0:
		owner.addressLine = row.Line
		owner.moved = owner.known && owner.Address != row.CustomerAddress
		owner.Address = row.CustomerAddress
		if owner.moved {
			c.plan.changedCustomers = append(c.plan.changedCustomers, owner.Name)
		}
	case owner.Address != row.CustomerAddress:
		c.plan.refuse(row.Line, domain.InvalidField("customer_address", "line %d gives another address of the same customer", owner.addressLine))
	}
}

// compareRow completes a row and reports whether it changes its vehicle, or what is wrong with it.
func (c *importCheck) compareRow(row *checkedRow, owner *importOwner) (changes bool, err error) {
	row.CustomerID, row.Customer, row.NewCustomer, row.CustomerAddress = owner.ID, owner.Name, !owner.known, ""
	if owner.addressLine != 0 {
		row.CustomerAddress = owner.Address // whichever line is applied first tells it
	}
	known, registered := c.registry.Vehicle(row.VIN)
	if registered && known.CustomerID != owner.ID && c.bound {
		return false, domain.InvalidField("vin", "is registered already")
	}
	if registered && known.CustomerID != owner.ID {
		other, _ := c.registry.Customer(known.CustomerID)
		return false, domain.InvalidField("customer", "the vehicle belongs to %q; transfer it first", other.Name)
	}
	if registered && row.keepInterval {
		row.IntervalSeconds = known.IntervalSeconds
	}
	if registered && row.keepGrace {
		row.GraceSeconds = known.GraceSeconds
	}
	if holder, ok := c.registry.PlateHolder(row.RegistrationNumber, row.VIN); ok {
		if _, here := c.vins[holder]; !here { // else it gets another one by this import
			if other, _ := c.registry.Vehicle(holder); c.bound && other.CustomerID != owner.ID {
				return false, domain.InvalidField("registration_number", "belongs to another vehicle")
			}
			return false, domain.InvalidField("registration_number", "belongs to vehicle %q", string(holder))
		}
	}
	same := registered && known.RegistrationNumber == row.RegistrationNumber && known.Overrides.Equal(row.Overrides)
	if !same {
		if checkTimeout(domain.Resolve(c.limits.settings, owner.Overrides, row.Overrides), c.limits.most) != nil {
			return false, domain.InvalidField("interval_seconds", "interval and grace together may be at most %d seconds, half of how long heartbeats are kept",
				int64(c.limits.most.Seconds()))
		}
	}
	switch {
	case same:
		c.plan.unchanged++
	case registered:
		c.plan.changed++
	default:
		c.plan.registered++
	}
	return !same, nil
}

// warnOfNames warns of new customers whose name is close to a known or another new one.
func (c *importCheck) warnOfNames(known []domain.Customer) {
	table := newNameTable()
	for _, customer := range known {
		table.add(customer.Name, 0)
	}
	for _, name := range c.plan.newCustomers {
		line := c.owners[compareKey(name)].line
		if near, ok := table.closeTo(name); ok {
			where := "a known customer"
			if near.line > 0 {
				where = fmt.Sprintf("new in line %d too", near.line)
			}
			c.plan.warn(line, "customer", fmt.Sprintf("%q is a new customer, and close to %q, %s", name, near.name, where))
		}
		table.add(name, line)
	}
	if table.budget < 0 {
		c.plan.warn(0, "customer", "there are too many new customers to compare all their names with each other")
	}
}

// warnOfCheckDigits tells of all such lines at once: in a European fleet they are most of them.
func (p *importPlan) warnOfCheckDigits(lines []int) {
	switch len(lines) {
	case 0:
		return
	case 1:
		p.warn(lines[0], "vin", checkDigitWarning)
		return
	}
	const told = 10
	text := strings.Trim(fmt.Sprint(lines[:min(told, len(lines))]), "[]")
	text = strings.ReplaceAll(text, " ", ", ")
	if len(lines) > told {
		text += ", …"
	}
	p.warn(lines[0], "vin", fmt.Sprintf("%d VINs (lines %s): %s", len(lines), text, checkDigitWarning))
}

func (p *importPlan) warn(line int, field, message string) {
	if len(p.warnings) < maxImportProblems {
		p.warnings = append(p.warnings, LineProblem{line, field, message})
	}
}

// refuse takes in all that is wrong with a line: errors of package domain, joined perhaps.
func (p *importPlan) refuse(line int, err error) {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			p.refuse(line, e)
		}
		return
	}
	var e *domain.Error
	if !errors.As(err, &e) {
		p.addProblem(LineProblem{Line: line, Message: err.Error()})
		return
	}
	for _, f := range e.Fields {
		p.addProblem(LineProblem{line, f.Field, f.Message})
	}
}

func (p *importPlan) addProblem(problem LineProblem) {
	p.count++
	if len(p.problems) < maxImportProblems {
		p.problems = append(p.problems, problem)
	}
}
