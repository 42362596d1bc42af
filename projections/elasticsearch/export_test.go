package elasticsearch

// AskLittle has the views ask for little at once.
func (v *Views) AskLittle() {
	v.limits = limits{load: 3, every: 2, terms: 2, keys: 2, customers: 2, facets: 100, bulk: 4}
}

// CountFew has facets count so many customers and no more.
func (v *Views) CountFew(n int) { v.limits.facets = n }
