package domain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// requireInvalid asserts that err is the error of one wrong field.
func requireInvalid(t *testing.T, err error, field string) {
	t.Helper()
	var e *domain.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, domain.Invalid, e.Kind)
	require.Len(t, e.Fields, 1)
	assert.Equal(t, field, e.Fields[0].Field)
	assert.NotEmpty(t, e.Message)
	assert.Equal(t, e.Message, e.Fields[0].Message)
}

func TestParseVIN(t *testing.T) {
	t.Parallel()
	good := []struct{ promise, text, want string }{
		{"takes 17 letters and digits", "1M8GDM9AXKP042788", "1M8GDM9AXKP042788"},
		{"takes digits alone", "11111111111111111", "11111111111111111"},
		{"takes lower case and gives upper case", "1m8gdm9axkp042788", "1M8GDM9AXKP042788"},
		{"takes every letter but I, O and Q, first half", "ABCDEFGHJKLMNPRST", "ABCDEFGHJKLMNPRST"},
		{"takes every letter but I, O and Q, second half", "UVWXYZabcdefghjkl", "UVWXYZABCDEFGHJKL"},
		{"takes a wrong check digit, which Europeans leave out", "YS2R4X20005399401", "YS2R4X20005399401"},
	}
	for _, c := range good {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			vin, err := domain.ParseVIN(c.text)
			require.NoError(t, err)
			assert.Equal(t, domain.VIN(c.want), vin)
		})
	}
	bad := []struct{ promise, text, says string }{
		{"refuses nothing at all", "", "has 0"},
		{"refuses 16 characters", "1M8GDM9AXKP04278", "has 16"},
		{"refuses 18 characters", "1M8GDM9AXKP0427888", "has 18"},
		{"counts characters, not bytes", "1M8GDM9AXKP0427Ä", "has 16"},
		{"refuses 17 characters of more bytes", "1M8GDM9AXKP04278Ä", "only letters A–Z"},
		{"refuses a letter that only its upper case makes ASCII", "1M8GDM9AXKP0427ſ8", "only letters A–Z"},
		{"refuses 17 bytes whose upper case has 16", "1M8GDM9AXKP0427ſ", "has 16"},
		{"refuses a dotless i", "1M8GDM9AXKP04278ı", "only letters A–Z"},
		{"refuses I", "IM8GDM9AXKP042788", "I, O and Q"},
		{"refuses O", "1M8GDM9AXKPO42788", "I, O and Q"},
		{"refuses Q", "1M8GDM9AXKP04278Q", "I, O and Q"},
		{"refuses i", "1m8gdm9axkp04278i", "I, O and Q"},
		{"refuses o", "1m8gdm9axkpo42788", "I, O and Q"},
		{"refuses q", "q1m8gdm9axkp04278", "I, O and Q"},
		{"refuses a space", "1M8GDM9AX P042788", "only letters A–Z"},
		{"refuses space around it", "1M8GDM9AXKP042788\n", "has 18"},
		{"refuses a dash", "1M8GDM9AX-P042788", "only letters A–Z"},
		{"refuses NUL", "1M8GDM9AX\x00P042788", "only letters A–Z"},
		{"refuses invalid UTF-8", "1M8GDM9AX\xffP042788", "only letters A–Z"},
		{"refuses the characters next to the allowed ones", "1M8GDM9A@KP04278[", "only letters A–Z"},
	}
	for _, c := range bad {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			vin, err := domain.ParseVIN(c.text)
			requireInvalid(t, err, "vin")
			assert.Empty(t, vin)
			assert.ErrorContains(t, err, c.says)
		})
	}
}

func TestCheckDigitHolds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		promise string
		vin     domain.VIN
		want    bool
	}{
		{"holds with X, which stands for ten", "1M8GDM9AXKP042788", true},
		{"holds for ones alone", "11111111111111111", true},
		{"holds for a Honda", "1HGCM82633A004352", true},
		{"holds for a Tesla", "5YJSA1DG9DFP14705", true},
		{"fails where one digit is mistyped", "1M8GDM9AXKP042789", false},
		{"fails where two neighbours are swapped", "1M8GDM9AXKP047288", false},
		{"fails where the check digit is another", "1M8GDM9A0KP042788", false},
		{"fails for a Swedish lorry", "YS2R4X20005399401", false},
		{"fails for a German car with filler in the ninth place", "WVWZZZ1JZXW000001", false},
		{"fails for what is no VIN: too short", "1M8GDM9AXKP04278", false},
		{"fails for what is no VIN: lower case", "1m8gdm9axkp042788", false},
		{"fails for what is no VIN: other bytes", "1M8GDM9AX\x00\xff~[042788", false},
		{"fails for nothing", "", false},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, c.vin.CheckDigitHolds())
		})
	}

	t.Run("finds every single mistyped digit", func(t *testing.T) {
		t.Parallel()
		const vin = "1M8GDM9AXKP042788"
		for i := 11; i < len(vin); i++ { // the serial number is digits alone
			for digit := byte('0'); digit <= '9'; digit++ {
				typed := domain.VIN(vin[:i] + string(digit) + vin[i+1:])
				assert.Equal(t, digit == vin[i], typed.CheckDigitHolds(), typed)
			}
		}
	})
}

func FuzzParseVIN(f *testing.F) {
	for _, seed := range []string{"", "1M8GDM9AXKP042788", "1m8gdm9axkp04278q", "1M8GDM9AXKP0427ſ", "1M8GDM9AX\xffP042788"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		holds := domain.VIN(text).CheckDigitHolds() // never panics, whatever it is asked of
		vin, err := domain.ParseVIN(text)
		if err != nil {
			requireInvalid(t, err, "vin")
			return
		}
		require.False(t, holds && text != string(vin), "%q holds a check digit and is not upper case", text)
		require.Len(t, vin, 17)
		require.Empty(t, strings.Trim(string(vin), "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"))
		require.True(t, strings.EqualFold(text, string(vin)))
		again, err := domain.ParseVIN(string(vin))
		require.NoError(t, err)
		require.Equal(t, vin, again)
	})
}

func BenchmarkParseVIN(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := domain.ParseVIN("1M8GDM9AXKP042788"); err != nil {
			b.Fatal(err)
		}
	}
}
