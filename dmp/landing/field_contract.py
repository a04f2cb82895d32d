"""What a contract says of one field: where its text comes from, its type, and what a value must be."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from dmp.landing.identifiers import identifier_key, key_text, normalised
from dmp.landing.phone_numbers import known_region

# Names go into SQL as they are, so they may hold nothing else; two underscores part source and entity.
NAME = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
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
    # What an IAB TCF string grants of our purposes; the string itself may tell people apart and is not kept.
    "tcf": "MAP(VARCHAR, BOOLEAN)",
}


def _known_zone(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"'{zone}' is no IANA time zone") from error


Name = Annotated[str, StringConstraints(pattern=NAME.pattern)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Region = Annotated[str, AfterValidator(known_region)]


class Part(BaseModel):
    """A contract's part: a key that the contract does not know is a mistake, not an extra."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Identifier(Part):
    """A field that names a person, device or order: stored as `<type>_key`, its text only in the vault."""

    type: Literal["login", "anonymous", "device", "email", "phone", "order", "household"]
    namespace: Name
    keep: bool = Field(False, description="store the text too: for ids that name no person")
    is_hashed: bool = Field(
        False, description="an e-mail or phone given as the hexadecimal SHA-256 of its normalised text"
    )
    region: Region | None = Field(None, description="of phone numbers without a country code: DE")
    key_column: Name | None = Field(None, description="where a record holds two of one type")
    is_of_another: bool = Field(False, description="names somebody else than the record is of")

    @model_validator(mode="after")
    def _can_be_hashed(self) -> Identifier:
        if self.is_hashed and self.type not in ("email", "phone"):
            raise ValueError(f"only an email or a phone may be given hashed, not {self.type}")
        if self.region and self.type != "phone":
            raise ValueError(f"only a phone has a region, not {self.type}")
        return self

    @property
    def column(self) -> str:
        """The raw column that holds the identifier's key."""
        return self.key_column or f"{self.type}_key"

    def key_of(self, home_key: bytes, text: str) -> int:
        """Return the key that a text has as this identifier."""
        return identifier_key(
            home_key, self.namespace, key_text(self.type, normalised(text, self.type, self.region))
        )


class NumberFormat(Part):
    """How a number is written, where not as 1234.5: the marks, and a sign of money before or after it."""

    decimal_mark: Literal[".", ","] = "."
    grouping_mark: Literal["", ",", ".", " ", "'"] = Field("", description="between groups of three digits")
    money_sign: str = Field("", max_length=5, description="may stand before or after the number: ¥")

    @model_validator(mode="after")
    def _marks_differ(self) -> NumberFormat:
        if self.decimal_mark == self.grouping_mark:
            raise ValueError(f"'{self.decimal_mark}' cannot mark both decimals and groups")
        return self


class FieldContract(Part):
    """One field: its type and what a value must be for its record to be accepted."""

    type: Literal[tuple(COLUMN_TYPES)]  # type: ignore[valid-type]
    required: bool = False
    source_name: str | None = Field(None, description="the field's name in the file, if another")
    path: str | None = Field(None, description="where it lies in nested JSON or Parquet: context.page.url")
    parts: tuple[Name, ...] = Field((), description="fields whose texts, joined by a space, are its text")
    allowed: tuple[str, ...] = ()
    number_format: NumberFormat | None = Field(
        None, description="how a number is written, if not the source's way"
    )
    range: tuple[float, float] | None = Field(None, description="smallest and largest accepted number")
    is_list: bool = Field(False, description="a JSON array of objects")
    elements: dict[Name, tuple[float, float]] = Field(
        {}, description="of a JSON array of objects: accepted numbers by name"
    )
    whole_elements: tuple[Name, ...] = Field((), description="those of the elements that are whole numbers")
    unit: Literal["iso", "epoch_s", "epoch_ms", "epoch_us", "epoch_ns"] = "iso"
    time_format: str | None = Field(None, description="how a time is written, as in strptime: %d/%b/%Y")
    time_zone: Zone | None = Field(None, description="of times without zone, if not the source's")
    max_length: int | None = Field(None, ge=1, description="characters; identifiers have at most 255")
    identifier: Identifier | None = None
    is_identifier_id: bool = Field(
        False, description="an identifier's key in 16 hexadecimal digits, as published"
    )
    description: str = ""

    @model_validator(mode="after")
    def _fits_its_type(self) -> FieldContract:
        if self.range and self.type not in ("integer", "decimal", "float"):
            raise ValueError(f"a range needs a number, not {self.type}")
        if self.number_format and self.type not in ("integer", "decimal", "float"):
            raise ValueError(f"a number_format needs a number, not {self.type}")
        if self.identifier and self.type != "text":
            raise ValueError(f"an identifier is text, not {self.type}")
        if strangers := set(self.whole_elements) - self.elements.keys():
            raise ValueError(f"'{min(strangers)}' is none of its elements")
        if (self.elements or self.is_list) and self.type != "json":
            raise ValueError(f"elements and lists need json, not {self.type}")
        if (self.unit != "iso" or self.time_format) and self.type != "timestamp":
            raise ValueError(f"a unit or a time_format needs a timestamp, not {self.type}")
        if self.time_format and (self.unit != "iso" or "%" not in self.time_format):
            raise ValueError("a time_format is a pattern with %, and there is no unit beside it")
        if sum(map(bool, (self.source_name, self.path, self.parts))) > 1:
            raise ValueError("source_name, path and parts exclude each other")
        if self.path and not all(self.path.split(".")):
            raise ValueError(f"'{self.path}' is no dotted path")
        return self
