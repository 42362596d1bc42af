// Package projectiontest is the contract of engines of views, as tests: whatever way a log is cut into pages, however
// often pages come again and wherever the process dies, the rows and the answers are those of the log folded at once.
//
// It holds a log in memory, a generator of random logs, an engine in memory to compare with, and a naive model that
// answers questions by looking at every vehicle. It knows no engine; an engine's test calls [Run].
package projectiontest
