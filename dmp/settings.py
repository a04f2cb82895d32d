"""Where a home keeps its parts and what its owner may set; knows no stage and no library of theirs."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dmp.alert_settings import AlertSettings
from dmp.list_evaluation import ListEvaluation
from dmp.list_order import ListOrder
from dmp.list_rules import ListRules
from dmp.spark_settings import SparkSettings

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_HOME = "home"
# Settings of how a home is run, which decide nothing about its tables.
NOT_OF_A_BUILD = {"alerts", "spark"}


class DmpError(Exception):
    """What a person can mend: one sentence that says what is wrong, where, and what to do.

    `exit_code` follows the command line's convention: 1 a data problem, 2 wrong use or settings.
    """

    exit_code = 1


class SettingsError(DmpError):
    """Wrong use, a bad setting or a bad contract."""

    exit_code = 2


class TargetSettings(BaseModel):
    """One more prediction of a home: who is asked about what, over how many days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$", description="a new word, such as purchase_tea_30d")
    label: Literal["purchase", "no_purchase", "orders", "spend", "event", "no_event"]
    horizon_days: int = Field(ge=1, le=730)
    population: Literal["everybody", "customers", "customers_90d"] = "everybody"
    category: str | None = Field(None, description="only purchases of this category")
    brand: str | None = Field(None, description="only purchases of this brand")
    new_items_days: int | None = Field(
        None, ge=1, description="only items first listed at most so long before the cut"
    )
    event: str | None = Field(
        None, min_length=1, description="type or name of the event, for event and no_event"
    )

    @model_validator(mode="after")
    def _event_with_its_label(self) -> TargetSettings:
        if (self.event is not None) != (self.label in ("event", "no_event")):
            raise ValueError("`event` names what the labels event and no_event count, and only they take it")
        if self.event and (self.category or self.brand or self.new_items_days):
            raise ValueError(
                "`category`, `brand` and `new_items_days` are about purchases, not about an event"
            )
        return self


