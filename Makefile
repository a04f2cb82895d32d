# Two commands: `make demo` runs the platform on a built-in shop, `make test` runs every check. Both set up all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= home
export PATH := $(CURDIR)/$(BIN):$(PATH)
export DAGSTER_DISABLE_TELEMETRY := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: demo test ui setup setup-test format lint check lock clean

demo: setup
	@$(BIN)/dmp demo --home $(HOME_DIR)

ui: setup
	@$(BIN)/dmp ui --home $(HOME_DIR)

setup: $(VENV)/.installed
setup-test: $(VENV)/.installed-test

$(VENV)/.installed: requirements.lock pyproject.toml
	@sh scripts/check_machine.sh $(PYTHON)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked packages (about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed requirements-test.lock
	@echo "installing the test tools"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

test: setup-test
	@sh scripts/test.sh

format: setup-test
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# Locks hold versions and hashes only: no addresses of registries.
lock:
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras \
		pyproject.toml --extra build -o requirements.lock
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras \
		pyproject.toml --extra build --extra test -o requirements-test.lock

clean:
	@rm -rf $(VENV) dbt_project/target
