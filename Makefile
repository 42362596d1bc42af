# Everything works from a clean clone with Go 1.26 and make (`make race` with a C compiler too), writes to bin/, .cache/
# and fleetbeat-data/ alone, and stops or removes nothing that it did not start.

VERSION          := $(shell git describe --tags --always --dirty 2>/dev/null)
LDFLAGS          := $(if $(VERSION),-X main.version=$(VERSION))
GOLANGCI_VERSION := v2.15.0
GOLANGCI         := .cache/bin/golangci-lint-$(GOLANGCI_VERSION)

# make run ARGS='--listen 127.0.0.1:9090'; make test TESTFLAGS='-count=1 -v'
ARGS      ?=
TESTFLAGS ?=

.DEFAULT_GOAL := help
.PHONY: help run build web dev deps test race lint bench generate

help: ## Show what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Start Fleetbeat on its embedded engines with the demo fleet: http://localhost:8080
	bin/fleetbeat demo $(ARGS)

build: ## Build bin/fleetbeat, with the dashboard where npm is
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory web/dist/index.html; \
	else echo 'no npm: built without the dashboard; its page says how to add it'; fi
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/fleetbeat ./cmd/fleetbeat

web: web/node_modules/.package-lock.json ## Build the dashboard, checked and tested, which bin/fleetbeat embeds
	cd web && npm run --silent check && npm test --silent && npm run --silent build

dev: web/node_modules/.package-lock.json ## The dashboard's dev server, for a Fleetbeat at FLEETBEAT_API or :8080
	cd web && npm run dev

# Node's packages are installed from the lock file alone, and run no scripts (web/.npmrc).
web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/build web/public -type f) web/index.html web/vite.config.ts
	cd web && npm run --silent build

deps: ## Install what the tests need, Debian packages too where root runs it
	go mod download
	.ci/shell-tools

test: deps ## Run all tests
	@[ "$$(id -u)" = 0 ] || echo 'SKIPPED: the tests of a full disk need root, to mount a small one'
	go test $(TESTFLAGS) ./...

race: deps ## Run all tests under the race detector, with fewer random worlds
	@echo 'SKIPPED under the race detector: the tests of large fleets in projections/sqlite, which make test runs'
	CGO_ENABLED=1 go test -race -short $(TESTFLAGS) ./...

lint: $(GOLANGCI) ## Check the code, the import rules and that these rules bite
	go mod tidy -diff
	$(GOLANGCI) config verify
	.ci/lint-rules $(GOLANGCI)
	$(GOLANGCI) run

bench: ## Run the Go benchmarks: ingest, log, fold
	go test -run '^$$' -bench . -benchmem $(TESTFLAGS) ./...

generate: ## Write generated files anew (CI proves that they are fresh)
	go generate ./...

# Built from source in a module of its own: the product's go.mod knows nothing of it. The name holds the version, so that
# a new one replaces it.
$(GOLANGCI):
	GOBIN='$(CURDIR)/.cache/bin' go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv .cache/bin/golangci-lint $@
