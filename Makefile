# make run     one command to see it work: a simulated campaign, or with WATCHLIST=file.csv the real thing
# make test    everything that has to hold: style, types, layers, tests
# make bench   the figures of docs/, measured here
# make check   style, types and layers alone      make servers   real servers for the tests
# make help    these lines

SHELL := /bin/bash
BIN := .venv/bin
export JEJAK_CHROMIUM ?= $(shell cat .venv/chromium-path 2>/dev/null)

.PHONY: help bootstrap run check servers test bench
.DEFAULT_GOAL := help

help:
	@sed -n '1,5s/^# //p' Makefile

bootstrap:
	@scripts/bootstrap

# The list must not be lost between two commands, so they are one recipe: it ends at the first failure.
run: bootstrap
ifdef WATCHLIST
	@set -e; [ -f jejak.toml ] || $(BIN)/jejak init; \
	$(BIN)/jejak watchlist import "$(WATCHLIST)"; \
	$(BIN)/jejak crawl
else
	@$(BIN)/jejak demo
endif

check: bootstrap
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo 'format: run .venv/bin/ruff format .'; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -n 3; exit $${PIPESTATUS[0]}

servers: bootstrap
	@tests/servers/install

test: check servers
	@$(BIN)/pytest -q $(ARGS)

bench: bootstrap
	@scripts/bench
