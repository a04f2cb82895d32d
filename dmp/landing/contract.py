"""What a source promises: its entities, their fields, keys and meaning, read from `contracts/<source>.yaml`.

Only the form of a contract belongs here, not how a field becomes SQL (`fields.py`) or a file is read.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from dmp.landing.canonical import CANONICAL
from dmp.landing.drift_rules import DriftRules
from dmp.landing.field_contract import COLUMN_TYPES, FieldContract, Identifier, Name, NumberFormat, Part, Zone
from dmp.landing.log_patterns import group_names
from dmp.landing.mapping import Mapped, check_mapping
from dmp.landing.order_only import OrderOnly
from dmp.landing.volumes import VolumeRules
from dmp.settings import SettingsError

CONTRACTS = Path(__file__).parent / "contracts"
# A tenth of the time of the one in Python, where PyYAML was built with it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
OWN_COLUMNS = (
    "properties", "is_ambiguous_time", "landed_date", "source_file", "source_line", "record_key", "payload_hash",
)  # fmt: skip
WORKING_COLUMNS = ("file_number", "record_text", "problem", "shape", "future_limit")
# What people consent to; the sensitive needs its own word.
Purpose = Literal["analytics", "personalisation", "advertising", "sensitive"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


def _as_mapped(given: Any) -> Any:
    return {"field": given} if isinstance(given, str) else given


def _as_list(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


Kind = Annotated[str, StringConstraints(pattern=f"^({'|'.join(CANONICAL)})$")]
Columns = dict[Name, Annotated[Mapped, BeforeValidator(_as_mapped)]]


class Entity(Part):
    """One kind of record of a source, one file (or several parts) a day."""

    format: Literal["jsonl", "csv", "parquet", "log"]
    delimiter: str = Field(",", min_length=1, max_length=1, description="between the fields of a CSV record")
    quote: Literal["double", "none"] = Field(
        "double", description="none: a quote in CSV is a plain character"
    )
    columns: tuple[str, ...] = Field((), description="the columns of a CSV file without a header, in order")
    pattern: str | None = Field(None, description="of a log's lines: its name, or an expression with groups")
    missing: tuple[str, ...] = Field((), description="texts that mean that there is no value")
    key: tuple[Name, ...] = Field((), description="fields that name a record; none: its file and line do")
    fingerprint: Name | None = Field(None, description="equal in records of one key that say the same")
    event_time: Name | None = Field(None, description="none: a record is of the day on which it landed")
    position: Name | None = Field(None, description="a number that orders the records of one event time")
    landed_on: datetime.date | None = Field(None, description="the day of an import without event time")
    order_only: OrderOnly | None = Field(None, description="an import whose records have a place and no time")
    one_of: tuple[Name, ...] = Field((), description="identifiers of which a record needs at least one")
    fields: dict[Name, FieldContract]
    canonical: dict[Kind, Columns] = Field({}, description="what a record means, in canonical columns")

    @model_validator(mode="after")
    def _names_agree(self) -> Entity:
        parts = [part for field in self.fields.values() for part in field.parts]
        named = [name for name in (self.fingerprint, self.event_time, self.position) if name]
        sequences = self.order_only.field_names if self.order_only else ()
        for name in (*self.key, *named, *self.one_of, *parts, *sequences):
            if name not in self.fields:
                raise ValueError(f"'{name}' is none of its fields")
        if self.event_time and not self.fields[self.event_time].required:
            raise ValueError(f"'{self.event_time}' is the event time, so it must be required")
        if self.order_only and (self.event_time or self.landed_on):
            raise ValueError("order_only declares the days: it excludes event_time and landed_on")
        if self.key and not any(self.fields[name].required for name in self.key):
            raise ValueError(f"'{self.key[0]}' is a key, so it must be required")
        if self.event_time and self.fields[self.event_time].type != "timestamp":
            raise ValueError(f"the event time '{self.event_time}' is no timestamp")
        if self.position and self.fields[self.position].type != "integer":
            raise ValueError(f"the position '{self.position}' is no integer")
        if any(not self.fields[name].identifier for name in self.one_of):
            raise ValueError("one_of names a field that is no identifier")
        names = [*self.raw_columns, *OWN_COLUMNS, *WORKING_COLUMNS]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two fields make the column '{twice[0]}'")
        check_mapping(self)
        return self

    @model_validator(mode="after")
    def _fits_its_format(self) -> Entity:
        if self.format != "csv" and (self.delimiter != "," or self.quote != "double" or self.columns):
            raise ValueError(f"delimiter, quote and columns are of CSV, not of {self.format}")
        if (self.format == "log") != bool(self.pattern):
            raise ValueError("a log has a pattern, and only a log")
        if self.format in ("csv", "log") and any(field.path for field in self.fields.values()):
            raise ValueError(f"a path needs nested records, not {self.format}")
        known = group_names(self.pattern) if self.pattern else self.columns
        if strangers := [name for name in self.source_names if known and name not in known]:
            raise ValueError(f"'{strangers[0]}' is none of the names that a record has: {', '.join(known)}")
        paths = list(self.paths.values())
        for path in paths:
            if twice := [other for other in paths if other[: len(path)] == path and other is not path]:
                raise ValueError(f"'{'.'.join(twice[0])}' is read twice")
        return self

    @property
    def raw_columns(self) -> list[str]:
        """The raw columns of the declared fields, in the contract's order."""
        return [column for column, _ in self.column_types]

    @property
    def column_types(self) -> list[tuple[str, str]]:
        """Raw columns of the declared fields with their SQL types, in the contract's order."""
        pairs: list[tuple[str, str]] = []
        for name, field in self.fields.items():
            if column := self.raw_column(name):
                pairs.append((column, COLUMN_TYPES[field.type]))
            if field.identifier:
                pairs.append((field.identifier.column, "BIGINT"))
            if field.type == "user_agent":
                pairs.append(("is_bot", "BOOLEAN"))
        return pairs

    def raw_column(self, name: str) -> str | None:
        """The raw column that holds a field's value; None for an identifier whose text is not kept."""
        field = self.fields[name]
        if field.identifier and not field.identifier.keep:
            return None
        return "truncated_ip" if field.type == "ip" else name

    @property
    def paths(self) -> dict[str, tuple[str, ...]]:
        """Where each field that is read lies in a record: the names from the outermost to its own."""
        return {
            name: tuple(field.path.split(".")) if field.path else (field.source_name or name,)
            for name, field in self.fields.items()
            if not field.parts
        }

    @property
    def source_names(self) -> dict[str, str]:
        """Field name by the name that it has in the files, dotted where it lies deeper."""
        return {".".join(path): name for name, path in self.paths.items()}

    @property
    def identifiers(self) -> dict[str, Identifier]:
        """The identifiers whose texts a record holds, by field."""
        return {name: field.identifier for name, field in self.fields.items() if field.identifier}

    @property
    def names_people(self) -> bool:
        """Whether a record names anybody, be it by a published id."""
        return bool(self.identifiers) or any(field.is_identifier_id for field in self.fields.values())

    @property
    def is_order_only(self) -> bool:
        """Whether a record's time says its day and its place among others, but no time of day."""
        return self.event_time is None or self.position is not None


