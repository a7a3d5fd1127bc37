# Everything a developer types; CI calls the same targets. Each line with `##` shows in `make help`.
SHELL := /bin/sh
.DEFAULT_GOAL := help
python := .venv/bin/python
# On every core; what shares a file or a running stack stays in one process (tests/conftest.py).
pytest := $(python) -m pytest -n auto --dist loadscope
sources := main.py handlers storage db local bench tests
# Nothing of the caller's environment decides what is installed or tested.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.PHONY: help
help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.PHONY: demo
demo: ## start the whole system here, send it real messages, show what became of them
	@local/install.sh stack
	@$(python) -m local demo

.PHONY: up
up: ## start the whole system here and keep it running
	@local/install.sh stack
	@$(python) -m local up

.PHONY: down
down: ## end what `make up` started
	@local/install.sh stack
	@$(python) -m local down

.PHONY: check
check: ## format, lint, types, import contracts and unit tests
	@local/install.sh dev
	$(python) -m ruff format --check $(sources)
	$(python) -m ruff check $(sources)
	$(python) -m mypy
	.venv/bin/lint-imports
	$(pytest) tests/unit tests/component tests/architecture -q

.PHONY: test
test: ## every test, with the stack and the real components that are present; coverage at the end
	@local/install.sh dev stack supabase
	SUPABASE_CLI=$(CURDIR)/.local/supabase/node_modules/.bin \
	  $(pytest) tests --cov --cov-report=
	$(python) -m coverage report --fail-under=90
	$(python) -m coverage report --include='handlers/domain/*' --fail-under=100

.PHONY: format
format: ## format and mend what can be mended by itself
	@local/install.sh dev
	$(python) -m ruff format $(sources)
	$(python) -m ruff check --fix $(sources)

.PHONY: bench
bench: ## measure against the budgets; the results are in docs/benchmarks.md
	@local/install.sh dev stack
	$(python) -m bench

.PHONY: chaos
chaos: ## break everything under load, then look for every message; takes about ten minutes
	@local/install.sh dev stack
	$(python) -m bench.chaos

.PHONY: lock
lock: ## compile requirements*.in into hash-pinned requirements*.txt
	@local/install.sh dev
	@$(python) -m pip install --quiet --disable-pip-version-check uv
	for name in requirements requirements-dev requirements-local requirements-postgres \
	  requirements-postgres-fallback; do \
	  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --custom-compile-command "make lock" $$name.in -o $$name.txt || exit 1; \
	done

.PHONY: clean
clean: ## remove everything that was installed or made here
	@[ ! -x $(python) ] || $(python) -m local down
	rm -rf .venv .local .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis \
	  .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
