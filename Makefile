# Everything a clone needs. "make demo" and "make test" do all the set-up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# A process for each core, but each makes its own example municipality: more than four gain nothing.
SIDE_BY_SIDE := -n logical --maxprocesses 4 --dist loadfile

.PHONY: demo test test-full check bench screenshots lab clean

demo lab: export SKOLBANK_WORKSPACE := $(CURDIR)
# uv trusts what the machine trusts, as pip does: school networks often have a certificate of their own.
export UV_SYSTEM_CERTS := true
demo: $(STAMP)  ## the example municipality through one whole seminar round
	$(BIN)/skolbank example .
	$(BIN)/skolbank import data/inbox
	$(BIN)/skolbank run 2026-ht-resultat
	@echo
	@echo "Startsidan ligger här / the index page lies here:"
	@echo "  $(CURDIR)/output/2026-ht-resultat/index.html"

test: $(STAMP)  ## all tests of a full machine, style, types and the floors
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)
	$(MAKE) check

test-full: $(STAMP)  ## the long proofs too
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "slow or not slow"
	$(MAKE) check

check: $(STAMP)  ## changes nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)  ## side-by-side timings
	$(BIN)/python -m benchmarks

screenshots: $(STAMP)  ## the pictures of docs/images, from the example municipality of this clone
	$(BIN)/python docs/make_screenshots.py .

lab: $(STAMP)
	$(BIN)/skolbank lab

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# Exactly the locked versions, each checked by its hash; then the project itself, without dependencies.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed")'
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" $(VENV) && \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --editable . ; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . ; \
	fi
	@touch $(STAMP)
