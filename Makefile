# `make demo`, `make test` and `make up` are all there is to know; each installs what it needs from the lock file.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export DO_NOT_TRACK := true
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where Python keeps no bytecode, each of a run's processes compiles all of its libraries again, for seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test up soak browser install lint lock clean

demo: $(STAMP)  ## Fill the home data/ from the simulated shop: orders, warehouse, champions, published scores.
	$(BIN)/eshop run

up: $(STAMP)  ## Start the web UIs: Dagster, MLflow, the dashboard; and the HTTP API.
	$(BIN)/eshop up

test: $(STAMP) browser lint  ## Lint, types, import contracts, dbt parse, tests.
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder --durations 40

# The dashboard is tested in a real browser: Debian's Chromium, where there is none yet.
browser:
	@command -v chromium > /dev/null || { \
	  test "$$(id -u)" = 0 || run="sudo -n"; \
	  $$run apt-get update -qq && $$run apt-get install -qq -y --no-install-recommends chromium > /dev/null; \
	} || echo "Chromium could not be installed: the dashboard's browser tests will fail and say so"

soak: $(STAMP)  ## Kill the daily run a hundred times at random; every day must equal an uninterrupted one (about an hour).
	$(BIN)/python -m tests.faults.soak 100 1

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models
	$(BIN)/python -c "from eshop_dagster.adapters.dbt import ensure_manifest; print('dbt manifest:', ensure_manifest().name)"

install: $(STAMP)

# uv installs a lock of 270 packages in seconds; where it cannot reach its index, pip does it from the same hashes.
$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -c "import sys; assert (3, 11) <= sys.version_info < (3, 14), f'Python 3.11 to 3.13 is needed, this is {sys.version}'"
	sed -n '/^uv==/,/# via/p' requirements.lock > $(VENV)/uv.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r $(VENV)/uv.lock
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock \
	  || $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline -e . \
	  || $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $(STAMP)

lock:  ## Resolve the dependencies again (no address of a registry gets into the lock).
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --prerelease if-necessary-or-explicit --no-strip-extras --no-header --quiet -o requirements.lock

clean:  ## Remove the environment and caches; the data home stays.
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache dbt_project/target
