# make run     one command to see it work: a simulated campaign, or with WATCHLIST=file.csv the real thing
# make test    everything that has to hold: style, types, layers, tests
# make bench   the figures of docs/, measured here
# make check   style, types and layers alone      make servers   real servers for the tests
# make soak    hours of kills, faults and mutants (docs/how-to/soak.md)
# make help    these lines

SHELL := /bin/bash
BIN := .venv/bin
export JEJAK_CHROMIUM ?= $(shell cat .venv/chromium-path 2>/dev/null)

.PHONY: help bootstrap run check servers test bench soak
.DEFAULT_GOAL := help

help:
	@sed -n '1,6s/^# //p' Makefile

bootstrap:
	@scripts/bootstrap

# With WATCHLIST: an installation here (jejak.toml, data/), the list imported, every account visited
# once, the log sealed, also when visits failed. CONTACT is what platforms see in the User-Agent: an e-mail or address.
run: bootstrap
ifdef WATCHLIST
	@set -e; $(BIN)/jejak init $(if $(CONTACT),--contact "$(CONTACT)"); \
	$(BIN)/jejak watchlist import "$(WATCHLIST)"; \
	crawled=0; $(BIN)/jejak crawl || crawled=$$?; \
	$(BIN)/jejak ledger seal; \
	$(BIN)/jejak status; \
	exit $$crawled
else
	@$(BIN)/jejak demo
endif

check: bootstrap
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo 'format: run .venv/bin/ruff format .'; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -n 3; exit $${PIPESTATUS[0]}

servers: bootstrap
	@scripts/test-tools
	@tests/servers/install

# Order and examples of the tests follow from SEED alone; another one: make test SEED=7
SEED ?= 20261122
test: check servers
	@$(BIN)/pytest -q -n 3 --randomly-seed=$(SEED) --hypothesis-seed=$(SEED) $(ARGS)

bench: bootstrap
	@scripts/bench

soak: bootstrap
	@scripts/soak $(ARGS)
