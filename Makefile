# On a machine with nothing but Python 3.11 or newer: `make lab` to learn, `make test` to check.
# Everything is installed into .venv beside this file; a second call finds it there and starts at once.
# Without make, README.md says the same in a few commands.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
REST   := tfds or classroom or wheel or oldest or slow

# Both cores work, one file of tests at a time on each: a lesson's cells need one kernel, pages one browser.
JOBS   ?= 2
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder
QUICK  := not (tfds or classroom or wheel or oldest or slow or browser)

# Tests start hundreds of Pythons: each reads what the first has compiled, even where the shell forbids that.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help lab unit test test-all test-rest lint format lessons cost site lite bench clean

help:            ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lab: $(VENV)/.lab           ## open JupyterLab at the first lesson
	$(BIN)/mlpkit lab

unit: $(VENV)/.test         ## the quick tests alone, without lessons and browser
	$(PYTEST) -m "$(QUICK) and not long" tests

test: $(VENV)/.test         ## units, lessons, each widget once in a browser: about six minutes
	$(PYTEST) -m "not ($(REST) or browser)"
	$(PYTEST) -m "browser and not ($(REST))"   # by itself: a page's event loop would run beside other tests

test-all: test test-rest    ## `make test`, then all that takes long: an hour at most

test-rest: $(VENV)/.all     ## only what `make test` leaves out
	$(PYTEST) -m "($(REST)) and not browser"
	$(PYTEST) -m "($(REST)) and browser"

lint: $(VENV)/.test         ## ruff over code and notebooks, types of the core, and the spelling of everything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell

format: $(VENV)/.test       ## put code and notebooks into the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lessons: $(VENV)/.test      ## execute the lessons anew; ONLY="03 04" for some, FRESH=1 for new pictures too
	$(BIN)/python -m tools.lessons $(ONLY) $(if $(FRESH),--fresh)
	$(BIN)/python -m tools.questions

cost: $(VENV)/.test         ## seconds and megabytes of every lesson on one core
	$(BIN)/python -m tools.run $(ONLY)

site: $(VENV)/.site         ## build the lessons as pages to read into build/site
	$(BIN)/python -m tools.site

lite: $(VENV)/.lite         ## build the course for a browser tab into build/lite; PYODIDE=folder puts that Pyodide into it
	$(BIN)/python -m lite.build $(if $(PYODIDE),--pyodide "$(PYODIDE)")

bench: $(VENV)/.bench       ## measure mlpkit beside its peers; QUICK=1 for two minutes
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick)

clean:           ## take away what was installed and built, never a learner's work
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis artifacts

# A .venv that was moved or copied, or whose Python has gone, is of no use: it is taken away, and made anew below.
ifneq ($(filter-out help clean,$(MAKECMDGOALS)),)
MADE_AT := $(shell sed -n 's/^command = .* -m venv //p' $(VENV)/pyvenv.cfg 2> /dev/null)
ifneq ($(MADE_AT),)
ifneq ($(shell [ "$(MADE_AT)" -ef $(VENV) ] && $(BIN)/python -c 'import pip' 2> /dev/null && echo sound),sound)
$(info $(VENV) was made at $(MADE_AT) with a Python that is not there any more, or was moved: making it anew.)
$(shell rm -rf $(VENV))
endif
endif
endif

# One stamp for each set of extras: installing again is needed only when pyproject.toml has changed.
$(VENV)/.lab:   EXTRAS := [lab,datasets]
$(VENV)/.test:  EXTRAS := [datasets,test]
$(VENV)/.all:   EXTRAS := [datasets,prepare,test,site,pages,classroom]
$(VENV)/.site:  EXTRAS := [site]
$(VENV)/.lite:  EXTRAS := [lite]
$(VENV)/.bench: EXTRAS := [lab,bench]

$(VENV)/.lab $(VENV)/.test $(VENV)/.all $(VENV)/.site $(VENV)/.lite $(VENV)/.bench: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable '.$(EXTRAS)'
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "mlpkit needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
