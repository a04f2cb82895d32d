"""Which files of a home a backup holds: what people put there and what a run made of it; never what is under way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dmp.settings import Home

# The keys of before a rotation belong to it.
KEYS = ("secrets/key", "secrets/retired")
# What cannot be made again. The order is that of the archive.
OWNED = (
    "format",
    "settings.yaml",
    "experiments.yaml",
    "model_pins.yaml",
    "tag_packs",
    "segments",
    "erasures",
    "exports",
    "gates.csv",
    "truth",
    "landing",
    "landing/.retired",
    "retired.json",
)
# What a run makes from it.
MADE = ("warehouse.json", "vault.duckdb", "warehouse.duckdb", "models")


def backed_up(home: Home, *, is_with_key: bool) -> Iterator[Path]:
    """Yield the files of a backup in the order of their parts and names; links are told of by `links_in`.

    Left out: Dagster's record of runs and dbt's logs (no table is made from them), older builds, what has a
    dot-name, and the key unless asked for.
    """
    current = home.published.resolve().relative_to(home.root.resolve()) if home.published.exists() else None
    parts = [*OWNED, *MADE, *([str(current)] if current else []), *(KEYS if is_with_key else ())]
    for part in parts:
        path = home.root / part
        # A killed run leaves the log of its database beside it.
        if path.suffix == ".duckdb":
            yield from sorted(path.parent.glob(f"{path.name}*"))
        elif path.is_file() and not path.is_symlink():
            yield path
        else:
            yield from (found for found in _below(path) if not found.is_symlink())


def links_in(home: Home) -> list[Path]:
    """Return the links of the parts that people fill: a backup follows none, for what they lead to is elsewhere."""
    return [found for part in OWNED for found in _below(home.root / part) if found.is_symlink()]


def _below(folder: Path) -> Iterator[Path]:
    """Yield files and links below a folder, by path, without what has a dot-name or lies in such a folder."""
    for path in sorted(folder.rglob("*")):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not is_hidden and (path.is_symlink() or path.is_file()):
            yield path
