"""Two small worlds, one clean and one dirty, and how their files are read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from dmp.world.dirt import Dirt
from dmp.world.shop import WorldSummary, write_world

HEAVY = Dirt(
    duplicates=0.05, late=0.05, out_of_order=0.2, broken=0.02, impossible=0.02, bots=7.0, missing=0.2
)
TIMES = {
    "events": "occurred_at",
    "orders": "ordered_at",
    "refunds": "refunded_at",
    "reviews": "reviewed_at",
    "items": "updated_at",
    "customers": "updated_at",
    "coupons": "offered_at",
    "consents": "consented_at",
    "referrals": "referred_at",
    "exposures": "exposed_at",
}


@dataclass
class Written:
    """A world on disk."""

    root: Path
    summary: WorldSummary
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    def truth(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.root / "truth" / f"{name}.parquet")

    def files(self, entity: str) -> list[Path]:
        return sorted(self.landing.glob(f"shop/*/{entity}.*"))

    def lines(self, path: Path) -> list[bytes]:
        content = path.read_bytes()
        if path.suffix == ".zst":
            content = pa.input_stream(pa.BufferReader(content), compression="zstd").read()
        return content.splitlines()

    def read(self, entity: str) -> pd.DataFrame:
        """Return all records with `landed_date`; every line must be whole."""
        if entity not in self.tables:
            self.tables[entity] = self._read(entity)
        return self.tables[entity]

    def _read(self, entity: str) -> pd.DataFrame:
        parts = []
        for path in self.files(entity):
            if ".jsonl" in path.name:
                part = pd.DataFrame([json.loads(line) for line in self.lines(path)])
            elif path.suffix == ".csv":
                part = pd.read_csv(path, dtype=str, keep_default_na=False)
            else:
                part = pd.read_parquet(path)
            parts.append(part.assign(landed_date=path.parent.name))
        table = pd.concat(parts, ignore_index=True)
        return table.assign(at=pd.to_datetime(table[TIMES[entity]], utc=True).dt.as_unit("ms"))


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Written:
    root = tmp_path_factory.mktemp("clean")
    return Written(root, write_world(root / "landing", root / "truth", people=300, days=110, seed=3))


@pytest.fixture(scope="session")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Written:
    root = tmp_path_factory.mktemp("dirty")
    summary = write_world(root / "landing", root / "truth", people=300, days=60, seed=3, dirt=HEAVY)
    return Written(root, summary)
