"""The rules of the layout: which package may import which, and which model may read which layer."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dmp.settings import PROJECT
from dmp.transformation import manifest_path

STAGE_PACKAGES = {
    "world",
    "landing",
    "vectors",
    "segments",
    "predictions",
    "recommendations",
    "experiments",
    "cleaning",
    "identity",
    "tags",
}
# What a layer may read: the layer before it, and its own.
READS = {
    "staging": {"raw", "staging"},
    "intermediate": {"raw", "staging", "intermediate"},
    "profiles": {"intermediate", "profiles"},
    "insight": {"intermediate", "profiles", "insight"},
}


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("package", sorted(STAGE_PACKAGES))
def test_stage_packages_meet_in_tables_and_never_import_each_other(package: str) -> None:
    others = {f"dmp.{other}" for other in STAGE_PACKAGES - {package}} | {
        "dmp.defs",
        "dmp.definitions",
        "dmp.cli",
    }
    for path in (PROJECT / "dmp" / package).rglob("*.py"):
        for module in imported_modules(path):
            assert not any(module == other or module.startswith(f"{other}.") for other in others), (
                path,
                module,
            )


def test_only_the_wiring_speaks_dagster() -> None:
    for path in (PROJECT / "dmp").rglob("*.py"):
        is_wiring = path.parent.name == "defs" or path.name == "definitions.py"
        if not is_wiring:
            assert not any(re.match(r"dagster(_dbt)?(\.|$)", module) for module in imported_modules(path)), (
                path
            )


def test_no_model_reads_past_its_layer() -> None:
    manifest = json.loads(manifest_path().read_text(encoding="utf-8"))
    nodes = manifest["nodes"] | manifest["sources"]
    for node in nodes.values():
        if node["resource_type"] == "model":
            for parent in node["depends_on"]["nodes"]:
                if nodes[parent]["resource_type"] != "seed":
                    assert nodes[parent]["schema"] in READS[node["schema"]], (node["name"], parent)


def test_a_run_with_nothing_new_imports_nothing_heavy() -> None:
    heavy = ["dagster", "dbt", "great_expectations", "lightgbm", "scipy", "sklearn"]
    code = f"import dmp.cli, dmp.pending, sys; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_no_committed_file_names_a_registry() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True)
    for name in tracked.stdout.split():
        if name.endswith((".lock", ".toml", ".cfg", "Makefile")):
            assert not re.search(r"https?://", (PROJECT / name).read_text(encoding="utf-8")), name
