# `make` lists the targets. Two of them do everything: `make demo` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test test-pure simulate simulate-all chaos accuracy check lint types imports fix e2e bench load measure migrate docs client sbom setup setup-web web protos clean

# Compiled modules make every start twice as fast; some machines switch them off for all programs.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
# Two workers by default of what only computes: pytest-xdist's own count takes every core of a big machine.
WORKERS ?= 2
# More of the tests: two of them leave a fifth of two cores idle while they wait for processes, pages and clocks.
TESTERS ?= 3

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: setup web ## set up, build the web, start the product with the sandbox brokers connected
	@exec $(BIN)/orchestrator demo

demo-reset: setup ## forget the demo's data; the next `make demo` starts over
	@$(BIN)/orchestrator demo --reset

test: setup web ## set up and run all tests
	$(BIN)/python -m pytest -n $(TESTERS) --dist worksteal
	cd web && npm test --silent

test-pure: setup ## the tests of the pure rooms alone: seconds
	$(BIN)/python -m pytest tests/domain tests/routing tests/aggregation

check: setup setup-web lint types imports ## format, lint, types, import contracts, generated files up to date
	@$(BIN)/orchestrator openapi --check
	@$(BIN)/orchestrator docs --check
	@$(BIN)/python client/generate.py --check
	cd web && npm run --silent lint && npm run --silent typecheck && npm run --silent api:check

lint: setup ## ruff: format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup ## mypy --strict
	$(BIN)/mypy

imports: setup ## import contracts
	$(BIN)/lint-imports --no-cache

fix: setup setup-web ## format, and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd web && npm run --silent format

e2e: setup web ## the browser stories alone
	$(BIN)/python -m pytest -m browser

# How many runs `make simulate` makes, and the first seed.
SEEDS ?= 1000
FIRST ?= 1

simulate: setup ## orders under crashes and bad networks, from seeds: make simulate SEEDS=20000
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) --first $(FIRST) --workers $(WORKERS)

simulate-all: setup ## the simulation's whole test: 200 seeds, a crash at every step, and every deliberate break noticed
	SIMULATION=whole $(BIN)/python -m pytest -n $(WORKERS) tests/simulation

chaos: setup ## many processes that die, sleep and are cut off, again and again: half an hour
	CHAOS=long $(BIN)/python -m pytest tests/many

accuracy: SEEDS = 100
accuracy: setup ## portfolios over simulated months against the exchange's own ledger: make accuracy SEEDS=100
	$(BIN)/python -m tests.accuracy --seeds $(SEEDS) --first $(FIRST) --workers $(WORKERS)

bench: setup ## measure, and print ratios to a direct call in the same run
	$(BIN)/python -m benchmarks

# `make load SHAPE=many MINUTES=60`: two processes of HTTP and two workers on PostgreSQL and Redis, for an hour.
SHAPE ?= one
MINUTES ?= 10
USERS ?= 100
SOCKETS ?= 1000

load: setup ## the whole stack under many users at once: make load SHAPE=many MINUTES=10
	$(BIN)/python -m benchmarks.load --shape $(SHAPE) --minutes $(MINUTES) --users $(USERS) --sockets $(SOCKETS)

measure: setup ## every number of docs/scale.md and docs/benchmarks.md, unattended: two hours on a quiet machine
	$(BIN)/python -m benchmarks everything

migrate: setup ## bring the database of the settings up to date
	$(BIN)/orchestrator migrate

docs: setup ## write the generated reference pages
	$(BIN)/orchestrator docs

client: setup setup-web ## write openapi.json, the Python client's models and the web's typed client
	$(BIN)/orchestrator openapi
	$(BIN)/python client/generate.py
	cd web && npm run --silent api

SBOM ?= build/sbom

sbom: setup setup-web ## write the bills of materials: build/sbom/python.json, and web.json with the build tools
	@mkdir -p $(SBOM)
	@$(BIN)/cyclonedx-py requirements requirements/runtime.lock --pyproject pyproject.toml --output-reproducible --of JSON -o $(SBOM)/python.json 2>/dev/null
	@cd web && npm sbom --sbom-format cyclonedx --package-lock-only > $(abspath $(SBOM))/web.json 2>/dev/null
	@echo "$(SBOM)/python.json and $(SBOM)/web.json"

# --- setting up: done once, again only when a lock file changed ------------------------------------------------

setup: $(VENV)/.synced

$(VENV)/.synced: requirements/dev.lock pyproject.toml deploy/setup.sh
	@deploy/setup.sh python
	@touch $@

setup-web: web/node_modules/.synced

web/node_modules/.synced: web/package-lock.json
	@deploy/setup.sh web
	@touch $@

web: web/dist/.built

web/dist/.built: web/node_modules/.synced web/index.html web/vite.config.ts web/package.json $(shell find web/src web/public web/scripts -type f 2>/dev/null)
	cd web && npm run --silent build
	@touch $@

clean: ## remove everything that was set up or built (not the data folder)
	rm -rf $(VENV) web/node_modules web/dist
