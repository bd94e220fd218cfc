# Tingzhi: `make run` and `make test` set up everything they need. `make help` lists the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
TINGZHI := .venv/bin/tingzhi
NPM = PATH="$$(scripts/node-env.sh):$$PATH" npm --prefix web_agent
WEB_SOURCES := $(shell find web_agent -path web_agent/node_modules -prune -o -path web_agent/dist -prune -o -type f -print 2>/dev/null)
LOCKS := runtime dev bootstrap node piper
# Tests that leave most of a machine idle. The others load models, start servers or a browser, and want it to themselves.
SIDE_BY_SIDE := unit or module
# These wait for servers, exchanges and recordings more than they work: three files at a time, the evaluations beside
# them. Tests of invented requests share one name, which pytest-xdist would take for one test.
ON_SERVERS := (contract or integration or evals) and not invented
# A test that fails runs once more, so that one unsteady test does not hold back everybody's work; what it said is
# printed at the end (tests/conftest.py), and it is a defect to mend.
PYTEST := $(PYTHON) -m pytest --reruns 1 --hypothesis-profile steady

# As in assist_api/__init__.py, for what does not begin with it.
export OPENBLAS_NUM_THREADS ?= 1
# Each start of a program would compile every source anew: 13 s instead of 5, and the tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-16s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- set-up ---------------------------------------------------------------------------------------------------

.venv/.runtime: requirements/runtime.txt requirements/bootstrap.txt pyproject.toml
	@test -e .venv/.dev || scripts/python-env.sh runtime
	@touch $@

.venv/.dev: requirements/dev.txt requirements/bootstrap.txt pyproject.toml
	@scripts/python-env.sh dev
	@touch $@ .venv/.runtime

web_agent/node_modules/.installed: web_agent/package-lock.json | .venv/.runtime
	@echo "» installing web packages" >&2
	@$(NPM) ci --no-audit --no-fund --prefer-offline
	@touch $@

web_agent/dist/index.html: web_agent/node_modules/.installed $(WEB_SOURCES)
	@echo "» building the web pages" >&2
	@$(NPM) run --silent build
	@touch $@

.PHONY: setup
setup: .venv/.runtime ## Python packages into .venv
.PHONY: setup-dev
setup-dev: .venv/.dev ## Python packages for tests and checks as well
.PHONY: models
models: .venv/.runtime ## Fetch the models the product needs (speech, embeddings)
	@$(TINGZHI) models fetch
.PHONY: piper
piper: .venv/.runtime ## Install piper-tts (GPL-3, a program of its own) and its English voice for prompts
	@scripts/piper-env.sh
	@$(TINGZHI) models fetch --with piper-en-us-joe
.PHONY: models-all
models-all: .venv/.dev
	@scripts/piper-env.sh
	@PATH="$$(scripts/node-env.sh):$$PATH" $(TINGZHI) models fetch --all
.PHONY: web
web: web_agent/dist/index.html ## Build the web pages
.PHONY: test-servers
test-servers:
	@scripts/test-servers.sh

# ---- run ------------------------------------------------------------------------------------------------------

.PHONY: run
run: setup models web ## Start Tingzhi (ARGS="--port 9000" to change something)
	@exec $(TINGZHI) serve $(ARGS)

.PHONY: doctor
doctor: setup ## Say what is missing and how to mend it
	@$(TINGZHI) doctor

# ---- checks ---------------------------------------------------------------------------------------------------

.PHONY: fmt
fmt: .venv/.dev ## Format the code
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix-only --quiet .

.PHONY: lint
lint: .venv/.dev ## Lint Python, YAML and the compose file
	@$(PYTHON) -m ruff format --check --quiet . || { echo "run: make fmt" >&2; exit 1; }
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m yamllint -s docker-compose.yml .pre-commit-config.yaml kb
	@.venv/bin/check-jsonschema -q --builtin-schema vendor.compose-spec docker-compose.yml

.PHONY: types
types: .venv/.dev ## mypy --strict
	@$(PYTHON) -m mypy

.PHONY: arch
arch: .venv/.dev | build ## Prove the layers (import-linter)
	@.venv/bin/lint-imports --no-cache >build/arch.log 2>&1 || { cat build/arch.log; exit 1; }; tail -n 6 build/arch.log

.PHONY: web-check
web-check: .venv/.dev web_agent/node_modules/.installed ## Lint, type-check and test the web pages; client drift
	@scripts/api-client.sh --check
	@$(NPM) run --silent lint
	@$(NPM) run --silent typecheck
	@$(NPM) run --silent test

build:
	@mkdir -p build

.PHONY: check
check: lint types arch web-check ## Every static check

# ---- tests ----------------------------------------------------------------------------------------------------

.PHONY: test
test: setup-dev models-all test-servers web check ## Everything: checks, unit to end-to-end tests, evaluations
	@failed=; \
	$(PYTEST) -m "$(SIDE_BY_SIDE)" -n logical --maxprocesses 4 --dist worksteal || failed=yes; \
	$(PYTEST) -m "$(ON_SERVERS)" -n 3 --dist loadfile --durations=30 || failed=yes; \
	$(PYTEST) -m "not ($(SIDE_BY_SIDE)) and not ($(ON_SERVERS))" --durations=30 || failed=yes; \
	test -z "$$failed"

.PHONY: test-unit
test-unit: .venv/.dev ## Only the quick tests
	@$(PYTHON) -m pytest -q -m unit

.PHONY: test-e2e
test-e2e: setup-dev models-all test-servers web ## Only the browser journeys
	@$(PYTHON) -m pytest -m e2e

.PHONY: evals
evals: setup-dev models-all ## Only the evaluations
	@$(PYTHON) -m pytest -m evals -s

.PHONY: bench
bench: setup-dev models-all ## Measure (DATA=folder for the evaluation data); prints the tables of docs/benchmarks.md
	@$(PYTHON) -m scripts.bench $(if $(DATA),--data $(DATA)) $(ARGS)

# ---- upkeep ---------------------------------------------------------------------------------------------------

.PHONY: lock
lock: .venv/.runtime ## Resolve requirements/*.in again (hashed, for every platform)
	@for name in $(LOCKS); do \
	  .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --custom-compile-command "make lock" requirements/$$name.in -o requirements/$$name.txt; done

.PHONY: api-client
api-client: .venv/.dev web_agent/node_modules/.installed ## Generate the TypeScript client from OpenAPI
	@scripts/api-client.sh

.PHONY: migration
migration: .venv/.dev ## New migration: make migration NAME="add a column"
	@.venv/bin/alembic revision --autogenerate -m "$(NAME)"

.PHONY: demo-calls
demo-calls: setup-dev models-all ## Speak the demo calls again (assist_api/calls/demo/calls)
	@$(PYTHON) -m scripts.make_demo_calls

.PHONY: changelog
changelog: .venv/.dev ## Collect changelog fragments: make changelog VERSION=0.2.0
	@$(PYTHON) -m towncrier build --yes --version "$(VERSION)"

.PHONY: clean
clean: ## Remove what make built here (not the shared cache, not your data in var/)
	@rm -rf .venv web_agent/node_modules web_agent/dist build
