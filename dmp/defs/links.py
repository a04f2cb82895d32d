"""Where to read on about an asset: the documentation, the page that shows it, its columns drawn with what is behind."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase

import dagster as dg
from dagster._core.definitions.metadata.source_code import LocalFileCodeReference, merge_code_references

from dmp.publish import PUBLISHED_ACCOUNTS, PUBLISHED_SCHEMAS, UNPUBLISHED_TABLES
from dmp.settings import PROJECT

# Where `dmp pages` is reached.
PAGES = os.environ.get("DMP_PAGES", "http://127.0.0.1:8787").rstrip("/")
# By stage: the documentation, and the page on which it ends.
STAGES = {
    "raw": ("docs/your-own-logs.md", "quality"),
    "staging": ("docs/your-own-logs.md", "quality"),
    "intermediate": ("docs/time.md", "quality"),
    "profiles": ("docs/profiles.md", "people"),
    "insight": ("README.md", "lifecycle"),
    "vectors": ("docs/vectors.md", "lists"),
    "segments": ("docs/segments.md", "segments"),
    "predictions": ("docs/predictions.md", "models"),
    "recommendations": ("docs/recommendations.md", "lists"),
    "experiments": ("docs/experiments.md", "questions"),
    "published": ("docs/operations.md", "home"),
}
# Tables with documentation of their own; the first name that fits.
DOCS = {
    "landed_*": "docs/bad-inputs.md",
    "rejects": "docs/bad-inputs.md",
    "schema_drift": "docs/bad-inputs.md",
    "personal_data": "docs/bad-inputs.md",
    "order_flags": "docs/bad-inputs.md",
    "event_names": "docs/bad-inputs.md",
    "*identi*": "docs/identity.md",
    "retired_users": "docs/identity.md",
    "*clean*": "docs/cleaning.md",
    "*feature*": "docs/cleaning.md",
    "*consent*": "docs/privacy.md",
    "audience_taxonomy": "docs/audiences.md",
    "list_impressions": "docs/experiments.md",
    "*tag*": "docs/tags.md",
    "*taste*": "docs/tags.md",
    "lifecycle_*": "docs/tags.md",
    "recommendation_trade_offs": "docs/ranking.md",
    "prediction_metrics": "docs/evaluation.md",
    "recommendation_metrics": "docs/evaluation.md",
    "time_metrics": "docs/evaluation.md",
}


def with_links(spec: dg.AssetSpec) -> dg.AssetSpec:
    """Return an asset with links to its page and, where it is published, its columns; its documentation joins its code.

    Dagster opens files of this machine in an editor.
    """
    name, stage = spec.key.to_user_string(), spec.group_name or ""
    _, page = STAGES[stage]
    links = {"page": dg.MetadataValue.url(f"{PAGES}/{page}")}
    if _is_described(spec):
        links["columns"] = dg.MetadataValue.url(f"{PAGES}/questions#{name}")
    docs = docs_of(name, stage)
    reference = LocalFileCodeReference(file_path=str(PROJECT / docs), label=docs)
    return merge_code_references(spec.merge_attributes(metadata=links), [reference])


def docs_of(name: str, stage: str) -> str:
    """Return the documentation of an asset, as a path in the project."""
    return next((docs for pattern, docs in DOCS.items() if fnmatchcase(name, pattern)), STAGES[stage][0])


def _is_described(spec: dg.AssetSpec) -> bool:
    """Whether the pages' dictionary of published tables has its columns; a function has none."""
    name = spec.key.to_user_string()
    if (
        name in UNPUBLISHED_TABLES
        or spec.metadata.get("dagster-dbt/materialization_type") == "table_function"
    ):
        return False
    return name in PUBLISHED_ACCOUNTS or spec.group_name in PUBLISHED_SCHEMAS
