# Everything that this project is run, tested and checked with. `make help` lists it.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUN_STAMP  := $(VENV)/.run-installed
TEST_STAMP := $(VENV)/.test-installed
JOBS   ?= 2
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help install install-browser install-llm run test fuzz check format docs bench requirements clean

help: ## List the targets
	@grep -hE '^[a-z -]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-28s %s\n", $$1, $$2}'

$(RUN_STAMP): requirements/build.txt requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "feedbot needs Python 3.11, 3.12 or 3.13: try 'make PYTHON=python3.12 $(MAKECMDGOALS)'"; exit 1; }
	@test -x $(BIN)/pip || { echo "Making $(VENV) ..."; rm -rf $(VENV); $(PYTHON) -m venv $(VENV); } \
	  || { rm -rf $(VENV); echo "Python cannot make an environment: on Debian, 'apt-get install python3-venv'"; exit 1; }
	@echo "Installing what feedbot runs on (a minute or two, once) ..."
	@$(PIP) install --require-hashes --no-deps -r requirements/build.txt
	@$(PIP) install --require-hashes --no-deps --no-build-isolation -r requirements/run.txt
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(TEST_STAMP): $(RUN_STAMP) requirements/test.txt
	@echo "Installing the test tools (once) ..."
	@$(PIP) install --require-hashes --no-deps --no-build-isolation -r requirements/test.txt
	@touch $@

install: $(RUN_STAMP) ## Make .venv from the hash-pinned requirements

install-browser install-llm: install-%: $(RUN_STAMP) requirements/%.txt ## Add an extra to .venv
	@$(PIP) install --require-hashes --no-deps --no-build-isolation -r requirements/$*.txt

run: $(RUN_STAMP) ## Run feedbot with config/ (no token: with the sandbox)
	@exec $(BIN)/feedbot run

test: $(TEST_STAMP) ## Run every test
	@$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

fuzz: $(TEST_STAMP) ## Feed the parsers with broken input for FUZZ_SECONDS (60)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) PYTHONPATH=src:tests $(BIN)/python -m fuzz $(ARGS)

check: $(TEST_STAMP) ## Format, lint, types, import contract, generated documents
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python docs/generate.py --check

format: $(TEST_STAMP) ## Format the code and mend what the linter can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(RUN_STAMP) ## Write the generated documents and the JSON Schema anew
	@$(BIN)/python docs/generate.py

bench: $(TEST_STAMP) ## Measure: polls, memory, feed requests, messages, each against a baseline
	@$(BIN)/python -m bench $(ARGS)

requirements: ## Compile requirements/*.txt anew (needs uv)
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements/build.in -o requirements/build.txt
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra postgres pyproject.toml -o requirements/run.txt
	@for extra in browser llm; do uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  --extra $$extra -c requirements/run.txt pyproject.toml -o requirements/$$extra.txt; done
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --all-extras --group test -c requirements/run.txt pyproject.toml -o requirements/test.txt

clean: ## Remove the environment and what tools left (never var/, which holds your data)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
