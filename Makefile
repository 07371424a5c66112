# Jangbu. `make` prints the targets.
PYTHON ?= python3
WORKERS ?= auto
VENV := .venv
BIN := $(VENV)/bin
DEVICE_PYTHON ?= $(BIN)/python
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast test-faults device-test check format bench \
  bench-gpu clean

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Stamps keep finished set-up from asking the network again.
$(VENV)/.base: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt hatchling editables
	$(PIP) install -c constraints.txt --no-build-isolation -e '.[demo]'
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(PIP) install -c constraints.txt --no-build-isolation -e '.[dev]'
	# Other people's log and witness, which judge ours. They ask for a newer Python than
	# they need; the tests that use them show that they run.
	$(PIP) install --no-deps --ignore-requires-python -r tests/outside.txt
	@touch $@

setup: $(VENV)/.dev ## install everything that development needs

demo: $(VENV)/.base ## make a small film the whole way, and verify its evidence
	$(BIN)/jangbu demo --out build/demo

test: $(VENV)/.dev check ## all tests, with coverage
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m 'not fault' --cov --cov-report=term:skip-covered -q

test-faults: $(VENV)/.dev ## kill, fill and corrupt: the slow tests of what survives
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m fault -q

test-fast: $(VENV)/.dev ## units and properties only
	$(BIN)/python -m pytest -q tests/unit tests/properties tests/architecture

# On a machine with a GPU there may be neither network nor environment: any Python that
# has NumPy, numba, numba-cuda, iscc-lib and pytest will do.
device-test: ## GPU tests; DEVICE_PYTHON names a Python that has numba-cuda
	JANGBU_NEED_DEVICE=1 $(DEVICE_PYTHON) -m pytest -q -m gpu --noconftest tests/device

check: $(VENV)/.dev ## lint, format and types, changing nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## benchmarks, as JSON
	@for file in tests/benchmarks/bench_*.py; do \
	  $(BIN)/python -m tests.benchmarks.$$(basename $$file .py) || exit 1; done

bench-gpu: ## benchmarks of a GPU, as JSON
	$(DEVICE_PYTHON) -m tests.benchmarks.bench_gpu

clean: ## remove what was built, and the environment
	rm -rf build dist $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
