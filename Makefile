# Every command of the project; plain `make` lists them. Kept to GNU make 3.81, which macOS brings.
.DEFAULT_GOAL := help
.PHONY: help demo test lint types locales locales-check transcripts docs run bench simulate pulse proof proof-run proof-crash proof-fuzz proof-slack proof-telegram lock clean

BIN := .venv/bin

# A .venv that was copied or moved with the folder belongs to another place: install again.
ifneq ($(shell cat .venv/.place 2>/dev/null),$(shell pwd -P))
.PHONY: .venv/.installed
endif

help: ## list these commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

demo: .venv/.ready ## a rehearsal with invented people in the terminal: no token, no server
	@$(BIN)/teichaku demo

test: .venv/.ready ## the whole test suite; narrow it with ARGS="-k reminder"
	@$(BIN)/python -m pytest -m "not realtime" -n 2 $(ARGS)

lint: .venv/.ready ## style, types, import contracts and catalogs
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m bot.text.locales check --lagging

types: .venv/.ready ## the type checker alone
	@$(BIN)/mypy

locales: .venv/.ready ## bring templates and catalogs up to the sentences of the code
	@$(BIN)/python -m bot.text.locales update

locales-check: .venv/.ready ## say what is missing, fuzzy, wrong or misplaced in the catalogs
	@$(BIN)/python -m bot.text.locales check

transcripts: .venv/.ready ## write the chats of tests/transcripts anew; somebody who speaks the language reads them
	@$(BIN)/python -m pytest -q tests/flow/test_transcripts.py tests/flow/test_year.py tests/flow/test_slack_transcripts.py --write-transcripts

docs: .venv/.ready ## check that the documentation names what exists
	@$(BIN)/python -m pytest -q tests/unit/test_docs.py

run: .venv/.ready ## the service: channels and ticker, with the settings of this folder
	@$(BIN)/teichaku run

bench: .venv/.ready ## the measurements, each beside what it is compared with; ARGS="path run" for a part
	@$(BIN)/python -m benchmarks.bench $(ARGS)

simulate: .venv/.ready ## the risk engine on invented people whose truth is known; ARGS="--worlds 4" for a shorter run
	@$(BIN)/python -m benchmarks.simulate $(ARGS)

pulse: .venv/.ready ## invented histories of one mood question: the cold start beside the last answer; ARGS="--sets 2" for a shorter run
	@$(BIN)/python -m benchmarks.pulse $(ARGS)

proof: proof-run proof-crash proof-fuzz ## the proofs that are too slow for every test run

proof-run: .venv/.ready ## the service in real processes and in real time, with the faults of the place
	@$(BIN)/python -m pytest -m realtime $(ARGS)

proof-crash: .venv/.ready ## processes are killed 200 times: nothing lost, nothing doubled
	@$(BIN)/python -m benchmarks.proof_crash $(ARGS)

proof-fuzz: .venv/.ready ## 10,000 inputs that nobody meant: no traceback, no half-write
	@$(BIN)/python -m benchmarks.proof_fuzz $(ARGS)

proof-slack: .venv/.ready ## the service in a Slack on this machine: three months, faults, pace and speed; ARGS="speed" for a part
	@$(BIN)/python -m benchmarks.proof_slack $(ARGS)

proof-telegram: .venv/.ready ## Telegram with faults and at full speed, against a Bot API on this machine; ARGS="press" for a part
	@$(BIN)/python -m benchmarks.proof_telegram $(ARGS)

lock: ## pin and hash the newest dependencies that pyproject.toml allows (needs uv)
	@uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --upgrade --quiet \
		--custom-compile-command "make lock" --output-file requirements.lock

clean: ## remove .venv, caches and compiled catalogs
	@rm -rf .venv dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@rm -f locales/*/LC_MESSAGES/*.mo
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.installed: requirements.lock pyproject.toml hatch_build.py .ci/install
	@sh .ci/install

.venv/.ready: .venv/.installed $(wildcard locales/*/LC_MESSAGES/*.po)
	@$(BIN)/python -m bot.text.locales compile
	@touch $@
