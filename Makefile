# Everything from a bare checkout; the machine needs Python 3.11 or later, make and a network once.
#
#   make demo    set up what is missing, then run a live district at http://127.0.0.1:8080
#   make test    everything that must hold
#   make truth   a simulated month judged, and held against where everybody truly was
#   make bench   figures beside the limits of the same run; JSON=file keeps them
#   make fuzz    a million mutated payloads through every decoder; N= for others
#   make setup   the set-up alone · make check   lint and types · make clean   undo the set-up

SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
BIN := .venv/bin
DONE := .setup
ARGS ?=
# The system's Python may be too old while a newer one is beside it.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
# Node comes with the virtual environment; scripts of npm must find that one.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(CURDIR)/$(BIN)/npm --prefix web_console
WEB_SOURCES := $(shell find web_console -type f \
	-not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/.*' 2>/dev/null)
export HOME ?= $(CURDIR)/$(DONE)/home
# Trust what this machine trusts: offices with a proxy of their own have their own authority.
export UV_SYSTEM_CERTS := 1
export NODE_USE_SYSTEM_CA := 1

.PHONY: help setup demo test check bench fuzz truth clean check-python check-web test-python test-web test-whole system-parts

help:
	@sed -n 's/^#  *\(make .*\)/\1/p' Makefile

setup: $(DONE)/python $(if $(wildcard web_console/package.json),$(DONE)/web)

demo: setup
	@exec $(BIN)/gridbeat demo $(ARGS)

$(DONE)/venv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; set PYTHON=/path/to/it"; exit 1; }
	@mkdir -p $(DONE) "$$HOME"
	@echo "== virtual environment ($(PYTHON))"
	@$(PYTHON) -m venv .venv || { .ci/system-parts python3-venv && $(PYTHON) -m venv .venv; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(DONE)/python: $(DONE)/venv requirements.lock pyproject.toml
	@echo "== Python packages, as locked"
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip sync --require-hashes requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $@

$(DONE)/web-packages: $(DONE)/python web_console/package.json web_console/package-lock.json
	@echo "== web packages, as locked"
	@$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

$(DONE)/web: $(DONE)/web-packages $(WEB_SOURCES)
	@echo "== web console"
	@$(NPM) run build
	@touch $@

check: setup
	@$(MAKE) --no-print-directory -j2 check-python check-web

check-python:
	@echo "== lint, types, import directions"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check-web:
	@if [ -f web_console/package.json ]; then echo "== web: types, lint, wire"; \
	$(NPM) run check && $(NPM) run check:wire; fi

# Unit and integration tests share the cores with the web's; whole installations run alone, since
# they look at the clock.
test: setup system-parts
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory -j2 test-python test-web
	@$(MAKE) --no-print-directory test-whole

test-python:
	@echo "== pytest: unit, architecture, integration"
	@$(BIN)/python -m pytest -q -n 2 --dist loadscope tests/unit tests/architecture tests/integration

test-web:
	@if [ -f web_console/package.json ]; then echo "== vitest"; $(NPM) test; fi

test-whole:
	@echo "== pytest: scenario, browser, faults"
	@set -- $$(ls -d tests/scenario tests/browser tests/faults 2>/dev/null); \
	if [ $$# -gt 0 ]; then $(BIN)/python -m pytest -q "$$@"; fi

system-parts:
	@.ci/system-parts chromium fonts-noto-cjk

# Figures belong to a calm machine: nothing else of ours runs meanwhile.
truth: setup
	@$(BIN)/python tests/known_truth/report.py $(ARGS)

bench: setup $(DONE)/peers/.done
	@$(BIN)/python tests/bench/run_all.py $(if $(JSON),--json $(JSON)) $(ARGS)

# What figures are measured beside has an environment of its own: the product needs none of it.
$(DONE)/peers/.done: tests/bench/peers.lock $(DONE)/python
	@echo "== peers to measure beside"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(DONE)/peers
	@VIRTUAL_ENV=$(CURDIR)/$(DONE)/peers $(BIN)/uv pip sync --quiet --require-hashes $<
	@touch $@

# Mutated payloads through every decoder and rule: make fuzz N=1000000
fuzz: setup
	@$(BIN)/python tests/fuzz/decoder_fuzz.py --inputs $(or $(N),1000000) $(ARGS)

clean:
	rm -rf .venv $(DONE) web_console/node_modules web_console/dist
