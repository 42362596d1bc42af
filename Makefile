# Everything works from a clean clone with Go 1.26 and make (`make race` with a C compiler too), writes to bin/, .cache/,
# web/dist/, fleetbeat-data/ and node_modules/ alone, and stops or removes nothing that it did not start. Where npm is, the
# dashboard is built, checked and tested too; where it is not, that is said.

VERSION          := $(shell git describe --tags --always --dirty 2>/dev/null)
LDFLAGS          := $(if $(VERSION),-X main.version=$(VERSION))
GOLANGCI_VERSION := v2.15.0
GOLANGCI         := .cache/bin/golangci-lint-$(GOLANGCI_VERSION)

# What npm installs: the dashboard's packages, and those of its suites. Where npm is not, that is said; CI, which requires the
# browser, fails then.
NPM      := $(shell command -v npm)
PACKAGES := $(if $(NPM),web/node_modules/.package-lock.json e2e/browser/node_modules/.package-lock.json,npmless)

# make run ARGS='--listen 127.0.0.1:9090'; make engines ARGS='--data DIR'; make test TESTFLAGS='-count=1 -v'
ARGS      ?=
TESTFLAGS ?=

.DEFAULT_GOAL := help
.PHONY: help run build npmless web dev deps testengines engines test esdb-suite browser race lint deploy-check bench generate

# Starts Postgres and Elasticsearch around a command, and says aloud what it cannot have (internal/testengines).
ENGINES := .cache/bin/testengines
# The journeys and the browser suites a second time, on servers that use those engines.
CLUSTERED := FLEETBEAT_E2E_SHAPE=clustered $(ENGINES) run --

help: ## Show what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Start Fleetbeat on its embedded engines with the demo fleet: http://localhost:8080
	bin/fleetbeat demo $(ARGS)

build: $(if $(NPM),web/dist/index.html,npmless) ## Build bin/fleetbeat, with the dashboard where npm is
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/fleetbeat ./cmd/fleetbeat

npmless:
	@echo 'SKIPPED: the dashboard, its checks and its tests: there is no npm (Node 20.19 or newer)'
	@case ",$$REQUIRE_ENGINES," in *,browser,*) exit 1;; esac

web: web/node_modules/.package-lock.json ## Build the dashboard, checked and tested, which bin/fleetbeat embeds
	cd web && npm run --silent check && npm test --silent && npm run --silent build

dev: web/node_modules/.package-lock.json ## The dashboard's dev server, for a Fleetbeat at FLEETBEAT_API or :8080
	cd web && npm run dev

# Node's packages are installed from the lock file alone, and run no scripts (.npmrc beside it).
%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	cd $* && npm ci

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/build web/public -type f) web/index.html web/vite.config.ts
	cd web && npm run --silent build

deps: ## Install what the tests need, Debian packages too where root runs it
	go mod download
	.ci/shell-tools
	.ci/engines

testengines:
	go build -o $(ENGINES) ./internal/testengines/cmd

engines: build testengines ## Start Postgres, Elasticsearch and the protocol server, and print the line that uses them
	$(ENGINES) serve $(ARGS)

test: deps build testengines $(PACKAGES) ## Run all tests: Go, the dashboard's units, the browser suites
	@[ "$$(id -u)" = 0 ] || echo 'SKIPPED: the tests of a full disk need root, to mount a small one'
	$(ENGINES) run -- go test $(TESTFLAGS) ./...
	$(CLUSTERED) go test $(TESTFLAGS) -skip '^TestCluster' ./e2e # which are clustered anyway
	$(if $(NPM),cd web && npm test --silent)
	$(if $(NPM),cd e2e/browser && npm test --silent)
	$(if $(NPM),$(CLUSTERED) npm --prefix e2e/browser test --silent)

esdb-suite: ## Build bin/esdb-suite: the tests of a real EventStoreDB, for a machine without Go: ESDB_TEST_URL=esdb://… bin/esdb-suite
	CGO_ENABLED=0 go test -c -trimpath -o bin/esdb-suite ./eventstore/eventstoredb

browser: build testengines $(PACKAGES) ## Run the browser suites alone, against bin/fleetbeat
	cd e2e/browser && npm test --silent
	$(CLUSTERED) npm --prefix e2e/browser test --silent

# What it cannot see into is left out: there the product runs in processes of its own, without a detector.
race: deps testengines ## Run the tests under the race detector, with fewer random worlds
	@echo 'SKIPPED under the race detector: the tests of large fleets in projections/sqlite, e2e and internal/testengines: make test runs them'
	CGO_ENABLED=1 $(ENGINES) run -- go test -race -short $(TESTFLAGS) $$(go list ./... | grep -vE '/(e2e|internal/testengines)(/|$$)')

lint: $(GOLANGCI) $(PACKAGES) ## Check the code, the import rules and that these rules bite
	go mod tidy -diff
	$(GOLANGCI) config verify
	.ci/lint-rules $(GOLANGCI)
	$(GOLANGCI) run
	$(if $(NPM),cd web && npm run --silent check)
	$(if $(NPM),cd e2e/browser && npm run --silent check)

# A module of its own, for the sake of one library: the product's go.mod knows nothing of Compose. Go does not see that files
# outside of it have changed, so nothing is taken from its cache.
deploy-check: $(GOLANGCI) ## Check what Fleetbeat is deployed with: Dockerfile, Compose file, stack, ingress, scripts
	@command -v nginx >/dev/null || echo 'SKIPPED: the ingress is not tried: there is no nginx (Debian: nginx-light)'
	@command -v docker >/dev/null || echo 'SKIPPED: docker stack config: there is no docker client'
	cd deploy/check && go mod tidy -diff && $(CURDIR)/$(GOLANGCI) run --config $(CURDIR)/.golangci.yml && go test -count=1 $(TESTFLAGS) ./...

bench: ## Run the Go benchmarks: ingest, log, fold
	go test -run '^$$' -bench . -benchmem $(TESTFLAGS) ./...

generate: $(PACKAGES) ## Write generated files anew (CI proves that they are fresh)
	go generate ./...
	$(if $(NPM),cd web && npm run --silent types)

# Built from source in a module of its own: the product's go.mod knows nothing of it. The name holds the version, so that
# a new one replaces it.
$(GOLANGCI):
	GOBIN='$(CURDIR)/.cache/bin' go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv .cache/bin/golangci-lint $@
