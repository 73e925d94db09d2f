# Two commands do all the set-up by themselves: `make demo` and `make test`.
# PYTHON=python3.12 names the Python to make .venv with; ARGS="-k stanza -x" goes to pytest, which has as many
# processes as there are processors, but no more than four: WORKERS=0 runs the tests in one, where a debugger works.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.SUFFIXES:

PYTHON ?= python3
SERVER ?= embedded
ARGS ?=
WORKERS ?= auto

export PYTHON
bin := .venv/bin
# On a machine of continuous integration a missing server must not look like a passed test.
need_prosody := $(if $(filter-out 0 false no,$(CI)),required,wanted)

# $(call run,name,command): one check, with its name before it and, when it fails, behind it.
define run
@printf '\n== %s\n' '$(1)'; $(2) || { printf '\n== FAILED: %s\n' '$(1)' >&2; exit 1; }
endef

.PHONY: help demo test check lint types rules setup plugin-table bench soak fuzz clean

help: ## Say what can be made
	@printf 'make demo                 show the tutorial on the embedded test server\n'
	@printf 'make demo SERVER=prosody  show it on a real Prosody, started on 127.0.0.1\n'
	@printf '\n'
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/make \1|\2/p' Makefile | awk -F '|' '{ printf "%-25s %s\n", $$1, $$2 }'

demo: ## Show the tutorial: a blob kept in files, fetched over the wire
	@case '$(SERVER)' in embedded|prosody) ;; *) \
		echo "helixmpp: SERVER is 'embedded' or 'prosody', not '$(SERVER)'" >&2; exit 2 ;; esac
	@sh tools/venv.sh run
	@if [ '$(SERVER)' = prosody ]; then sh tools/prosody.sh required; fi
	@$(bin)/python examples/demo.py --server $(SERVER)

test: check ## Run all checks, then all tests
	@sh tools/prosody.sh $(need_prosody)
	@sh tools/ejabberd.sh $(need_prosody)
	@sh tools/databases.sh $(need_prosody)
	$(call run,pytest,$(bin)/python -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile $(ARGS))

check: lint rules types ## Run all checks, but no tests

lint: setup ## Check style and form (ruff)
	$(call run,ruff check,$(bin)/ruff check)
	$(call run,ruff format,$(bin)/ruff format --check)

rules: setup ## Check the layers, the import cycles and the project's own rules
	$(call run,import-linter,$(bin)/lint-imports --no-logo)
	$(call run,import cycles,$(bin)/python -m tools.check_cycles)
	$(call run,files,$(bin)/python -m tools.check_files)
	$(call run,plugin docstrings,$(bin)/python -m tools.check_plugins)
	$(call run,plugin table,$(bin)/python -m tools.plugin_table --check)

types: setup ## Check the types (mypy and pyright, both strict)
	$(call run,mypy,$(bin)/python -m mypy)
	$(call run,pyright,$(bin)/python -m pyright)

setup: ## Make .venv with all that the checks and tests need
	@sh tools/venv.sh dev

plugin-table: setup ## Write the README's table of plugins anew
	@$(bin)/python -m tools.plugin_table --write

bench: ## Measure beside slixmpp, aioxmpp and a bare parser; see bench/README.md
	@sh tools/venv.sh run
	@$(bin)/python -m bench $(ARGS)

soak: setup ## Run the promises about lost connections at full size; see soak/README.md
	@sh tools/prosody.sh required
	@$(bin)/python -m soak $(ARGS)

fuzz: setup ## Feed the parser and the stream with what nobody would send, for 60 seconds; see fuzz/README.md
	@$(bin)/python -m pip install --quiet --group fuzz || echo 'fuzz: without atheris, by mutations of our own'
	@$(bin)/python -m fuzz --seconds 60 $(ARGS)

clean: ## Delete .venv, caches and what was built
	rm -rf .venv .bench build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
	find src tests examples tools bench soak fuzz -name __pycache__ -type d -prune -exec rm -rf {} +
