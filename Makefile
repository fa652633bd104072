# `make` explains itself. Only python3 (3.11 or newer), make and git are needed beforehand.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
# Two workers: more than two cores are not assumed. Faults take three, which wait in turns.
PYTEST := $(PY) -m pytest

.PHONY: help run setup test check faults soak mutants shots bench format shell

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.embedded ## Install what is missing, start everything, print the address (PORT=8000 LIKELIST_DATA=var)
	@$(PY) -m likelist.runner

setup: .venv/.embedded ## Only install

test: .venv/.dev ## Everything that needs no root and only wheels
	@$(PYTEST) -n 2 -m "not faults" $(ARGS)

check: .venv/.dev ## Format, lint, types, import contracts, migrations
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@$(PY) manage.py makemigrations --check --dry-run

faults: .venv/.dev ## Three minutes of kills and faults
	@$(PYTEST) -n 3 --dist loadfile -m faults $(ARGS)

soak: .venv/.dev ## The whole storm: 500 kills over ten seeds, two at a time, most of an hour; goes on where it was broken off
	@$(PY) -m tests.faults.soak $(ARGS)

mutants: .venv/.dev ## Plant each bug of tests/mutants and see its tests turn red (CHANGED=base: fewer)
	@$(PY) -m tools.mutants $(if $(CHANGED),--changed $(CHANGED)) $(ARGS)

shots: .venv/.dev ## Every page as a picture, light and dark, wide and narrow
	@$(PY) -m tests.shots $(ARGS)

bench: .venv/.dev ## Measure
	@$(PY) -m benchmarks.run $(ARGS)

format: .venv/.dev ## Bring the code into shape
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

shell: .venv/.embedded ## Django's shell, on the archive of LIKELIST_DATA
	@$(PY) manage.py shell

.venv/.embedded: requirements-embedded.txt tools/setup.sh tools/uv.txt
	@tools/setup.sh requirements-embedded.txt $@

.venv/.dev: requirements-dev.txt tools/setup.sh tools/uv.txt
	@tools/setup.sh requirements-dev.txt $@
