#!/bin/sh
# Every check, cheapest first; the first that fails stops.
set -eu
step() { printf '\n== %s\n' "$1"; }

step "format"; ruff format --check .
step "lint: Python and architecture"; ruff check .
step "lint: SQL"; python -m dmp.transformation_checks lint
step "types"; mypy
step "dbt parse and unit tests"; python -m dmp.transformation_checks test
step "dagster definitions validate"
DAGSTER_HOME=$(mktemp -d) && export DAGSTER_HOME
DMP_HOME=$DAGSTER_HOME/home dagster definitions validate -w workspace.yaml --log-level error
# Whole-flow homes take most of the time, a file each: two at once.
step "pytest"; pytest -n 2 --dist loadfile --no-loadscope-reorder
