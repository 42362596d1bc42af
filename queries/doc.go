// Package queries is the read side: the questions support staff ask and the shape of the answers, one file a question.
//
// It holds what a question means (its filter, its limits, which views it joins, how fresh the answer is) and the one- or
// two-method readers it needs; the engines under projections implement those. It knows neither the log nor HTTP. The
// API calls it and nobody else does. Every handler may be called by many goroutines at once, and every error that a
// caller may see is a [domain.Error].
package queries
