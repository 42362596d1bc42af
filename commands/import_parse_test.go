package commands

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func text(s string) *string { return &s }

func TestParseImport(t *testing.T) {
	t.Parallel()
	simple := []Row{{Line: 2, VIN: "V1", RegistrationNumber: "P1", Customer: "Kalle"}}
	full := []Row{{Line: 2, VIN: "V1", RegistrationNumber: "P1", Customer: "Kalle, Grus", CustomerAddress: "Gatan 1", IntervalSeconds: text("60"), GraceSeconds: text("")}}

	for name, c := range map[string]struct {
		file string
		want []Row
	}{
		"three columns":                  {"vin,registration_number,customer\nV1,P1,Kalle\n", simple},
		"no end of line at the end":      {"vin,registration_number,customer\nV1,P1,Kalle", simple},
		"a byte order mark":              {"\xef\xbb\xbfvin,registration_number,customer\nV1,P1,Kalle\n", simple},
		"semicolons":                     {"vin;registration_number;customer\nV1;P1;Kalle\n", simple},
		"lines as Windows ends them":     {"vin,registration_number,customer\r\nV1,P1,Kalle\r\n", simple},
		"space around cells":             {" vin , registration_number , customer \n V1 , P1 , Kalle \n", simple},
		"a header as people write it":    {"VIN,Registration Number,Customer\nV1,P1,Kalle\n", simple},
		"any order, all columns, quotes": {"grace_seconds,interval_seconds,customer_address,customer,registration_number,vin\n,60,Gatan 1,\"Kalle, Grus\",P1,V1\n", full},
		"semicolons around commas":       {"vin;registration_number;customer;customer_address;interval_seconds;grace_seconds\nV1;P1;Kalle, Grus;Gatan 1;60;\n", full},
		"cells left out at the end":      {"vin,registration_number,customer,customer_address\nV1,P1,Kalle\n", simple},
		"empty cells beyond the header":  {"vin,registration_number,customer,,\nV1,P1,Kalle,,\n", simple},
		"nothing but a header":           {"vin,registration_number,customer\n", nil},
		"empty lines, which still count": {"vin,registration_number,customer\n\n,,\nV1,P1,Kalle\n", []Row{{Line: 4, VIN: "V1", RegistrationNumber: "P1", Customer: "Kalle"}}},
		"a cell of two lines": {"vin,registration_number,customer\nV1,P1,\"Kal\nle\"\nV2,P2,Bo\n", []Row{
			{Line: 2, VIN: "V1", RegistrationNumber: "P1", Customer: "Kal\nle"}, {Line: 4, VIN: "V2", RegistrationNumber: "P2", Customer: "Bo"}}},
	} {
		t.Run("reads "+name, func(t *testing.T) {
			t.Parallel()
			for _, r := range []io.Reader{strings.NewReader(c.file), iotest.OneByteReader(strings.NewReader(c.file))} {
				file, err := ParseImport(r)
				require.NoError(t, err)
				assert.Equal(t, ImportFile{Rows: c.want}, file)
			}
		})
	}

	for name, c := range map[string]struct {
		file, says string
		kind       domain.Kind
	}{
		"an empty file":                {"", "empty", domain.Invalid},
		"a missing column":             {"vin,customer\n", `"registration_number" is missing`, domain.Invalid},
		"a column not known":           {"vin,registration_number,customer,colour\n", `"colour" is not known`, domain.Invalid},
		"a column that is there twice": {"vin,registration_number,customer,VIN\n", `"vin" is there twice`, domain.Invalid},
		"tabs":                         {"vin\tregistration_number\tcustomer\n", "separated by tabs", domain.Invalid},
		"an Excel file":                {"PK\x03\x04\x14\x00", "is a spreadsheet", domain.Malformed},
		"an old Excel file":            {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a spreadsheet", domain.Malformed},
		"a compressed file":            {"\x1f\x8b\x08\x00", "is compressed", domain.Malformed},
		"UTF-16":                       {"\xff\xfev\x00i\x00n\x00", "UTF-16", domain.Malformed},
		"quotes in the header":         {"vin,\"registration_number,customer\nV", "not CSV", domain.Malformed},
		"too many lines":               {"vin,registration_number,customer\n" + strings.Repeat("V,P,C\n", MaxImportRows+1), "200000 lines", domain.Invalid},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseImport(strings.NewReader(c.file))
			assert.Contains(t, refused(t, err, c.kind).Message, c.says)
		})
	}

	t.Run("reads as many lines as are allowed", func(t *testing.T) {
		t.Parallel()
		file, err := ParseImport(strings.NewReader("vin,registration_number,customer\n" + strings.Repeat("V,P,C\n", MaxImportRows)))
		require.NoError(t, err)
		assert.Len(t, file.Rows, MaxImportRows)
	})

	t.Run("refuses a file too large instead of reading half of it", func(t *testing.T) {
		t.Parallel()
		endless := io.MultiReader(strings.NewReader("vin,registration_number,customer\nV,P,\""), filler{})
		_, err := ParseImport(endless)
		assert.Contains(t, refused(t, err, domain.Invalid).Message, "32 MiB")
	})

	t.Run("passes on what the reader says", func(t *testing.T) {
		t.Parallel()
		broken := errors.New("broken pipe")
		for _, start := range []string{"", "vin,registration_number,customer\nV,P,C\n"} {
			_, err := ParseImport(io.MultiReader(strings.NewReader(start), iotest.ErrReader(broken)))
			require.ErrorIs(t, err, broken)
		}
	})

	t.Run("reports lines that cannot be read and goes on as far as it can", func(t *testing.T) {
		t.Parallel()
		file, err := ParseImport(strings.NewReader("vin,registration_number,customer,,\nV1,P1,C,,,surplus\nV2,P2,C\nV3,\"P\"3,C\nV4,P 4\",C\nV5,P5,C,,odd\nV6,P6,C\nV7,P7,\"C\nV8,P8,C\n"))
		require.NoError(t, err)
		require.Len(t, file.Rows, 2)
		assert.Equal(t, 3, file.Rows[0].Line)
		assert.Equal(t, 7, file.Rows[1].Line)
		var lines []int
		for _, problem := range file.Problems {
			lines = append(lines, problem.Line)
		}
		assert.Equal(t, []int{2, 4, 5, 6, 8}, lines, "of a quotation mark that is not closed, the line where it begins")
		assert.Equal(t, "has 6 cells, the first line has 5", file.Problems[0].Message)
		assert.Contains(t, file.Problems[1].Message, "quotation mark in the wrong place")
		assert.Equal(t, "has text in column 5, which has no name in the first line", file.Problems[3].Message)
		assert.Contains(t, file.Problems[4].Message, "not closed: all up to line 9")
	})

	t.Run("reads an exported list, leaves out what tells of contact and says so", func(t *testing.T) {
		t.Parallel()
		file, err := ParseImport(strings.NewReader("\xef\xbb\xbfvin;registration_number;customer;status;Since;as_of\r\nV1;'-P1;'=Kalle's;connected;2026;2027\r\nV2;'P2;';;;\r\n"))
		require.NoError(t, err)
		assert.Equal(t, []Row{
			{Line: 2, VIN: "V1", RegistrationNumber: "-P1", Customer: "=Kalle's"}, {Line: 3, VIN: "V2", RegistrationNumber: "'P2", Customer: "'"},
		}, file.Rows)
		assert.Empty(t, file.Problems)
		require.Len(t, file.Warnings, 1)
		assert.Equal(t, 1, file.Warnings[0].Line)
		assert.Contains(t, file.Warnings[0].Message, "status, since, as_of")
	})

	t.Run("stops where nothing of a file is CSV", func(t *testing.T) {
		t.Parallel()
		file, err := ParseImport(strings.NewReader("vin,registration_number,customer\n" + strings.Repeat("V\",P,C\n", maxImportProblems+5)))
		require.NoError(t, err)
		assert.Len(t, file.Problems, maxImportProblems)
	})
}

type filler struct{}

func (filler) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

func FuzzParseImport(f *testing.F) {
	f.Add("vin;registration_number;customer\nV1;P1;\"Kalle\"\n")
	f.Add("\xef\xbb\xbfvin,registration_number,customer,grace_seconds\n\"a\nb\",P1\n")
	f.Fuzz(func(t *testing.T, file string) {
		read, err := ParseImport(strings.NewReader(file))
		if err != nil {
			assert.NotEqual(t, domain.Internal, asDomain(err).Kind)
			return
		}
		for _, row := range read.Rows {
			assert.Greater(t, row.Line, 1)
		}
	})
}
