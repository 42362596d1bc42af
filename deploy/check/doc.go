// Package check holds what must be true of the files that Fleetbeat is deployed with: Dockerfile, docker-compose.yml, stack.yml
// and what they mount. It loads them as Docker Compose does, where an undefined secret, volume or network is an error, and
// returns each broken rule as a sentence. Its tests are its only caller (make deploy-check): that the files keep every rule,
// and that every rule finds a file that breaks it.
//
// It is a module of its own, so that the product's go.mod knows nothing of Compose. It must not import the product: what it
// needs of it, flags and the time that a stop takes, it reads from docs/flags.md and the source.
package check
