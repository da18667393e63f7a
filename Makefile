# HCAI's commands. A machine needs Python 3.11 or newer (with venv) and make; Node comes with the packages.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-slow chaos check fix bench screens lock

PYTHON ?= python3
PORT ?= 3000

VENV := .venv
BIN := $(VENV)/bin
# What reads the tree of packages; it is no part of the environment.
UV := uv==0.13.9
LOCKER := $(VENV)/locker
LOCK := $(LOCKER)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-strip-extras \
	--custom-compile-command "make lock"
RUNTIME := $(VENV)/.runtime-installed
TOOLS := $(VENV)/.tools-installed
# The official Node clients that the tests run; npm writes this file last.
NODE_CLIENTS := tests/clients/node/node_modules/.package-lock.json
# Biome, which formats and lints JavaScript: a machine without the npm registry does without, not CI.
NODE_TOOLS := tests/js/node_modules/.package-lock.json
BIOME := tests/js/node_modules/.bin/biome
biome = if test -x $(BIOME) || test "$$CI"; then $(BIOME) $(1); \
	else echo "Biome is missing: JavaScript is left out." >&2; fi

# So many processes for two cores: tests that start nothing are busy, those with servers mostly wait.
PARALLEL_FAST := -n 2
PARALLEL := -n 3
# What starts no server, and one call to each endpoint.
FAST := (not server and not sdk and not browser and not slow) or smoke

# Every test of a server starts Pythons, and each would compile all that it loads.
unexport PYTHONDONTWRITEBYTECODE
# The environment's own Python, Node and npm come before the machine's.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# On another port the pages must show that port.
ifneq ($(PORT),3000)
export HCAI_BASE_URL ?= http://localhost:$(PORT)
endif

help: ## Show these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(TOOLS) $(NODE_CLIENTS) $(NODE_TOOLS) ## Make .venv with everything that running and testing need

run: $(RUNTIME) ## Start HCAI with hot reload on http://localhost:3000 (other port: make run PORT=4000)
	@echo "HCAI opens at http://localhost:$(PORT) in a moment (the first start takes longer); Ctrl-C stops it."
	@exec reflex run --env preview --frontend-port $(PORT) --backend-port $(PORT)

test: $(TOOLS) $(NODE_CLIENTS) ## Run the whole test suite, but for the tests that take minutes
	python -m pytest $(PARALLEL) -m "not slow"

test-slow: $(TOOLS) $(NODE_CLIENTS) ## Run the tests that take minutes
	python -m pytest -m slow

chaos: $(TOOLS) ## Break everything under load and print what was lost (PostgreSQL, Redis; a quarter of an hour)
	python -m tests.chaos.table

check: $(TOOLS) $(NODE_CLIENTS) $(NODE_TOOLS) ## Check format, lint, types, the fast tests, and that the pages compile
	ruff format --check .
	ruff check .
	@$(call biome,ci --error-on-warnings .)
	basedpyright
	python -m pytest $(PARALLEL_FAST) -m "$(FAST)"
	reflex compile --dry

fix: $(TOOLS) $(NODE_TOOLS) ## Mend format and lint where a program can
	ruff check --fix .
	ruff format .
	@$(call biome,check --write .)

bench: $(TOOLS) $(NODE_CLIENTS) ## Measure HCAI against bare relays and nginx, then its pages
	@failed=0; for part in "" .live .live_calls .playground .first_load; do \
		python -m tests.benchmarks$$part || failed=1; \
	done; exit $$failed

screens: $(TOOLS) ## Take pictures of every page and state into docs/screens (needs Chromium; six minutes)
	python -m tests.e2e.screens

lock: $(BIN)/pip ## Pin the whole tree, with hashes, after a change of requirements.in or requirements-dev.in
	@rm -rf $(LOCKER) && $(PYTHON) -m venv $(LOCKER) && $(LOCKER)/bin/python -m pip install --quiet $(UV)
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -c requirements.txt -o requirements-dev.txt

$(RUNTIME): requirements.txt | $(BIN)/pip
	@echo "Installing what HCAI runs on (a minute or two, once) ..."
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(TOOLS): requirements-dev.txt $(RUNTIME)
	@echo "Installing what its tests need ..."
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

# Without the npm registry the tests of these clients skip (in CI: fail) by name; all others run.
$(NODE_CLIENTS) $(NODE_TOOLS): %/node_modules/.package-lock.json: %/package-lock.json %/package.json | $(RUNTIME)
	@echo "Installing the npm packages of $* ..."
	@cd $* && npm ci --silent --ignore-scripts --prefer-offline \
		--fetch-retry-mintimeout 500 --fetch-retry-maxtimeout 5000 || \
		echo "They could not be had from the npm registry; what needs them will be missing." >&2

# pip is the last thing that venv writes: an environment without it is half made.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "HCAI needs Python 3.11 or newer: name one with make PYTHON=python3.13 ..." >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || \
		{ echo "Python's venv is missing: on Debian and Ubuntu, apt install python3-venv" >&2; exit 1; }
