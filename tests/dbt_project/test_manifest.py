"""What the dbt project promises about itself, read from its manifest; its own tests run by transformation_checks."""

import json
from typing import Any

import pytest

from dmp.transformation import manifest_path


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(manifest_path().read_text(encoding="utf-8"))
    return manifest


def _nodes(manifest: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == kind]


def test_every_model_seed_and_source_has_a_plain_description(manifest: dict[str, Any]) -> None:
    described = [*_nodes(manifest, "model"), *_nodes(manifest, "seed"), *manifest["sources"].values()]
    assert [node["name"] for node in described if not node["description"].strip()] == []
    assert [node["name"] for node in described if set(node["description"]) & set("`*<[")] == []


def test_every_model_says_its_grain_in_the_first_line(manifest: dict[str, Any]) -> None:
    models = _nodes(manifest, "model")
    assert [m["name"] for m in models if not m["raw_code"].startswith("-- One row per ")] == []


def test_a_model_lies_in_the_folder_of_its_stage(manifest: dict[str, Any]) -> None:
    misplaced = [
        model["name"]
        for model in _nodes(manifest, "model")
        if model["schema"] not in model["path"].split("/") or model["database"] != "warehouse"
    ]
    assert misplaced == []


def test_a_stage_reads_only_itself_and_the_stages_before(manifest: dict[str, Any]) -> None:
    order = ["raw", "staging", "intermediate", "profiles", "insight"]
    nodes = manifest["nodes"] | manifest["sources"]
    backwards = [
        (nodes[parent]["name"], node["name"])
        for node in _nodes(manifest, "model")
        for parent in node["depends_on"]["nodes"]
        if order.index(nodes[parent]["schema"]) > order.index(node["schema"])
    ]
    assert backwards == []


def test_every_mart_promises_the_names_and_types_of_its_columns(manifest: dict[str, Any]) -> None:
    marts = [model for model in _nodes(manifest, "model") if model["schema"] in {"profiles", "insight"}]
    open_ended = [model["name"] for model in marts if not model["config"]["contract"]["enforced"]]
    assert open_ended == ["user_metrics_as_of"], "a question with parameters has the columns of user_metrics"


def test_a_test_between_tables_is_shown_as_a_check_of_one_of_them(manifest: dict[str, Any]) -> None:
    """Dagster shows a test of several tables only where it knows which of them is checked."""
    homeless = [
        test["name"]
        for test in _nodes(manifest, "test")
        if len(test["depends_on"]["nodes"]) > 1
        and not test.get("attached_node")
        and not test["config"]["meta"].get("dagster", {}).get("ref")
    ]
    assert homeless == []