class Contract(Part):
    """A source's contract."""

    source: Name
    description: str
    time_zone: Zone | None = Field(None, description="of times without zone and of an event's date")
    currency: str = Field("EUR", pattern="^[A-Z]{3}$", description="where a record names none")
    number_format: NumberFormat | None = Field(None, description="how numbers are written, if not 1234.5")
    earliest: datetime.date = Field(
        datetime.date(2000, 1, 1), description="of an event's time; what claims to be older is rejected"
    )
    consented_by_default: tuple[Purpose, ...] = Field(
        ("analytics", "personalisation"), description="what holds for people without a consent of their own"
    )
    drift: DriftRules = Field(DriftRules(), description="what becomes of new, missing and retyped columns")
    volume: VolumeRules = Field(VolumeRules(), description="how many records a day are unusual, and then")
    entities: dict[Name, Entity]
    originals: dict[Name, Annotated[tuple[str, ...], BeforeValidator(_as_list)]] = Field(
        {}, alias="import", description="original files by entity: a name, a pattern or several"
    )

    @model_validator(mode="after")
    def _originals_are_entities(self) -> Contract:
        for name in self.originals:
            if name not in self.entities:
                raise ValueError(f"import names '{name}', which is none of its entities")
            entity = self.entities[name]
            if not (entity.event_time or entity.landed_on or entity.order_only):
                raise ValueError(
                    f"import names '{name}', which has neither event_time nor landed_on nor order_only"
                )
        return self


def read_contract(path: Path) -> Contract:
    """Read one contract. Raises SettingsError that names the file and the field."""
    try:
        # Both loaders are safe ones.
        contract = Contract(**(yaml.load(path.read_bytes(), Loader=LOADER) or {}))  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError) as error:
        raise SettingsError(f"{path} cannot be read as a contract: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "contract"
        raise SettingsError(f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}") from error
    if contract.source != path.stem:
        raise SettingsError(f"{path}: source: '{contract.source}' must be in {contract.source}.yaml")
    return contract


def contracted_sources(folder: Path = CONTRACTS) -> frozenset[str]:
    """Return the names of the sources that have a contract; the contracts are not read."""
    return frozenset(path.stem for path in folder.glob("*.yaml"))


def load_contracts(folder: Path = CONTRACTS) -> dict[str, Contract]:
    """Read every contract in `folder`, by source, in the order of their names. Raises SettingsError."""
    return {path.stem: read_contract(path) for path in sorted(folder.glob("*.yaml"))}
