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
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## start the Flaskr example on http://127.0.0.1:5000
	go run ./examples/flaskr

.PHONY: test
test: ## run the tests of every module in the workspace, fuzz seeds included
	go test -timeout 30m work

.PHONY: race
race: ## the same under the race detector (needs a C compiler)
	go test -race -timeout 30m work

.PHONY: test-tasks
test-tasks: ## kill workers among 20,000 tasks on each database and on Redis (some minutes)
	cd contrib/db && DEWAR_TEST_TASKS=20000 go test -count 1 -timeout 30m -run TestTasksKilled -v .
	cd contrib/redis && DEWAR_TEST_TASKS=20000 go test -count 1 -timeout 30m -run TestTasksKilled -v .

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

# The suites of bench/, each a command that takes -quick and -json. What a suite
# lacks, such as wrk or a peer, it says loudly and leaves out.
BENCH_RESULTS ?= $(CURDIR)/bench/results
BENCH_SUITES := start http inprocess router session template forms scale

# Every how many payloads `make xss` takes.
XSS_EVERY ?= 1

.PHONY: xss
xss: ## count what runs in a browser with this engine, Jinja2 and html/template (many minutes)
	cd internal/thirdparty/xss && DEWAR_XSS_COUNTS=$(XSS_EVERY) go test -count 1 -timeout 3h -run TestCounts -v .

.PHONY: axe
axe: ## look for barriers in the macros of forms with axe-core, from npm, in a browser
	@mkdir -p dist/axe && cd dist/axe && npm pack --silent axe-core >/dev/null && tar xzf axe-core-*.tgz package/axe.min.js
	cd internal/thirdparty && DEWAR_AXE=$(CURDIR)/dist/axe/package/axe.min.js go test -tags axe -count 1 -run TestFormIsAccessible -v .

.PHONY: bench
bench: ## Dewar beside its peers, under 20 minutes; needs wrk, python3-flask, gunicorn, PostgreSQL for all of it
	@echo "bench: wants a machine that does nothing else, wrk (the load), valgrind (instructions), PostgreSQL (DEWAR_TEST_POSTGRES) and, as a peer,"
	@echo "bench: Debian's python3-flask python3-flaskext.wtf python3-flask-talisman python3-psycopg2 gunicorn; what is missing is left out"
	@cd bench && for suite in $(BENCH_SUITES); do \
		if [ -d $$suite ]; then echo "bench: $$suite"; GOWORK=off go run ./$$suite -json $(BENCH_RESULTS)/$$suite.json; fi; \
	done
	@echo "bench: results in $(BENCH_RESULTS); make bench-report puts them into docs/benchmarks.md"

.PHONY: bench-quick
bench-quick: ## the same in under 3 minutes, for a look
	@cd bench && for suite in $(BENCH_SUITES); do \
		if [ -d $$suite ]; then echo "bench: $$suite"; GOWORK=off go run ./$$suite -quick -json $(BENCH_RESULTS)/quick/$$suite.json; fi; \
	done

.PHONY: bench-report
bench-report: ## put the results of make bench into docs/benchmarks.md, with their plots
	cd bench && GOWORK=off go run ./report -results $(BENCH_RESULTS)

.PHONY: benchdiff
benchdiff: ## name what became slower between two results: make benchdiff OLD=old NEW=new
	cd bench && GOWORK=off go run ./benchdiff $(OLD) $(NEW)

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

.PHONY: soak
soak: ## attack Flaskr, gin and Flask with a normal client beside (45 minutes): bench/soak/results.json
	cd bench && GOWORK=off go run ./soak -out soak

.PHONY: soak-quick
soak-quick: ## attack Flaskr alone, once and shortly (two minutes), and fail past the bounds
	cd bench && GOWORK=off go run ./soak -servers dewar -rounds 1 -baseline 2s -scale 0.3 -gate -out ../dist/soak

.PHONY: check
check: lint modules test race ## everything that CI checks
