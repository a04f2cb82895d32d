"""Landing files: one per entity and landed day, under a dot-name until complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from dmp.world.dirt import GARBAGE
from dmp.world.rendering import render

SOURCE = "shop"
HEADERS = {
    "items": "item_id,name,category_path,brand,price_amount,cost_amount,stock_quantity,min_age,"
    "blocked_regions,is_consumable,updated_at",
    "customers": "user_id,email,phone,gender,birth_year,region,city,occupation,education,marital_status,"
    "income_band,children_count,registered_at,updated_at",
    "coupons": "offer_id,user_id,coupon_code,discount_percent,offered_at,expires_at",
}
COMPRESSED = (
    "events"  # the one large entity: 490 bytes a line, 41 after zstd level 1, which takes 1.1 s a million
)
ROWS_AT_ONCE = 150_000  # lines held in memory as text, about 75 MB
NO_TEXT, NO_TEXT_BYTES = "\ue000".encode(), b"\xff\x9c\xc3"


@dataclass(frozen=True)
class Landing:
    """Where and from which date on files are written."""

    root: Path
    first_date: date

    def name(self, entity: str, day: int) -> str:
        """Return a file's path below the landing folder."""
        suffix = "csv" if entity in HEADERS else "parquet" if entity == "exposures" else "jsonl"
        packed = ".zst" if entity == COMPRESSED else ""
        return f"{SOURCE}/{self.first_date + timedelta(days=int(day))}/{entity}.{suffix}{packed}"

    def write(self, entity: str, day: int, content: bytes) -> None:
        """Write one file whole, then give it its name."""
        path = self.root / self.name(entity, day)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}")
        unfinished.write_bytes(content)
        unfinished.rename(path)


def write_lines(
    connection: duckdb.DuckDBPyConnection, landing: Landing, entity: str, lines: pd.DataFrame
) -> Iterator[int]:
    """Write the files of an entity from its lines (see `dirt.deliver`), yielding each day when it is done."""
    header = f"{HEADERS[entity]}\n".encode() if entity in HEADERS else b""
    landed = lines["landed_day"].to_numpy()
    has_garbage = set(landed[lines["kind"] == GARBAGE])
    start = 0
    while start < len(lines):
        last_day = landed[min(start + ROWS_AT_ONCE, len(lines)) - 1]
        stop = int(np.searchsorted(landed, last_day, side="right"))
        rendered = render(
            connection, entity, lines.iloc[start:stop][["rank", "number", "landed_day", "kind"]]
        )
        for day, content in _split(rendered, landed[start:stop]):
            soiled = content.replace(NO_TEXT, NO_TEXT_BYTES) if day in has_garbage else content
            landing.write(entity, day, _pack(entity, header + soiled))
            yield day
        start = stop


def _split(text: pa.StringArray, landed: np.ndarray) -> Iterator[tuple[int, bytes]]:
    """Cut the text, which lies in memory as one run of bytes, where the day changes."""
    offsets = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    starts = np.flatnonzero(np.r_[True, np.diff(landed) != 0])
    for first, after in zip(starts, np.r_[starts[1:], len(landed)], strict=True):
        content = text.buffers()[2].slice(int(offsets[first]), int(offsets[after] - offsets[first]))
        yield int(landed[first]), content.to_pybytes()


def _pack(entity: str, content: bytes) -> bytes:
    return pa.Codec("zstd", 1).compress(content, asbytes=True) if entity == COMPRESSED else content


def write_exposures(landing: Landing, effects: pd.DataFrame, exposures: pd.DataFrame) -> None:
    """Write what a shop knows of its exposures, as Parquet, one file per day; rows in rising order of day."""
    day = exposures["day"].to_numpy()
    known = effects[["exposure_id", "campaign_id", "user_id", "channel", "is_holdout", "exposed_at"]]
    table = pa.Table.from_pandas(known.assign(cost_amount=exposures["cost"]), preserve_index=False)
    table = table.replace_schema_metadata()
    starts = np.flatnonzero(np.diff(day, prepend=-1) != 0)
    for first, after in zip(starts, [*starts[1:], len(day)], strict=False):
        sink = pa.BufferOutputStream()
        pyarrow.parquet.write_table(table.slice(first, after - first), sink)
        landing.write("exposures", int(day[first]), sink.getvalue().to_pybytes())
