package truth

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// heard is a heartbeat that was acknowledged, maybe one whose outcome nobody knows.
func heard(from, to uint32) contact { return contact{from, to, true} }
func maybe(from, to uint32) contact { return contact{from, to, false} }

func up(at int64) transition         { return transition{at, at, true} }
func down(at, last int64) transition { return transition{at, last, false} }

// Timeout 1,000, tolerance 50, judged up to 20,000.
func TestJudge(t *testing.T) {
	t.Parallel()
	// One heartbeat a second less a little, and then silence: this is how it should be.
	steady := []contact{heard(1000, 1020), heard(1900, 1910), heard(2800, 2830)}
	good := []transition{up(1010), down(3815, 2815)}
	for name, c := range map[string]struct {
		contacts []contact
		told     []transition
		spans    []span
		stale    bool  // the fleet was known before
		proof    int64 // 0: at once
		finds    []string
	}{
		"what is as it should be":                                {contacts: steady, told: good},
		"silence from the beginning":                             {},
		"what came back after a disconnection":                   {contacts: append(steady, heard(9000, 9010), heard(9900, 9910)), told: append(good, up(9005), down(10905, 9905))},
		"a disconnection after the end":                          {contacts: []contact{heard(19_500, 19_510)}, told: []transition{up(19_505), down(20_505, 19_505)}},
		"a false disconnection":                                  {contacts: steady, told: []transition{up(1010), down(2400, 1400), up(2815), down(3815, 2815)}, finds: []string{"acknowledged a heartbeat 490ms before"}},
		"a disconnection that comes too early":                   {contacts: steady, told: []transition{up(1010), down(3500, 2500)}, finds: []string{"inside its timeout", "should have been disconnected"}},
		"a disconnection that comes too late":                    {contacts: steady, told: []transition{up(1010), down(3915, 2815)}, finds: []string{"another moment than its deadline", "should have been disconnected"}},
		"a missing disconnection":                                {contacts: steady, told: good[:1], finds: []string{"should have been disconnected"}},
		"a missing disconnection between two contacts":           {contacts: append(steady, heard(9000, 9010)), told: []transition{up(1010), down(10_005, 9005)}, finds: []string{"should have been disconnected"}},
		"a silence that ended before anybody could prove it":     {contacts: append(slices.Clone(steady), heard(4200, 4210)), told: []transition{up(1010), down(5205, 4205)}, proof: 500},
		"a silence that ended after it could be proven":          {contacts: append(slices.Clone(steady), heard(4700, 4710)), told: []transition{up(1010), down(5705, 4705)}, proof: 500, finds: []string{"should have been disconnected"}},
		"a missing connection":                                   {contacts: steady, finds: []string{"should have been connected", "should have been connected", "should have been connected", "should have been disconnected"}},
		"a missing connection after a disconnection":             {contacts: append(steady, heard(9000, 9010)), told: good, finds: []string{"should have been connected", "should have been disconnected"}},
		"a connection without a heartbeat":                       {told: []transition{up(5000), down(6000, 5000)}, finds: []string{"did not send", "when it sent none"}},
		"a connection that comes before its heartbeat":           {contacts: []contact{heard(1000, 1010)}, told: []transition{up(900), down(1900, 900)}, finds: []string{"did not send", "should have been disconnected", "inside its timeout"}},
		"a last heartbeat that was none":                         {contacts: []contact{heard(1000, 1300)}, told: []transition{up(1010), down(2400, 1400)}, finds: []string{"when it sent none", "should have been disconnected"}},
		"two connections in a row":                               {contacts: steady, told: []transition{up(1010), up(1905), down(3815, 2815)}, finds: []string{"already"}},
		"a disconnection of a vehicle never seen":                {told: []transition{down(500, -500)}, finds: []string{"already"}},
		"a disconnection of a vehicle that was there before":     {told: []transition{down(500, -500)}, stale: true},
		"a vehicle that was connected before":                    {contacts: steady, told: good[1:], stale: true},
		"a vehicle whose first connection has no tale":           {contacts: steady, told: good[1:], finds: []string{"already", "should have been connected", "should have been connected", "should have been connected"}},
		"an unknown outcome that was received":                   {contacts: []contact{maybe(1000, 6000)}, told: []transition{up(4000), down(5000, 4000)}},
		"an unknown outcome that was not":                        {contacts: []contact{maybe(1000, 6000)}},
		"an unknown outcome that kept a vehicle connected":       {contacts: []contact{heard(1000, 1010), maybe(1900, 2500)}, told: []transition{up(1005), down(3300, 2300)}},
		"an unknown outcome that did not":                        {contacts: []contact{heard(1000, 1010), maybe(1900, 2500)}, told: []transition{up(1005), down(2005, 1005)}},
		"a silence in which something of before may still come":  {contacts: []contact{maybe(900, 6000), heard(1000, 1010)}, told: []transition{up(1005), down(2005, 1005), up(5000), down(6000, 5000)}},
		"a timeout that runs out while the answer is on its way": {contacts: []contact{heard(1000, 1010), heard(1990, 2900)}, told: []transition{up(1005), down(2005, 1005), up(2500), down(3500, 2500)}},
		"a deadline that a span has moved":                       {contacts: steady, told: []transition{up(1010), down(6000, 2815)}, spans: []span{{3000, 5000}}},
		"a deadline that a span should have moved":               {contacts: steady, told: good, spans: []span{{3000, 5000}}, finds: []string{"another moment than its deadline", "should have been disconnected"}},
		"a deadline that was not yet proven when a span began":   {contacts: steady, told: []transition{up(1010), down(7000, 2815)}, spans: []span{{3900, 6000}}},
		"the same, and it was proven":                            {contacts: steady, told: good, spans: []span{{3900, 6000}}},
		"a deadline long before a span that moved it":            {contacts: steady, told: []transition{up(1010), down(11_500, 2815)}, spans: []span{{9000, 10_500}}, finds: []string{"another moment than its deadline", "should have been disconnected"}},
		"a span that made nobody silent":                         {contacts: append(steady, heard(5100, 5110)), told: []transition{up(1010), down(6105, 5105)}, spans: []span{{3000, 5000}}},
		"an upload and a heartbeat at one moment":                {contacts: []contact{heard(1000, 1010), heard(1000, 1200)}, told: []transition{up(1005), down(2100, 1100)}},
		"clocks within the tolerance":                            {contacts: steady, told: []transition{up(960), down(3870, 2870)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var found []string
			j := &judge{
				timeout: 1000, tolerance: 50, proof: c.proof, spans: c.spans, end: 20_000, fresh: !c.stale, start: time.Unix(1_800_000_000, 0),
				find: func(_ int64, what string) { found = append(found, what) },
			}
			j.vehicle(slices.Clone(c.contacts), slices.Clone(c.told))
			slices.Sort(found)
			slices.Sort(c.finds)
			if assert.Len(t, found, len(c.finds), "%q", found) {
				for _, wanted := range c.finds {
					assert.True(t, slices.ContainsFunc(found, func(what string) bool { return strings.Contains(what, wanted) }), "%q has %q", found, wanted)
				}
			}
		})
	}
}
