# Two commands: `make run` starts the bot, `make test` proves it. Each sets up what it needs by itself.

PYTHON ?= python3
PYTEST ?=
WALKS ?= 60
REPLAY ?=

VENV := .venv/bin
LOCALES := $(wildcard locales/*/LC_MESSAGES/nomerok.po)
COMPILED := $(LOCALES:.po=.mo)

.DEFAULT_GOAL := help
.PHONY: help run test check monkey screens bench bench-quick texts lock system axe env env-dev
.SILENT:
.DELETE_ON_ERROR:
# The steps share one environment, so `make -j` must not run them side by side.
.NOTPARALLEL:

help: ## list these commands
	awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

run: env $(COMPILED) ## start the bot; without BOT_TOKEN, with a local chat in the browser
	exec $(VENV)/python -m bot

# One worker more than there are cores: stories often wait for a tick of a second.
test: system env-dev axe $(COMPILED) ## run all tests (PYTEST="-k booking" narrows them)
	exec $(VENV)/python -m pytest -n "$$(($$(getconf _NPROCESSORS_ONLN) + 1))" --maxprocesses 4 --dist worksteal $(PYTEST)

monkey: env-dev $(COMPILED) ## press and type anything for longer (WALKS=60; REPLAY=FILE: one walk again)
	MONKEY_WALKS=$(WALKS) MONKEY_STEPS=300 MONKEY_REPLAY=$(REPLAY) $(VENV)/python -m pytest tests/e2e/test_monkey.py tests/bot/test_hidden_visits.py

check: env-dev ## lint, types, import floors, texts
	$(VENV)/python -m ruff check .
	$(VENV)/python -m ruff format --check .
	$(VENV)/python -m mypy
	$(VENV)/lint-imports
	$(VENV)/python -m scripts.check_texts --quiet

screens: system env-dev $(COMPILED) ## photograph every screen in both languages into build/screens
	exec $(VENV)/python -m tests.gallery

bench: env-dev $(COMPILED) ## measure, each figure beside a yardstick; also into build/bench.json
	exec $(VENV)/python -m tests.bench

bench-quick: env-dev $(COMPILED) ## the same with fewer of everything, in four minutes
	exec $(VENV)/python -m tests.bench --quick

texts: env ## gather the sentences of the code into locales/*.po
	$(VENV)/python -m scripts.update_texts

lock: ## bring the locks in step with pyproject.toml (needs uv)
	exec sh scripts/lock.sh

system: ## install the Debian packages of packages.txt that are missing
	exec sh scripts/system.sh

# For the test of the page's accessibility; known by its version, so it is fetched once.
axe: system
	exec sh scripts/axe.sh

env:
	exec sh scripts/environment.sh run "$(PYTHON)"

env-dev:
	exec sh scripts/environment.sh dev "$(PYTHON)"

%.mo: %.po | env
	$(VENV)/python -m babel.messages.frontend -q compile -i $< -o $@
