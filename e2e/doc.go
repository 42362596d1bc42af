// Package e2e is journeys through the real binary: what the product promises to people, tried from outside.
//
// It builds bin/fleetbeat for itself, starts it on free ports and folders of its own, kills, stops and suspends it, asks it
// over HTTP and reads its log with `fleetbeat log --json`. It must know no package of the product but the meaning of its
// answers: a journey that reached inside would pass where a client fails. Nobody imports it.
//
// Time is real here, so nothing is asserted of this machine's speed: what is compared exactly are stamps in answers and in
// the log, and what is waited for has a deadline that only a broken product misses. Run one journey with its output by
//
//	go test ./e2e -run TestSilence -v
package e2e
