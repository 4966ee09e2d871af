# Each target does all its own set-up: a Python that constraints/ has a file for is all that must be there.
# Another interpreter: make test PYTHON=python3.12

PYTHON ?= python3
PYTHONS ?= python3.11 python3.12 python3.13
BIN := .venv/bin
ROUNDS ?= 1000
JOBS ?= 4
export ONCE APPROVE

.DEFAULT_GOAL := help
.PHONY: help demo test bench chaos pins clean bootstrap

help: ## show this list
	@awk -F ' ## ' '/^[a-z]+:.* ## / { sub(/:.*/, "", $$1); printf "make %-6s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: bootstrap ## a real Airflow updates bookings in the sandbox and stays up (ONCE=1: shows it and ends; APPROVE=me: you approve)
	@exec $(BIN)/python -m dev.demo

test: bootstrap ## lint, types, layers, tests
	@echo "== ruff check"
	@$(BIN)/ruff check
	@echo "== ruff format --check"
	@$(BIN)/ruff format --check
	@echo "== mypy"
	@$(BIN)/mypy
	@echo "== lint-imports"
	@$(BIN)/lint-imports --no-logo
	@echo "== pytest, all but the real Airflow"
	@$(BIN)/python -m pytest -m "not system" --numprocesses auto --maxprocesses 8 --dist loadfile
	@echo "== pytest, on a real Airflow"
	@$(BIN)/python -m pytest -m system

bench: bootstrap ## our client and change sets beside what one does without them (a quarter of an hour)
	@exec $(BIN)/python -m dev.bench

chaos: bootstrap ## 1,000 rounds in which all goes wrong, and nothing may be lost (ROUNDS, JOBS; SEED: the first one's)
	@exec $(BIN)/python -m dev.chaos --rounds $(ROUNDS) --jobs $(JOBS) $(if $(SEED),--seed $(SEED))

pins: ## write constraints/ anew: the newest versions for each of PYTHONS
	@$(PYTHON) dev/pins.py $(PYTHONS)

clean: ## remove the environment, the demo's home and all caches
	rm -rf .venv .demo .bench .chaos .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

bootstrap:
	@$(PYTHON) dev/bootstrap.py
