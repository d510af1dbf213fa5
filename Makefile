# Mohur: every verb of a developer's day. `make help` prints them.
# Needs only make, git and a python3 of 3.11 or later; everything else comes as a pinned wheel.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done
ARGS ?=
SEED ?= 1
N ?= 100

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup fmt lint type test check demo devnet sim bench docs clean lock

help: ## Print this list of verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## Build .venv from pinned wheels (does nothing when nothing changed)

$(STAMP): requirements/runtime.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Mohur needs Python 3.11 or later; say: make setup PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setup: installing pinned wheels into $(VENV)"
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-index --no-build-isolation --editable .
	@touch $(STAMP)
