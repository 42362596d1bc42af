package fleet

import "fmt"

const (
	vinLetters   = "ABCDEFGHJKLMNPRSTUVWXYZ" // no I, O and Q
	plateLetters = "ABCDEFGHJKLMNPRSTUWXYZ"
	// vinValues are the values of A to Z in the check sum; I, O and Q have none.
	vinValues  = "12345678012345070923456789"
	vinWeights = "\x08\x07\x06\x05\x04\x03\x02\x0a\x00\x09\x08\x07\x06\x05\x04\x03\x02"
)

// VIN returns a vehicle's VIN, with a check digit that holds. No two vehicles of a fleet share one, and hardly any of
// fleets with different seeds.
func (f *Fleet) VIN(vehicle int) string {
	d := roll(f.seed, forVIN, vehicle, 0)
	serial := (vehicle%serials*f.factor + f.shift) % serials
	vin := [17]byte{}
	copy(vin[:], [...]string{"YS2", "YV2", "WDB", "WMA", "XLR", "VF6", "ZCF"}[d.intN(7)])
	copy(vin[3:], f.makers)
	vin[7] = vinLetters[d.intN(len(vinLetters))]
	vin[9] = "LMNPRST"[d.intN(7)] // model years 2020 to 2026
	vin[10] = vinLetters[vehicle/serials]
	for i := 16; i > 10; i-- {
		vin[i] = byte('0' + serial%10)
		serial /= 10
	}
	vin[8] = checkDigit(&vin)
	return string(vin[:])
}

func checkDigit(vin *[17]byte) byte {
	sum := 0
	for i, c := range vin {
		if c >= 'A' {
			c = vinValues[c-'A']
		}
		sum += int(c-'0') * int(vinWeights[i]) // the place of the digit itself weighs nothing
	}
	return "0123456789X"[sum%11]
}

// IndexOf returns the vehicle that has a VIN, or false for one that is not of this fleet. It costs no table: a million
// vehicles would need one of a hundred megabytes.
func (f *Fleet) IndexOf(vin string) (vehicle int, ok bool) {
	if len(vin) != 17 {
		return 0, false
	}
	serial := 0
	for _, c := range []byte(vin[11:]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		serial = serial*10 + int(c-'0')
	}
	low := (serial - f.shift + serials) % serials * f.inverse % serials
	for plant := range vinLetters {
		if vinLetters[plant] == vin[10] {
			vehicle = plant*serials + low
			return vehicle, vehicle < f.vehicles && f.VIN(vehicle) == vin
		}
	}
	return 0, false
}

// RegistrationNumber returns a vehicle's registration number, which no other vehicle of the fleet has.
func (f *Fleet) RegistrationNumber(vehicle int) string {
	return fmt.Sprintf("%s %03d %03d", f.letters[:3], vehicle/1000%1000, vehicle%1000) + f.series(vehicle)
}

// series tells fleets and millions apart.
func (f *Fleet) series(vehicle int) string {
	return " " + f.letters[3:] + string(plateLetters[vehicle/serials])
}