class Settings(BaseModel):
    """The owner's choices, from `<home>/settings.yaml`; every field has a default that works.

    They are part of the build id: another setting is another build; but for NOT_OF_A_BUILD.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: str = Field("UTC", description="IANA zone in which an event's date is read")
    threads: int = Field(2, ge=1, description="threads of DuckDB and LightGBM; part of a model's bytes")
    memory_limit: str = Field("2GB", description="DuckDB's memory limit; above it, work spills to disk")
    explained_people: int = Field(2000, ge=0, description="people per target whose score parts are stored")
    list_length: int = Field(20, ge=1, description="items in a published recommendation list")
    list_order: ListOrder = Field(
        ListOrder(), description="what decides beside the score, and limits of a list"
    )
    list_rules: ListRules = Field(ListRules(), description="bounds of the rules that lists must obey")
    list_evaluation: ListEvaluation = Field(
        ListEvaluation(), description="how far ahead lists are judged, and by what was known when"
    )
    builds_kept: int = Field(3, ge=1, description="published builds kept for roll-back")
    cuts: list[date] = Field(
        [], description="days whose metrics are kept beside the Sundays, for `dmp backtest`"
    )
    targets: list[TargetSettings] = Field([], description="predictions beside the built-in ones")
    tag_packs: list[str] = Field(
        ["commerce", "growth"], description="packs of tags that are on: dmp/tags/packs, or <home>/tag_packs"
    )
    spark: SparkSettings = Field(SparkSettings(), description="a master of Spark (docs/spark.md)")
    alerts: AlertSettings = Field(AlertSettings(), description="who is told when a run stops")


@dataclass(frozen=True)
class Home:
    """One shop's folder: landing, warehouse, models and published files; nothing is shared between homes."""

    root: Path

    @classmethod
    def at(cls, path: str | os.PathLike[str] | None = None) -> Home:
        """Return the home at `path`, else at `DMP_HOME`, else at `./home`."""
        return cls(Path(path or os.environ.get("DMP_HOME") or DEFAULT_HOME).absolute())

    @property
    def landing(self) -> Path:
        """Raw files as they arrived: `<source>/<landed_date>/<entities>[.<part>].<format>`."""
        return self.root / "landing"

    @property
    def tag_packs(self) -> Path:
        """The home's own packs of tags, `<pack>.yaml`."""
        return self.root / "tag_packs"

    @property
    def warehouse(self) -> Path:
        """The working database, one writer at a time."""
        return self.root / "warehouse.duckdb"

    @property
    def provenance(self) -> Path:
        """By which code and settings the warehouse was begun, and whether that rebuild came to its end."""
        return self.root / "warehouse.json"

    @property
    def vault(self) -> Path:
        """Raw identifiers and the text of rejects: the one database that is never published."""
        return self.root / "vault.duckdb"

    @property
    def segments(self) -> Path:
        """The owner's own segments, one YAML file each."""
        return self.root / "segments"

    @property
    def experiments(self) -> Path:
        """What the owner tries on people, and who is held out of it."""
        return self.root / "experiments.yaml"

    @property
    def model_pins(self) -> Path:
        """Which model is used for a target in place of the newest, `target: model_version`."""
        return self.root / "model_pins.yaml"

    @property
    def models(self) -> Path:
        """Model folders, `<target>/<model_version>/`."""
        return self.root / "models"

    @property
    def builds(self) -> Path:
        """Published builds, one folder each."""
        return self.root / "builds"

    @property
    def published(self) -> Path:
        """Symlink to the current build."""
        return self.root / "published"

    @property
    def dagster(self) -> Path:
        """Dagster's own instance folder."""
        return self.root / "dagster"

    @property
    def erasures(self) -> Path:
        """Receipts of erasures, each with the keyed hashes of what it erased: the suppression list."""
        return self.root / "erasures"

    @property
    def retirement(self) -> Path:
        """Up to which day landed files were removed: apart from what is kept of them, so that its loss is noticed."""
        return self.root / "retired.json"

    @property
    def verification(self) -> Path:
        """Where everything is made anew to be compared with what is published; empty otherwise."""
        return self.root / "verification"

    @property
    def exports(self) -> Path:
        """Files of audiences that were taken out."""
        return self.root / "exports"

    @property
    def export_record(self) -> Path:
        """What was taken out, one line an export."""
        return self.exports / "exports.jsonl"

    @property
    def gate_record(self) -> Path:
        """What every gate found in every run, one line each."""
        return self.root / "gates.csv"

    @property
    def truth(self) -> Path:
        """The built-in world's ledger; only evaluation may read it."""
        return self.root / "truth"

    @property
    def lock(self) -> Path:
        """The file whose kernel lock makes one writer."""
        return self.root / "lock"

    def settings(self) -> Settings:
        """Read `<home>/settings.yaml`; defaults where the file or a field is absent.

        Raises SettingsError naming the file and the field.
        """
        path = self.root / "settings.yaml"
        if not path.exists():
            return Settings()
        try:
            return Settings(**(yaml.safe_load(path.read_bytes()) or {}))
        except (yaml.YAMLError, TypeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is no YAML mapping: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            raise SettingsError(f"{path}: {field}: {first['msg']}") from error

    def key(self) -> bytes:
        """Return the key that turns identifiers into `identifier_key`: `DMP_KEY`, else `<home>/secrets/key`.

        The file is made once, readable by its owner alone. Raises SettingsError where it is empty.
        """
        if given := os.environ.get("DMP_KEY"):
            return given.encode()
        self.make_key(secrets.token_hex(32))
        key = self.key_file.read_bytes().strip()
        if not key:
            raise SettingsError(f"{self.key_file} is empty: restore it, or remove it and `dmp run --rebuild`")
        return key

    def make_key(self, text: str) -> None:
        """Write the key file, whole or not at all; one that is there already stays."""
        if self.key_file.exists():
            return
        self.key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self.key_file.with_name(f".key.{os.getpid()}")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        # Of two that make it at once, the first one's stays: a link never replaces.
        with suppress(FileExistsError):
            self.key_file.hardlink_to(unfinished)
        unfinished.unlink()

    @property
    def key_fingerprint(self) -> str:
        """A hash that tells one key from another and gives none away."""
        return fingerprint_of(self.key())

    @property
    def key_file(self) -> Path:
        """Where the key is, unless DMP_KEY holds it."""
        return self.root / "secrets" / "key"

    @property
    def retired_keys(self) -> Path:
        """Keys of before a rotation, each under its fingerprint: only they can test what was erased under them."""
        return self.root / "secrets" / "retired"


def fingerprint_of(key: bytes) -> str:
    """Return the hash by which a home key is named."""
    return hashlib.sha256(b"fingerprint of a home key\x1f" + key).hexdigest()[:16]
