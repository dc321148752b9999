# make run: build the observatory of the Turkic states and serve it. make test: run the tests. Nothing else is needed.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-all check words bench wheel lock clean
SHELL := /bin/bash
export PYTHONDONTWRITEBYTECODE := # a run and its tests start many processes: what is compiled is kept

PYTHON ?= python3
BIN := .venv/bin
INSTALL := VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet
UV_READY := .venv/.uv
RUN_READY := .venv/.run
ALL_READY := .venv/.all
CHROMIUM_READY := .venv/.chromium
SPARK_READY := .venv-spark/.ready
FRONT := src/kenes/portal/static/build/.ready
AXE := .cache/axe.min.js
TEST := $(BIN)/python -m pytest -q -n 2 --dist loadfile
OBSERVATORY := observatories/ots
FRONT_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null)

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(ALL_READY) $(FRONT) ## Everything: what runs, the extras, what tests and checks

$(UV_READY): requirements-setup.lock tools/system
	@bash tools/system venv "$(PYTHON)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-setup.lock
	@touch $@

$(RUN_READY): requirements.lock pyproject.toml | $(UV_READY)
	$(INSTALL) --compile-bytecode --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(ALL_READY): requirements-dev.lock $(RUN_READY)
	$(INSTALL) --compile-bytecode --require-hashes -r requirements-dev.lock
	@touch $@

$(FRONT) $(AXE) &: $(FRONT_SOURCES) requirements-front.lock tools/front_end.py | $(UV_READY)
	$(BIN)/python tools/front_end.py
	@touch $(FRONT) $(AXE)

run: $(RUN_READY) $(FRONT) ## Build the observatory and serve the portal on KENES_PORT (8000)
	@$(BIN)/kenes run --observatory $(OBSERVATORY) || [ $$? -eq 1 ]
	@exec $(BIN)/kenes serve --observatory $(OBSERVATORY)

$(CHROMIUM_READY): tools/system | $(UV_READY)
	@bash tools/system chromium
	@touch $@

$(SPARK_READY): requirements-spark.lock tools/system | $(UV_READY) # of its own: pyspark and pyspark-client exclude each other
	@bash tools/system java
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-spark
	VIRTUAL_ENV=.venv-spark $(BIN)/uv pip install --quiet --require-hashes -r requirements-spark.lock
	VIRTUAL_ENV=.venv-spark $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

test: setup $(CHROMIUM_READY) ## All unmarked tests, in two processes
	$(TEST)

test-all: setup $(CHROMIUM_READY) $(SPARK_READY) ## The long tests too; KENES_TEST_DATA names the folder of the large extracts
	@[ -n "$$KENES_TEST_DATA" ] || echo "KENES_TEST_DATA names no folder with osm/: the tests on large extracts are left out"
	$(TEST) -m "$$([ -n "$$KENES_TEST_DATA" ] && echo '' || echo 'not extracts')"

check: setup ## Lint, types, import contracts, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml
	$(BIN)/python tools/check_docs.py

words: setup ## New words of the interface into the catalogues of every language
	$(BIN)/python tools/words.py

bench: setup ## Benchmarks: ratios against a named reference in the same run
	@for each in benchmarks/[a-z]*.py; do echo "== $$each"; $(BIN)/python $$each || exit 1; done

wheel: setup ## dist/kenes-*.whl with the front end and the observatory
	rm -rf dist
	$(BIN)/python -m hatchling build -t wheel
	@ls -1 dist

LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q

lock: setup ## New lock files from pyproject.toml and requirements-*.in
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) requirements-setup.in -c requirements.lock -o requirements-setup.lock
	$(LOCK) requirements-front.in -o requirements-front.lock
	$(LOCK) --all-extras pyproject.toml requirements-setup.in requirements-dev.in -c requirements.lock -c requirements-setup.lock -o requirements-dev.lock
	$(LOCK) --extra space pyproject.toml requirements-setup.in requirements-spark.in -c requirements-dev.lock -o requirements-spark.lock

clean: ## Remove what was built
	rm -rf .venv .venv-spark .cache dist src/kenes/portal/static/build $(OBSERVATORY)/store
