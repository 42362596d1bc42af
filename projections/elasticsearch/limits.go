package elasticsearch

// limits are how much one request asks for. Tests make them small, so that what is done for a million is tried with forty.
type limits struct {
	load      int // documents that are read by id
	every     int // documents of a walk through all
	terms     int // values that a query names; the server takes 65,536
	keys      int // registration numbers on one page of those that are counted
	customers int // that one search counts, three times: the server counts 65,536 of anything. More are counted in parts
	facets    int // customers that facets count, twice; of more they are not exact
	bulk      int // documents that are written
}

func usualLimits() limits {
	return limits{load: 2_000, every: 5_000, terms: 65_000, keys: 10_000, customers: 20_000, facets: 30_000, bulk: 2_000}
}
