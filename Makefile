# What a person does here. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
PEERS := .venv-peers
PY := $(VENV)/bin/python
export PYTHONPATH := $(CURDIR)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run demo test test-fast bench check format services services-stop lock clean

help: ## List what can be done here
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' \
		$(firstword $(MAKEFILE_LIST))

setup: $(VENV)/check.stamp ## Make .venv with everything that the tests and checks need

run: $(VENV)/run.stamp ## Run a real installation, empty at first (its data: ZANAT_HOME, else data/)
	@$(PY) -m services run

demo: $(VENV)/run.stamp ## Run a demonstration with invented data and a sign-in for every role
	@$(PY) -m services demo

# PostgreSQL and RabbitMQ are started if they can be; where CI is true they must be.
test: $(VENV)/check.stamp ## Run all tests, with real servers, a browser and killed processes
	@$(PY) -m tests.servers start --if-possible
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-fast: $(VENV)/check.stamp ## Run the tests of rules, store and form, in less than a minute
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q \
		-m "not slow and not servers and not browser and not chaos" \
		tests/unit tests/architecture tests/store

# ONLY=append measures the rows with that word in their names, BENCH_ROUNDS=3 fewer rounds.
bench: $(VENV)/check.stamp $(PEERS)/peers.stamp ## Measure Zanat beside its peers; writes docs/performance.md
	@$(PY) -m tests.servers start --if-possible
	@$(PY) -m tests.load --only "$(ONLY)"

check: $(VENV)/check.stamp ## Check form, types, imports, translations, documents, migrations, locks, assets
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m shared.language check
	$(PY) -m services docs --check
	$(PY) -m shared.migrations
	@! grep -nE 'index-url|find-links|trusted-host|://' requirements/*.txt || \
		{ echo "A lock names an index: make lock" >&2; exit 1; }
	@if command -v npm >/dev/null; then \
		PYTHON=$(CURDIR)/$(PY) shared/web/assets/check; \
	else \
		echo "Assets were not compared: there is no Node here."; \
	fi

format: $(VENV)/check.stamp ## Bring the code into form
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix --quiet .

services: $(VENV)/check.stamp ## Find or start PostgreSQL and RabbitMQ for the tests
	@$(PY) -m tests.servers start

services-stop: $(VENV)/check.stamp ## End the servers that `make services` started
	@$(PY) -m tests.servers stop

lock: $(VENV)/bin/uv ## Renew requirements/*.txt from *.in, with hashes, naming no index
	@for name in run check peers; do \
		$(VENV)/bin/uv pip compile --quiet --generate-hashes --python-version 3.11 \
			--universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
			requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done

clean: ## Remove what can be made again; installations and their data stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	@rm -rf $(PEERS)

# The environment is made on the way; a second time costs nothing. Whoever only runs Zanat gets
# only what running needs.
$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed (make PYTHON=python3.12 ...)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/run.stamp: requirements/run.txt | $(PY)
	@echo "Installing what Zanat runs on into $(VENV) ..." >&2
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

$(VENV)/check.stamp: requirements/check.txt requirements/run.txt | $(PY)
	@echo "Installing what Zanat, its tests and its checks need into $(VENV) ..." >&2
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $(VENV)/run.stamp $@

# Peers' dependencies may contradict ours, so they have an environment of their own.
$(PEERS)/peers.stamp: requirements/peers.txt
	@echo "Installing what Zanat is measured beside into $(PEERS) ..." >&2
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

$(VENV)/bin/uv: | $(PY)
	@$(PY) -m pip install --quiet --disable-pip-version-check uv
