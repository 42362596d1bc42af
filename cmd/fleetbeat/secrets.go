package main

import (
	"strings"

	"fleetbeat/domain"
)

// keyFlags are how a subcommand gets the API key that it asks with.
type keyFlags struct {
	Key     string `help:"API key to ask with. Others on this machine can read a command line: prefer the environment or --key-file." placeholder:"KEY"`
	KeyFile string `help:"File that holds the API key, as Docker secrets are." placeholder:"FILE"`
}

// key returns the key, empty where none is given.
func (f keyFlags) key() (string, error) {
	if f.KeyFile == "" {
		return strings.TrimSpace(f.Key), nil
	}
	if f.Key != "" {
		return "", domain.InvalidField("--key-file", "give this or --key, not both")
	}
	return secretIn("--key-file", f.KeyFile)
}
