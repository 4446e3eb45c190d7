# Each target sets up what it needs. PYTHON may name another interpreter: make test PYTHON=python3.13
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Processes that share the tests. JOBS=0 runs them in one, as a debugger needs it.
JOBS ?= auto

.PHONY: run demo test test-postgresql lint types docs accuracy bench bench-store readers reading soak fleet fuzz faults patterns audit browser container release-check clean

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group test --group lint
	touch $@

run: $(STAMP)  ## the service at http://127.0.0.1:8080
	$(BIN)/tracker run

demo: $(STAMP)  ## the service on a built-in world, without a network
	$(BIN)/tracker demo

test: $(STAMP)  ## all tests; ARGS="…" for pytest's own options, e.g. ARGS=tests/judge
	$(BIN)/python -m pytest -n $(JOBS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder $(ARGS)

test-postgresql: $(STAMP)  ## the tests that use a store, on a PostgreSQL server that they start; ARGS as above
	$(BIN)/python -m pytest -n $(JOBS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder --database postgresql $(ARGS)

lint: $(STAMP)  ## style, import rules, and that what is imported is declared
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/deptry tracker --no-ansi
	$(BIN)/deptry tests benchmarks --no-ansi --ignore DEP002,DEP004

types: $(STAMP)  ## mypy, strict
	$(BIN)/mypy

docs: $(STAMP)  ## the documents: links, blocks, commands, and the map of the modules
	$(BIN)/python -m pytest tests/docs $(ARGS)

accuracy: $(STAMP)  ## score the labelled texts, write docs/accuracy.md, fail where a score fell; FETCH=1 asks arXiv for the abstracts
	$(BIN)/python -m pip install --quiet --group accuracy
	$(BIN)/python -m benchmarks.accuracy$(if $(FETCH),.fetch)

bench: $(STAMP)  ## speed, as ratios to named baselines
	$(BIN)/python -m pip install --quiet --group bench
	is_well=0; for name in start write_papers links requests feeds serving replicas; do \
	  $(BIN)/python -m benchmarks.$$name || is_well=1; \
	done; exit $$is_well

bench-store: $(STAMP)  ## the store at 10 thousand, 100 thousand and 1 million papers (make bench-store SIZES=3000000)
	$(BIN)/python -m benchmarks.store $(SIZES)

readers: $(STAMP)  ## a minute of reading while another process writes: never "database is locked"
	READ_SECONDS=60 $(BIN)/python -m pytest -q -s tests/store/test_readers.py

reading: $(STAMP)  ## listing days in simulated time: how soon papers are read (about an hour; ARGS="day" for one scenario)
	$(BIN)/python -m benchmarks.reading $(ARGS)

soak: $(STAMP)  ## 30 simulated days of a normal load: memory, open files and logs stay flat (about 10 minutes)
	$(BIN)/python -m benchmarks.soak

fleet: $(STAMP)  ## four services on one PostgreSQL play a listing day through 200 kills, hangs and lost connections (about an hour; ARGS="--small --disturbances 6" in minutes)
	$(BIN)/python -m benchmarks.fleet $(ARGS)

fuzz: $(STAMP)  ## a million hostile inputs to every parser of foreign text (make fuzz INPUTS=100000 SEED=2)
	$(BIN)/python -m benchmarks.fuzz --inputs $(or $(INPUTS),1000000) --seed $(or $(SEED),1)

patterns: $(STAMP)  ## texts made from every regular expression, doubled: each reader of strangers' text is linear (more than an hour)
	$(BIN)/python -m benchmarks.ambiguous_repeats
	$(BIN)/python -m benchmarks.patterns

audit: $(STAMP)  ## the locks are complete, hashed and freely licensed, and no advisory is known against them
	$(BIN)/python -m pytest -q tests/test_lock.py
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/python -m pip install --quiet "pip-audit>=2.9,<3"
	$(VENV)-audit/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip
	$(VENV)-audit/bin/pip-audit --requirement requirements-build.lock --require-hashes --disable-pip

browser: $(STAMP)  ## every page in headless Chromium: widths, themes, keyboard, axe (needs npm, and root where chromium is missing)
	$(BIN)/python -m pip install --quiet --group browser
	npm install --silent --no-save --prefix $(VENV) axe-core@4
	command -v chromium >/dev/null || apt-get install -y --no-install-recommends chromium
	IN_BROWSER=1 $(BIN)/python -m pytest tests/browser

faults: $(STAMP)  ## the long form of tests/faults (an hour; a disk is mounted where root runs it); ARGS="-k kill" for one
	rm -f $(VENV)/faults.txt
	FAULTS=long FAULTS_REPORT=$(VENV)/faults.txt $(BIN)/python -m pytest tests/faults --durations=10 $(ARGS)
	cat $(VENV)/faults.txt

release-check: $(STAMP) lint types docs  ## all of a release but publishing it: docs/release.md
	$(BIN)/python -m pip install --quiet --group release
	$(BIN)/python -m tests.release.check

container:  ## build the image and run it for real (docker, or podman where no Docker engine answers)
	bash tests/container/run.sh

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
