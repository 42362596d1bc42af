package fleet

import (
	"fmt"
	"strings"
)

// maxCustomers is how many different names there are.
const maxCustomers = 40 * 25 * 20

const (
	people = "Almgrens Bergströms Carlssons Dahlbergs Edvinssons Forsbergs Granlunds Hedmans Isakssons Janssons Kjellins Lindqvists Marklunds " +
		"Nordins Oskarssons Perssons Qvarfordts Rydbergs Sandells Tornbergs Ulvsbys Vikströms Westlunds Ylvas Zetterlunds Åkessons Ängmans Öbergs " +
		"Backmans Cederlunds Ekvalls Falks Gunnarssons Holmgrens Jernbergs Krantz Lövgrens Moréns Norells Pålssons"
	trades = "Åkeri|Bulktransport|Schakt|Frakt|Kyltransport|Budbilar|Timmer|Grus|Tankbilar|Logistik|Flytt|Renhållning|Bärgning|Betong|Mejeritransport|" +
		"Värdetransporter|Djurtransport|Kranbilar|Containertrafik|Distribution|Fjärrtrafik|Maskintransport|Livsmedelsfrakt|Terminaltrafik|Biltransport"
	towns = "Södertälje Uppsala Borås Falun Gävle Halmstad Jönköping Kalmar Luleå Malmö Norrköping Örebro Skövde Trollhättan Umeå Visby Västerås Åre Östersund Eskilstuna"
)

// Customer returns a customer's name and address. They are the same in every fleet, so that two fleets on one target
// share customers and not half of their addresses.
func Customer(customer int) (name, address string) {
	person, trade, town := strings.Fields(people), strings.Split(trades, "|"), strings.Fields(towns)
	// 40 and 25 × 20 share divisors, so the three are taken apart as digits are; the person changes with every customer.
	who, rest := customer%len(person), customer/len(person)
	what, where := (who*7+rest)%len(trade), (who*3+rest/len(trade))%len(town)
	name = fmt.Sprintf("%s %s i %s AB", person[who], trade[what], town[where])
	address = fmt.Sprintf("Industrivägen %d, %03d %02d %s", 1+customer%97, 111+where*43, 10+customer%89, town[where])
	return name, address
}
