# make run: everything from nothing to a server with a study to look at. make demo: to a report.
# make test: everything from nothing to tested.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
OUT ?= out
ROWS ?= 2000
TESTS ?= src tests

DATA ?= coterie-data

.PHONY: run demo install install-dev test test-slow check bench bench-serve bench-people bench-campaigns bench-missing lock clean

run: install
	@$(BIN)/coterie serve --data-dir $(DATA) --sample

demo: install
	@mkdir -p $(OUT)
	@$(BIN)/coterie sample customers --rows $(ROWS) --segments 5 --seed 7 -o $(OUT)/sample_customers.csv
	@$(BIN)/coterie segment $(OUT)/sample_customers.csv --out $(OUT)

install: $(VENV)/installed

install-dev: $(VENV)/installed-dev

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Coterie needs Python 3.11 or newer; none was found."; exit 1; }
	@echo "Making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked dependencies (a minute or two)"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	@echo "Installing what the tests need"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

test: install-dev
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow" $(TESTS)

test-slow: install-dev
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --durations=15 -m slow $(TESTS)

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -p no:cacheprovider src

bench: install-dev
	$(BIN)/python benchmarks/against_recipe.py

bench-serve: install-dev
	$(BIN)/python benchmarks/serve.py

bench-people: install-dev
	$(BIN)/python benchmarks/people.py

bench-campaigns: install-dev
	$(BIN)/python benchmarks/campaigns.py

bench-missing: install-dev
	$(BIN)/python benchmarks/missing.py

# Needs uv (pip install uv). Writes no host name.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header pyproject.toml --extra serve --group build -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header pyproject.toml --group build --group dev --extra serve --extra skops --extra track -c requirements.lock \
		-o requirements-dev.lock
	{ grep '^#' requirements.txt; grep -oP '^[a-z0-9][^\\]*(?= \\)' requirements.lock | sed 's/ *$$//'; } > requirements.new
	mv requirements.new requirements.txt

clean:
	rm -rf $(OUT) $(VENV)
# The folder of studies and accounts ($(DATA)) is yours and stays.
