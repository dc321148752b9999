# make run: build the observatory of the Turkic states and serve it. make test: run the tests. Nothing else is needed.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-all check bench wheel lock clean
SHELL := /bin/bash

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
CHROMIUM_READY := .venv/.chromium
SPARK_READY := .venv-spark/.ready
FRONT := src/kenes/portal/static/build/.ready
OBSERVATORY := observatories/ots
SOURCES := $(shell find src -name '*.py' -not -path '*/__pycache__/*' 2>/dev/null)
FRONT_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null)

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) $(FRONT) ## Virtual environment, locked packages, front end

$(STAMP): requirements-dev.lock requirements-setup.lock pyproject.toml tools/system
	@bash tools/system venv "$(PYTHON)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-setup.lock
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements-dev.lock
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(FRONT): $(STAMP) $(FRONT_SOURCES)
	$(BIN)/python tools/front_end.py
	@touch $@

run: setup ## Build the observatory and serve the portal on KENES_PORT (8000)
	@$(BIN)/kenes run --observatory $(OBSERVATORY) || [ $$? -eq 1 ]
	@exec $(BIN)/kenes serve --observatory $(OBSERVATORY)

$(CHROMIUM_READY): tools/system $(STAMP)
	@bash tools/system chromium
	@touch $@

$(SPARK_READY): requirements-spark.lock tools/system $(STAMP) # of its own: pyspark and pyspark-client exclude each other
	@bash tools/system java
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-spark
	VIRTUAL_ENV=.venv-spark $(BIN)/uv pip install --quiet --require-hashes -r requirements-spark.lock
	VIRTUAL_ENV=.venv-spark $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

test: setup $(CHROMIUM_READY) ## All unmarked tests
	$(BIN)/python -m pytest -q

test-all: setup $(CHROMIUM_READY) $(SPARK_READY) ## The long tests too; KENES_TEST_DATA names the folder of the large extracts
	@[ -n "$$KENES_TEST_DATA" ] || echo "KENES_TEST_DATA names no folder with osm/: the tests on large extracts are left out"
	$(BIN)/python -m pytest -q -m "$$([ -n "$$KENES_TEST_DATA" ] && echo '' || echo 'not extracts')"

check: setup ## Lint, types, import contracts, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml
	$(BIN)/python tools/check_docs.py

bench: setup ## Benchmarks: ratios against a named reference in the same run
	@for each in benchmarks/[a-z]*.py; do echo "== $$each"; $(BIN)/python $$each || exit 1; done

wheel: setup ## dist/kenes-*.whl with the front end and the observatory
	rm -rf dist
	$(BIN)/python -m hatchling build -t wheel
	@ls -1 dist

lock: ## New lock files from pyproject.toml and requirements-dev.in (needs a set-up)
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q pyproject.toml requirements-dev.in -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q pyproject.toml requirements-spark.in -c requirements-dev.lock -o requirements-spark.lock

clean: ## Remove what was built
	rm -rf .venv .venv-spark dist frontend/node_modules src/kenes/portal/static/build $(OBSERVATORY)/store
