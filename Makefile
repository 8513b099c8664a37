# Dewar's targets. CI calls only these: what passes here passes there.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# golangci-lint is built from source by the Go toolchain, so that its checksum
# is the module proxy's. LINT_CACHE may point outside the tree to keep the
# binary between clones; ./bin is this clone's copy.
GOLANGCI_VERSION := v2.15.0
LINT_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/dewar/golangci-lint-$(GOLANGCI_VERSION)
GOLANGCI := bin/golangci-lint-$(GOLANGCI_VERSION)

# How long `make fuzz` gives each target.
FUZZTIME ?= 1m

# Every module of the repository: those of go.work, and bench/, which stays
# outside so that the frameworks it measures do not steer our versions.
MODULES = $$(go list -m -f '{{.Dir}}') $(CURDIR)/bench

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## start the Flaskr example on http://127.0.0.1:5000
	go run ./examples/flaskr

.PHONY: test
test: ## run the tests of every module in the workspace, fuzz seeds included
	go test work

.PHONY: race
race: ## the same under the race detector (needs a C compiler)
	go test -race work

.PHONY: lint
lint: $(GOLANGCI) ## go vet, golangci-lint, gofmt and tidy modules
	go vet work
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt: not formatted:"; echo "$$unformatted"; exit 1; fi
	@failed=; for dir in $(MODULES); do \
		echo "lint $$dir"; \
		(cd $$dir && GOWORK=off $(CURDIR)/$(GOLANGCI) run --config $(CURDIR)/.golangci.yml ./...) || failed="$$failed $$dir"; \
		(cd $$dir && GOWORK=off go mod tidy -diff) || failed="$$failed $$dir"; \
	done; \
	if [ -n "$$failed" ]; then echo "lint: findings in$$failed"; exit 1; fi

$(GOLANGCI):
	@mkdir -p bin $(LINT_CACHE)
	@if [ ! -x $(LINT_CACHE)/golangci-lint ]; then \
		GOWORK=off GOBIN=$(LINT_CACHE) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION); \
	fi
	@cp $(LINT_CACHE)/golangci-lint $@

.PHONY: modules
modules: ## build and vet every module alone, without the workspace
	@for dir in $(MODULES); do \
		echo "build $$dir"; \
		(cd $$dir && GOWORK=off go build -o /dev/null ./... && GOWORK=off go vet ./...); \
	done

.PHONY: fuzz
fuzz: ## fuzz every target for FUZZTIME (one minute) each
	FUZZTIME=$(FUZZTIME) .ci/fuzz

.PHONY: bench
bench: ## cold start and memory of hello and flaskr, router and sessions beside their peers, Go benchmarks
	cd bench && GOWORK=off go run . && GOWORK=off go run ./router -large=false && GOWORK=off go run ./session -rounds 3
	go test -run '^$$' -bench . -benchtime 200ms work

.PHONY: soak
soak: ## attack Flaskr, gin and Flask with a normal client beside (45 minutes): bench/soak/results.json
	cd bench && GOWORK=off go run ./soak -out soak

.PHONY: soak-quick
soak-quick: ## attack Flaskr alone, once and shortly (two minutes), and fail past the bounds
	cd bench && GOWORK=off go run ./soak -servers dewar -rounds 1 -baseline 2s -scale 0.3 -gate -out ../dist/soak

.PHONY: scan wapiti sqlmap sslscan h2spec
scan: ## run every scanner below against Flaskr over HTTPS: dist/scan (Debian; installs what is missing as root)
	bench/scan/scan all

wapiti: ## crawl and attack Flaskr, as a visitor and as a member
	bench/scan/scan wapiti

sqlmap: ## try SQL injection in every parameter of Flaskr
	bench/scan/scan sqlmap

sslscan: ## list Flaskr's protocols and ciphers, and fail on weak ones
	bench/scan/scan sslscan

h2spec: ## HTTP/2 conformance of Flaskr beside bare net/http
	bench/scan/scan h2spec

.PHONY: check
check: lint modules test race ## everything that CI checks
