// Package e2e is journeys through the real binary: what the product promises to people, tried from outside.
//
// It builds bin/fleetbeat for itself, starts it on free ports and folders of its own, kills, stops and suspends it, asks it
// over HTTP and reads its log with `fleetbeat log --json`. It must know no package of the product but the meaning of its
// answers: a journey that reached inside would pass where a client fails. Only that a view equals its rebuild row by row no answer
// tells (cluster_rows_test.go). Nobody imports it.
//
// TestCluster… are those of several processes (type cluster): on a log server of their own and the Postgres and Elasticsearch that
// all tests share, or on servers of their own where these are killed.
//
// Time is real here, so nothing is asserted of this machine's speed: what is compared exactly are stamps in answers and in
// the log, and what is waited for has a deadline that only a broken product misses. Run one journey with its output by
//
//	go test ./e2e -run TestSilence -v
package e2e
