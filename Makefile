# Everything a newcomer needs: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup setup-dev demo run test check audit sbom e2e chaos screenshots bench corpus npm-audit synthetic scale requirements look clean
.DEFAULT_GOAL := help

help: ## list what can be made
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/.ready: requirements.txt setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned requirements into $(VENV) …"
	@$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	@echo "Installing what the tests and checks need …"
	@$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.ready ## make .venv with the command artifact-monitor in it

setup-dev: $(VENV)/.ready-dev ## the same, with what tests and checks need

demo: setup ## play real attacks on this machine and watch (ONCE=1: end when played)
	@$(BIN)/artifact-monitor demo $(if $(ONCE),--once) $(foreach name,$(SCENARIO),--scenario $(name))

run: setup ## run the monitor for real (see docs/install.md)
	@$(BIN)/artifact-monitor run

test: setup-dev ## run the tests (PostgreSQL and Redis too, where DATABASE_URL and REDIS_URL are set)
	@$(BIN)/pytest -m "not e2e"

check: setup-dev ## ruff, mypy --strict, the house's import contracts, zizmor on the workflows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/zizmor --offline --no-progress --quiet .github/workflows

audit: setup-dev ## look the pinned requirements up among known vulnerabilities; fails where it cannot
	@$(BIN)/pip-audit -r requirements.txt --require-hashes --disable-pip --progress-spinner off -f json 2>/dev/null \
	  | $(BIN)/python .ci/audit.py

sbom: setup-dev ## write dist/sbom.cdx.json: what a release is made of (CycloneDX)
	@$(BIN)/python .ci/sbom.py dist/sbom.cdx.json

e2e: setup-dev ## against real servers: Verdaccio, docker-registry, moto, GitHub's payload examples … (docs/e2e.md)
	@tests/e2e/run

chaos: setup-dev ## break the real processes 200 times and judge what they say (FAULTS=…, SEED=…; docs/chaos.md)
	@$(BIN)/python -m sandbox.chaos --faults $(or $(FAULTS),200) $(if $(SEED),--seed $(SEED))

screenshots: setup-dev ## play the demo and take the pictures in docs/images (needs Chromium)
	@tests/e2e/screenshots

bench: setup-dev ## measure everything: one table, JSON and a drawing (FULL=1 ONLY=verify,polls OUT=dist/bench.json; docs/bench.md)
	@$(BIN)/python -m benchmarks.bench --out $(or $(OUT),dist/bench.json) $(if $(FULL),--full) $(if $(ONLY),--only $(ONLY))

corpus: setup-dev ## play all scenarios and count: what was said against what was true, beside the neighbours (JSON=file)
	@$(BIN)/python -m sandbox.corpus $(if $(JSON),--json $(JSON))

npm-audit: setup-dev ## ask npm's own `npm audit signatures` about the corpus, and write it into docs/corpus.md (needs npm 11.17)
	@$(BIN)/python -m sandbox.corpus.npm_audit --page docs/corpus.md

scale: setup-dev ## simulate a million artifacts under the hosts' limits, and write docs/scale.md (minutes; ARTIFACTS=1000000 SEED=1)
	@$(BIN)/python -m sandbox.scale --artifacts $(or $(ARTIFACTS),1000000) --seed $(or $(SEED),1) --days 14 --page docs/scale.md

synthetic: setup-dev ## invent project histories with a known truth, judge them and count (VERSIONS=100000 SEED=1 JOBS=1)
	@$(BIN)/python -m sandbox.synthetic --versions $(or $(VERSIONS),100000) --seed $(or $(SEED),1) --jobs $(or $(JOBS),1)

requirements: setup-dev ## pin requirements.txt and requirements-dev.txt again, with hashes and without hosts
	@for name in requirements requirements-dev; do \
	  CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/pip-compile --quiet --allow-unsafe --generate-hashes --strip-extras \
	    --no-header --no-emit-index-url --no-emit-find-links --output-file $$name.txt $$name.in; done

look: ## compile the pages' style from app/look (needs npm)
	@cd app/look && npm install --no-audit --no-fund --no-package-lock --silent && npm run --silent build && rm -rf node_modules

clean: ## remove what was made here
	@rm -rf $(VENV) .data .e2e .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
