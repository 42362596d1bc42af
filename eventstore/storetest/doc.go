// Package storetest is the executable half of the contract of [eventstore.Store]: one subtest a promise, named as a
// sentence. An engine's own test calls [Run] with a way to open it and the abilities it declares; what an engine cannot
// do is said there and nowhere left out in silence.
//
// It also has what the tests of other packages need of a log: events ([Events]) and a store that fails on demand
// ([Faulty]). It knows no engine. Only tests call it.
package storetest
