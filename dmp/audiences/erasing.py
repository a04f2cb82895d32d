"""Takes people out of files that were exported: by their ids, and by their contacts as each destination hashed them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dmp.audiences.destinations import DESTINATIONS
from dmp.published_names import id_of
from dmp.settings import Home

# Old and new id of everybody, written when the home key was rotated.
ROTATED = "user_ids_*.csv"


def exported_rows(home: Home, keys: Iterable[int], texts: Iterable[str]) -> dict[str, int]:
    """Return how many rows of each exported file name people: by the keys of their identifiers, or their texts."""
    wanted = _traces(home, keys, texts)
    counts = {path.name: sum(_is_named(line, wanted) for line in _lines(path)) for path in _files(home)}
    return {name: count for name, count in counts.items() if count}


def forget_exported(home: Home, keys: Iterable[int], texts: Iterable[str]) -> None:
    """Rewrite every exported file that names people without their rows."""
    wanted = _traces(home, keys, texts)
    for path in _files(home):
        unfinished = path.with_name(f".{path.name}.erasing")
        unfinished.touch(mode=0o600)
        if path.suffix == ".parquet":
            _rewrite_parquet(path, unfinished, wanted)
        else:
            with unfinished.open("w", encoding="utf-8", newline="") as file:
                file.writelines(line for line in _lines(path) if not _is_named(line, wanted))
        unfinished.replace(path)


def _traces(home: Home, keys: Iterable[int], texts: Iterable[str]) -> frozenset[str]:
    """Return all that an export may name people by: each key may have been their user_id, each text a contact."""
    hashed = {
        destination.hashed(kind, text)
        for text in texts
        for destination in DESTINATIONS.values()
        for kind in destination.columns
    }
    ids = _with_former({id_of(key) for key in keys}, home)
    return frozenset(ids | {text for text in hashed if text})


def _with_former(ids: set[str], home: Home) -> set[str]:
    """Return ids with those of the same people under earlier home keys: older exports name them so."""
    pairs = [
        line.strip().split(",")
        for path in _files(home)
        if path.match(ROTATED)
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    while found := {old for old, new in pairs if new in ids} - ids:
        ids = ids | found
    return ids


def _files(home: Home) -> list[Path]:
    found = home.exports.glob("[!.]*") if home.exports.is_dir() else []
    return sorted(path for path in found if path != home.export_record)


def _is_named(line: str, wanted: frozenset[str]) -> bool:
    return not wanted.isdisjoint(line.replace('"', ",").strip().split(","))


def _lines(path: Path) -> Iterator[str]:
    if path.suffix == ".parquet":
        import pyarrow.parquet

        yield from pyarrow.parquet.read_table(path, columns=["user_id"])["user_id"].to_pylist()
        return
    with path.open(encoding="utf-8", newline="") as file:
        yield from file


def _rewrite_parquet(path: Path, unfinished: Path, wanted: frozenset[str]) -> None:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    is_kept = [user_id not in wanted for user_id in table["user_id"].to_pylist()]
    pyarrow.parquet.write_table(table.filter(is_kept), unfinished)
