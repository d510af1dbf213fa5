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
JOBS ?= 1
MINUTES ?=
STEPS ?= 100000
BLOCKS ?= 10000
SIZE ?= ci
VIEWS ?= 4
TARGET ?= all
# Of fuzz and poison: nine targets take about four minutes of CPU, poison one.
RUNS ?= 40000
GUIDED ?= 4000

AS_ROOT := $(shell [ "$$(id -u)" -eq 0 ] || echo sudo -n env DEBIAN_FRONTEND=noninteractive)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Every verb with a sentence is a verb and no file.
.PHONY: $(shell awk -F: '/^[a-z-]+:.*\#\# /{print $$1}' Makefile)

help: ## Print this list of verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## Build .venv from pinned wheels (does nothing when nothing changed)

$(STAMP): requirements/runtime.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Mohur needs Python 3.11 or later; say: make setup PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "setup: installing pinned wheels into $(VENV)"
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-index --no-build-isolation --editable .
	@touch $(STAMP)

fmt: $(STAMP) ## Format the code and apply the safe fixes
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

lint: $(STAMP) ## Formatting, ruff, import directions and the rules of tests/test_tidy.py
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest tests/test_tidy.py tests/test_project.py -q

type: $(STAMP) ## Types with mypy --strict, product and tests
	@$(BIN)/mypy

# The tests of the cores only compute and share the machine; all others have clocks or processes.
CORE_TESTS := tests/tokens tests/consensus

check: lint type ## Style, types and all tests (ARGS="tests/node -k pool" runs these)
	@$(BIN)/python -m pytest $(if $(ARGS),$(ARGS),-n auto --dist loadfile $(CORE_TESTS))
	@$(if $(ARGS),true,$(BIN)/python -m pytest $(CORE_TESTS:%=--ignore=%))

test: check ## The same as check

demo: $(STAMP) ## Four real validators play the story (ARGS="--once" exits after it)
	@$(BIN)/mohur devnet demo $(ARGS)

devnet: $(STAMP) ## Start a network on this machine and keep it up
	@$(BIN)/mohur devnet up $(ARGS)

sim: $(STAMP) ## Simulate whole nodes: SEED=7 N=1000 tries seeds 7..1006 (MINUTES=5 JOBS=2)
	@$(BIN)/python -m tests.sim.campaign --seed $(SEED) --n $(N) --jobs $(JOBS) $(if $(MINUTES),--minutes $(MINUTES)) $(ARGS)

twins: $(STAMP) ## Run nodes twice under one key, divided in each view: SEED=7 N=1000 (JOBS=2)
	@$(BIN)/python -m tests.sim.twins.campaign --seed $(SEED) --n $(N) --jobs $(JOBS) $(ARGS)

mutations: $(STAMP) ## Let up to f nodes send mutated messages: SEED=7 N=1000 (JOBS=2)
	@$(BIN)/python -m tests.sim.mutations.campaign --seed $(SEED) --n $(N) --jobs $(JOBS) $(ARGS)

canaries: $(STAMP) ## Plant bugs into the whole node and see the campaigns find them (ARGS='--name "quorum 2f"')
	@$(BIN)/python -m tests.sim.canaries.campaign $(ARGS)

sim-core: $(STAMP) ## Simulate the consensus core alone: SEED=7 N=1000
	@$(BIN)/python -m tests.consensus.campaign --seed $(SEED) --seeds $(N) $(ARGS)

fuzz: $(STAMP) ## Fuzz what reads foreign bytes: TARGET=rpc SEED=7 RUNS=100000 GUIDED=5000
	@$(BIN)/python -m tests.fuzz.campaign --target $(TARGET) --seed $(SEED) --runs $(RUNS) \
		--guided $(GUIDED) $(ARGS)

poison: $(STAMP) ## Odd authorised transactions on four shells: RUNS=20000 SEED=7
	@$(BIN)/python -m tests.poison.campaign --runs $(RUNS) --seed $(SEED) $(ARGS)

duplicates: $(STAMP) ## Everything to all nodes, again and again: SIZE=full SEED=7
	@$(BIN)/python -m tests.campaigns.duplicates.campaign --size $(SIZE) --seed $(SEED) $(ARGS)

