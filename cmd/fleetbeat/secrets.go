package main

import (
	"fmt"
	"os"
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
	text, err := os.ReadFile(f.KeyFile)
	if err != nil {
		return "", fmt.Errorf("read the key: %w", err)
	}
	if key := strings.TrimSpace(string(text)); key != "" {
		return key, nil
	}
	return "", domain.InvalidField("--key-file", "%q is empty", f.KeyFile)
}
