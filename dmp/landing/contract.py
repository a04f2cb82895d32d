"""What a source promises: entities, fields, types, limits and keys, read from `contracts/<source>.yaml`.

Only the form of a contract belongs here, not how a field becomes SQL (`fields.py`) or a file is read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from dmp.settings import SettingsError

CONTRACTS = Path(__file__).parent / "contracts"
# Names go into SQL as they are, so they may hold nothing else; two underscores part source and entity.
NAME = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
OWN_COLUMNS = ("properties", "landed_date", "source_file", "source_line", "record_key", "payload_hash")
WORKING_COLUMNS = ("file_number", "record_text", "problem", "shape", "future_limit")
COLUMN_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18,4)",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMPTZ",
    "date": "DATE",
    "json": "JSON",
    "currency": "VARCHAR",
    "ip": "VARCHAR",
    "user_agent": "VARCHAR",
}


def _known_zone(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"'{zone}' is no IANA time zone") from error


Name = Annotated[str, StringConstraints(pattern=NAME.pattern)]
Zone = Annotated[str, AfterValidator(_known_zone)]


class Part(BaseModel):
    """A contract's part: a key that the contract does not know is a mistake, not an extra."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Identifier(Part):
    """A field that names a person, device or order: stored as `<type>_key`, its text only in the vault."""

    type: Literal["login", "anonymous", "device", "email", "phone", "order", "household"]
    namespace: Name
    keep: bool = Field(False, description="store the text too: for ids that name no person")

    @property
    def column(self) -> str:
        """The raw column that holds the identifier's key."""
        return f"{self.type}_key"


class FieldContract(Part):
    """One field: its type and what a value must be for its record to be accepted."""

    type: Literal[tuple(COLUMN_TYPES)]  # type: ignore[valid-type]
    required: bool = False
    source_name: str | None = Field(None, description="the field's name in the file, if another")
    allowed: tuple[str, ...] = ()
    range: tuple[float, float] | None = Field(None, description="smallest and largest accepted number")
    elements: dict[Name, tuple[float, float]] = Field(
        {}, description="for a JSON array of objects: accepted numbers by name"
    )
    unit: Literal["iso", "epoch_s", "epoch_ms", "epoch_us", "epoch_ns"] = "iso"
    max_length: int | None = Field(None, ge=1, description="characters; identifiers have at most 255")
    identifier: Identifier | None = None
    description: str = ""

    @model_validator(mode="after")
    def _fits_its_type(self) -> FieldContract:
        if self.range and self.type not in ("integer", "decimal", "float"):
            raise ValueError(f"a range needs a number, not {self.type}")
        if self.identifier and self.type != "text":
            raise ValueError(f"an identifier is text, not {self.type}")
        if self.elements and self.type != "json":
            raise ValueError(f"elements need json, not {self.type}")
        if self.unit != "iso" and self.type != "timestamp":
            raise ValueError(f"a unit needs a timestamp, not {self.type}")
        return self


class Entity(Part):
    """One kind of record of a source, one file (or several parts) a day."""

    format: Literal["jsonl", "csv", "parquet"]
    key: tuple[Name, ...] = Field((), description="fields that name a record; none: its file and line do")
    event_time: Name
    one_of: tuple[Name, ...] = Field((), description="identifiers of which a record needs at least one")
    fields: dict[Name, FieldContract]
    unknown_fields: Literal["keep"] = "keep"

    @model_validator(mode="after")
    def _names_agree(self) -> Entity:
        for name in (*self.key, self.event_time, *self.one_of):
            if name not in self.fields:
                raise ValueError(f"'{name}' is none of its fields")
        optional = [name for name in (*self.key, self.event_time) if not self.fields[name].required]
        if optional:
            raise ValueError(f"'{optional[0]}' is a key or the event time, so it must be required")
        if self.fields[self.event_time].type != "timestamp":
            raise ValueError(f"the event time '{self.event_time}' is no timestamp")
        if any(not self.fields[name].identifier for name in self.one_of):
            raise ValueError("one_of names a field that is no identifier")
        names = [*self.columns, *OWN_COLUMNS, *WORKING_COLUMNS]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two fields make the column '{twice[0]}'")
        return self

    @property
    def columns(self) -> list[str]:
        """The raw columns of the declared fields, in the contract's order."""
        return [column for column, _ in self.column_types]

    @property
    def column_types(self) -> list[tuple[str, str]]:
        """Raw columns of the declared fields with their SQL types, in the contract's order."""
        pairs: list[tuple[str, str]] = []
        for name, field in self.fields.items():
            if field.identifier is None or field.identifier.keep:
                pairs.append(("truncated_ip" if field.type == "ip" else name, COLUMN_TYPES[field.type]))
            if field.identifier:
                pairs.append((field.identifier.column, "BIGINT"))
            if field.type == "user_agent":
                pairs.append(("is_bot", "BOOLEAN"))
        return pairs

    @property
    def source_names(self) -> dict[str, str]:
        """Field name by the name that it has in the files."""
        return {field.source_name or name: name for name, field in self.fields.items()}


class Contract(Part):
    """A source's contract."""

    source: Name
    description: str
    time_zone: Zone | None = Field(None, description="of times without zone and of an event's date")
    currency: str = Field("EUR", pattern="^[A-Z]{3}$", description="where a record names none")
    entities: dict[Name, Entity]
    originals: dict[Name, str] = Field({}, alias="import", description="original file by entity")

    @model_validator(mode="after")
    def _originals_are_entities(self) -> Contract:
        if strangers := sorted(set(self.originals) - set(self.entities)):
            raise ValueError(f"import names '{strangers[0]}', which is none of its entities")
        return self


def read_contract(path: Path) -> Contract:
    """Read one contract. Raises SettingsError that names the file and the field."""
    try:
        contract = Contract(**(yaml.safe_load(path.read_text(encoding="utf-8")) or {}))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError) as error:
        raise SettingsError(f"{path} cannot be read as a contract: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "contract"
        raise SettingsError(f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}") from error
    if contract.source != path.stem:
        raise SettingsError(f"{path}: source: '{contract.source}' must be in {contract.source}.yaml")
    return contract


def load_contracts(folder: Path = CONTRACTS) -> dict[str, Contract]:
    """Read every contract in `folder`, by source, in the order of their names. Raises SettingsError."""
    return {path.stem: read_contract(path) for path in sorted(folder.glob("*.yaml"))}
