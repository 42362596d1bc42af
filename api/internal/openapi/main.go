// Command openapi writes the OpenAPI document of the API to the file named. `go generate ./api` calls it; a test in api
// fails where the file is not what it would write.
package main

import (
	"fmt"
	"os"

	"fleetbeat/api"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: openapi FILE")
	}
	if err := os.WriteFile(args[0], api.Document(), 0o644); err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return nil
}