sets: $(STAMP) ## Change the validator set at random under faults: N=200 SEED=1
	@$(BIN)/python -m tests.campaigns.sets.campaign --changes $(N) --seed $(SEED) $(ARGS)

fuzz-ledger: $(STAMP) ## Attack the ledger: STEPS=100000 SEED=7 tries about as many transactions
	@$(BIN)/python -m tests.tokens.fuzz --steps $(STEPS) --seed $(SEED) $(ARGS)

network: $(STAMP) ## Break the links, clocks and processes of a real network: SIZE=full SEED=7
	@ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || apt-get install -y -q faketime >/dev/null 2>&1 \
	  || { echo "network: needs the Debian package faketime; as root: apt-get install faketime" >&2; exit 1; }
	@$(BIN)/python -m tests.campaigns.network.campaign --size $(SIZE) --seed $(SEED) $(ARGS)

gates: $(STAMP) ## Every reliability gate of CI, in its small size (ARGS="sim drills" runs these)
	@$(BIN)/python -m tests.gates $(ARGS)

determinism: $(STAMP) ## The golden chain under hash seeds, locales, time zones and -O: BLOCKS=10000
	@GOLDEN_BLOCKS=$(BLOCKS) $(BIN)/python -m pytest tests/test_determinism.py -q

drills: $(STAMP) ## Play the drills of docs/runbook.md (ARGS="lost-site upgrade" plays these)
	@$(BIN)/python -m tests.drills $(ARGS)

storage: $(STAMP) ## Kill, cut, fill and damage real nodes: SIZE=ci|full|release SEED=7 ARGS="--only kills"
	@$(BIN)/python -m tests.campaigns.storage --size $(SIZE) --seed $(SEED) $(ARGS)

model: $(STAMP) ## Search the SPIN models of one height in full: VIEWS=3 is quicker than VIEWS=4
	@{ command -v spin && command -v cc; } >/dev/null || $(AS_ROOT) apt-get install -y -q spin gcc libc6-dev >/dev/null 2>&1 \
	  || { $(AS_ROOT) apt-get update -q && $(AS_ROOT) apt-get install -y -q spin gcc libc6-dev; } >/dev/null 2>&1 \
	  || { echo "model: needs spin and a C compiler; as root: apt-get install spin gcc libc6-dev" >&2; exit 1; }
	@$(BIN)/python -m tests.model.run --views $(VIEWS) $(ARGS)

browser: $(STAMP) ## Look at the explorer of a played demo with Chromium (ARGS="--explorer URL": of that one)
	@command -v chromium >/dev/null || $(AS_ROOT) apt-get install -y -q chromium >/dev/null 2>&1 \
	  || { $(AS_ROOT) apt-get update -q && $(AS_ROOT) apt-get install -y -q chromium; } >/dev/null 2>&1 \
	  || { echo "browser: needs Chromium; as root: apt-get install chromium" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements/browser.txt
	@$(BIN)/python -m pytest -q -p tests.explorer.browser.stage tests/explorer/browser/browse_*.py $(ARGS)

overload: $(STAMP) ## Attack a network under load with slow, junk and flooding clients and peers: MINUTES=5
	@$(BIN)/python -m tests.campaigns.network.overload $(if $(MINUTES),--minutes $(MINUTES)) --seed $(SEED) $(ARGS)

mutants: $(STAMP) ## Change the ledger core and see a test notice it: N=200 SEED=1 (a sample, mutmut)
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements/mutants.txt
	@$(BIN)/python -m tests.mutants --n $(N) --seed $(SEED) --jobs $(JOBS) $(ARGS)

bench: $(STAMP) ## Measure a network on this machine
	@$(BIN)/mohur devnet bench $(ARGS)

docs: $(STAMP) ## Write the generated pages under docs/
	@$(BIN)/mohur docs $(ARGS)

lock: $(STAMP) ## Resolve requirements/*.txt anew from pyproject.toml
	@requirements/lock

sbom: $(STAMP) ## Bill of materials of a validator (sbom.json) and known advisories
	@requirements/sbom $(ARGS)

clean: ## Remove .venv, caches and build output
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov .coverage
	@find consensus tokens node tests -type d -name __pycache__ -prune -exec rm -rf {} +
