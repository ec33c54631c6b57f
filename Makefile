# The few commands of Skellat. `make` alone lists them.
#
# Everything they need they install inside this folder: uv in .tools/, downloads in .cache/, packages
# in .venv/. Nothing is written to HOME, and nothing has to be installed or configured first.

UV_VERSION := 0.13.9
UV := $(or $(shell command -v uv),.tools/bin/uv)
ARGS ?=

export UV_CACHE_DIR ?= $(CURDIR)/.cache/uv
# A Python that uv has to fetch, where the machine has none of 3.11 or later.
export UV_PYTHON_INSTALL_DIR ?= $(CURDIR)/.cache/python
# A council's own web proxy signs with a certificate that the system knows, and uv's own list does not.
export UV_SYSTEM_CERTS ?= 1
# Another project's active environment is not ours, and compiled modules are what makes a start quick.
unexport VIRTUAL_ENV PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME

RUN := $(UV) run --locked
PYTHON := .venv/pyvenv.cfg
DESIGN_SYSTEM := console/web/static/govuk/brought.txt

.DEFAULT_GOAL := help
.PHONY: help demo test check fmt words chaos bench screenshots assets clean

help: ## List these commands
	@echo "Skellat, the emergency broadcast console. Commands:"
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'
	@echo 'Options go in ARGS: make demo ARGS="--port 9000", make test ARGS="-k doorbell".'

demo: $(PYTHON) $(DESIGN_SYSTEM) ## Start the console with practice networks; Ctrl-C stops it
	@$(RUN) --no-dev skellat demo $(ARGS)

test: check $(DESIGN_SYSTEM) ## Run the checks, then every test
	@$(RUN) pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(PYTHON) ## Format, lint, types and import contracts
	@$(RUN) ruff format --check --quiet .
	@$(RUN) ruff check --quiet .
	@$(RUN) mypy
	@$(RUN) lint-imports --no-logo

fmt: $(PYTHON) ## Put the code in order
	@$(RUN) ruff check --quiet --fix-only .
	@$(RUN) ruff format --quiet .

words: $(PYTHON) ## Bring the catalogues of other languages up to date with the pages
	@mkdir -p .cache
	@$(RUN) pybabel --quiet extract --mapping-file pyproject.toml --add-location file --no-wrap --output-file .cache/messages.pot .
	@$(RUN) pybabel --quiet update --input-file .cache/messages.pot --output-dir console/translations --width 100 --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

chaos: $(DESIGN_SYSTEM) ## Break real processes in 300 seeds and let the networks' logs judge
	@$(RUN) python -m tests.chaos $(ARGS)

bench: $(DESIGN_SYSTEM) ## Measure speed and weight; a few minutes on a quiet machine
	@$(RUN) python -m bench $(ARGS)

screenshots: $(DESIGN_SYSTEM) ## Take the pictures of docs/tour.md; with ARGS=--everything, of all pages
	@$(RUN) python -m tests.screenshots $(ARGS)

assets: $(DESIGN_SYSTEM) ## Bring the Design System's CSS and JS (demo and test do it)

clean: ## Delete what these commands installed and made; incidents in var/ stay
	rm -rf .venv .tools .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf console/web/static/govuk
	find console workers tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# npm comes from the PATH, else from the wheel in the `assets` group.
$(DESIGN_SYSTEM): console/cli/assets.py console/web/assets/package-lock.json | $(PYTHON)
	@$(RUN) --no-dev $(shell command -v npm >/dev/null || echo --group assets) python -m console.cli.assets
	@touch $@

# uv takes any Python of 3.11 or later that it finds, whatever `python3` is; else it fetches one.
$(PYTHON): | $(UV)
	@$(UV) venv --quiet --allow-existing || { echo "Skellat needs Python 3.11 or later. Debian, Ubuntu: sudo apt install python3.11 (or python3.12)" >&2; exit 1; }

# Debian refuses a bare `pip install`; --target into our own folder it allows.
.tools/bin/uv:
	@command -v python3 >/dev/null || { echo "Skellat needs Python 3.11 or later. Debian, Ubuntu: sudo apt install python3 python3-pip" >&2; exit 1; }
	@echo "Bringing uv $(UV_VERSION) into .tools/ ..."
	@python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --target .tools uv==$(UV_VERSION) 2>.tools.log \
	|| { python3 -m venv .tools/venv && .tools/venv/bin/pip install --quiet --disable-pip-version-check --no-cache-dir uv==$(UV_VERSION) \
	     && mkdir -p .tools/bin && ln -sf ../venv/bin/uv .tools/bin/uv; } >>.tools.log 2>&1 \
	|| { cat .tools.log >&2; rm -rf .tools .tools.log; echo "Could not bring uv. Debian, Ubuntu: sudo apt install python3-pip, then the same command again." >&2; exit 1; }
	@rm -f .tools.log
