# Short commands. `make run` and `make test` are all that a fresh machine needs (git, make, Python 3.11 or newer).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
SOURCES ?= ../shared/sources
# With a screen the explorer opens in the browser; on a server it only listens.
HEADLESS := $(if $(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter Darwin,$(shell uname -s))),false,true)

.PHONY: help setup setup-dev run test test-long lint format build check bench bench-browser bench-docs screenshots lock clean

help:  ## What there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 16

$(VENV)/.run: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Trefpunt needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 run"; exit 1; }
	@test -x $(BIN)/python || { echo "Making a virtual environment in $(VENV)"; $(PYTHON) -m venv $(VENV) \
		|| { echo "That needs Python's venv module (Debian, Ubuntu: apt install python3-venv)"; exit 1; }; }
	@echo "Installing what the explorer needs (once; some minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo "Installing what the tests need (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.run  ## Set up what the explorer needs

setup-dev: $(VENV)/.dev  ## Set up what tests and checks need

run: setup  ## Open the explorer on the bundled data
	@echo "Trefpunt opens on http://localhost:$(PORT) (stop: Ctrl+C)"
	@$(BIN)/python -m streamlit run streamlit_app.py --server.port $(PORT) --server.headless $(HEADLESS)

test: setup-dev  ## Run all tests, those in the browser too
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m pytest -n 2 --dist loadfile

test-long: setup-dev  ## The same with 1,000 examples a property
	@$(BIN)/python -m tests.browser.chromium
	@TREFPUNT_HYPOTHESIS=long $(BIN)/python -m pytest -n 2 --dist loadfile

lint: setup-dev  ## Format, lint, types
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy

format: setup-dev  ## Format and mend what can be mended
	@$(BIN)/python -m ruff format .
	@$(BIN)/python -m ruff check --fix .

build: setup  ## Make data/maastricht from the source files in SOURCES
	@$(BIN)/python -m trefpunt build --sources $(SOURCES) --out data/maastricht

check: setup  ## Hold the bundled data against its manifest and contracts
	@$(BIN)/python -m trefpunt check

bench: setup-dev  ## Time the engine beside its peers on this machine
	@$(BIN)/python -m trefpunt bench

bench-docs: setup-dev  ## The same with the build and cities up to 100 times as large, written to docs (some minutes)
	@$(BIN)/python -m trefpunt bench --sources $(SOURCES) --scale 1,10,100 \
		--out docs/benchmarks.json --picture docs/images/bench.png --docs docs/performance.md
	@$(BIN)/python -m trefpunt bench --browser --out docs/benchmarks.json --docs docs/performance.md
	@$(BIN)/python -m trefpunt bench --country --sources $(SOURCES) --out docs/benchmarks.json --docs docs/performance.md

bench-browser: setup-dev  ## Time the explorer in a browser on this machine
	@$(BIN)/python -m trefpunt bench --browser

screenshots: setup-dev  ## Make docs/images anew
	@$(BIN)/python -m tests.browser.screenshots

lock: setup-dev  ## Hold still what the direct dependencies bring
	@{ echo "# What the direct dependencies bring, as resolved together on Python 3.11 (pip freeze). Made by \`make lock\`."; \
		$(BIN)/python -m pip freeze --exclude-editable; } > constraints.txt

clean:  ## Remove the virtual environment and caches
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis static/snapshots
