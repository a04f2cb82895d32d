"""What a contract says a record means: canonical columns from its fields, as SQL that the staging macro writes.

The SQL is made of validated names and quoted literals alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from dmp.landing.canonical import CANONICAL, KEYS, PLACE
from dmp.landing.field_contract import Name, Part

if TYPE_CHECKING:
    from dmp.landing.contract import Contract, Entity

# A record's own id, where a canonical column is to hold it: its key, else its file and line.
RECORD_ID = "record_id"
# Who an event is counted for, where it names several: the first of these.
IDENTIFIER_TYPES = ("login", "household", "anonymous", "device", "email", "phone", "order")
# Which canonical column holds a record's time.
TIMES = {
    "events": "event_at",
    "items": "observed_at",
    "customers": "observed_at",
    "missing_answers": "observed_at",
    "consents": "consented_at",
    "exposures": "exposed_at",
}


class Mapped(Part):
    """One canonical column: a field of the record or a constant; values renamed, or left out by condition."""

    field: Name | None = None
    constant: str | bool | int | None = None
    values: dict[str, str] = Field({}, description="canonical word by the source's; others stay as they are")
    only_if: dict[Name, tuple[str, ...]] = Field({}, description="for these values of a field alone")

    @model_validator(mode="after")
    def _has_one_origin(self) -> Mapped:
        if (self.field is None) == (self.constant is None):
            raise ValueError("a canonical column comes from either a field or a constant")
        return self


def check_mapping(entity: Entity) -> None:
    """Raise ValueError where the entity's mapping names a canonical column or a field that there is not."""
    for kind, columns in entity.canonical.items():
        given = CANONICAL[kind].keys() - {*KEYS, *PLACE, "source", "identifier_key", "identifier_type"}
        for column, mapped in columns.items():
            place = f"canonical.{kind}.{column}"
            if column not in given:
                raise ValueError(f"{place}: '{column}' is no canonical column that a contract maps")
            for name in (*([mapped.field] if mapped.field else []), *mapped.only_if):
                if name != RECORD_ID and name not in entity.fields:
                    raise ValueError(f"{place}: '{name}' is none of its fields")
                if name != RECORD_ID and entity.raw_column(name) is None:
                    raise ValueError(f"{place}: the text of the identifier '{name}' is not kept")
        wanted = {"events": "event_type", "items": "item_id"}.get(kind)
        if wanted and wanted not in columns:
            raise ValueError(f"canonical.{kind}: '{wanted}' must be mapped")


def canonical_sql(contract: Contract, name: str, kind: str) -> dict[str, str]:
    """Return SQL over an entity's raw table by canonical column, for one row per record."""
    entity = contract.entities[name]
    columns = dict(_own_columns(contract, entity, kind))
    for column, mapped in entity.canonical[kind].items():
        columns[column] = f"({_mapped_sql(entity, mapped)})::{CANONICAL[kind][column]}"
    return columns | {column: column for column in PLACE}


def _own_columns(contract: Contract, entity: Entity, kind: str) -> Iterator[tuple[str, str]]:
    """Yield what needs no mapping: who, when, and the record's id."""
    identifiers = {field.identifier.column for field in entity.fields.values() if field.identifier}
    yield TIMES[kind], _time_sql(contract, entity)
    yield from ((key, key) for key in KEYS if key in identifiers)
    if kind == "consents":
        yield from (("is_granted", f'unnest(map_values("{name}"))') for name in _consent_strings(entity))
    if kind != "events":
        return
    yield "event_id", _record_id(entity)
    yield "source", _quoted(contract.source)
    types = [type_ for type_ in IDENTIFIER_TYPES if f"{type_}_key" in identifiers]
    if types:
        yield "identifier_key", f"coalesce({', '.join(f'{type_}_key' for type_ in types)})"
        cases = " ".join(f"when {type_}_key is not null then '{type_}'" for type_ in types)
        yield "identifier_type", f"case {cases} end"
    yield "is_order_only", str(entity.is_order_only).lower()
    yield "is_date_declared", str(entity.order_only is not None).lower()
    yield "is_ambiguous_time", "is_ambiguous_time"
    is_bot = any(field.type == "user_agent" for field in entity.fields.values())
    yield "is_bot", "is_bot" if is_bot else "false"


def _time_sql(contract: Contract, entity: Entity) -> str:
    """The record's time; where it has none of its own, the day on which it landed and its place there."""
    zone = _quoted(contract.time_zone or "UTC")
    # A declared day is the same day in the zone of any home: its noon.
    noon = " + interval 12 hour" if entity.order_only else ""
    time = (
        f'"{entity.event_time}"' if entity.event_time else f"timezone({zone}, landed_date::timestamp{noon})"
    )
    if not entity.is_order_only:
        return time
    # Milliseconds keep 86 million lines within their day.
    place = f'to_seconds("{entity.position}")' if entity.position else "to_milliseconds(source_line)"
    return f"{time} + {place}"


def _record_id(entity: Entity) -> str:
    if len(entity.key) == 1 and (column := entity.raw_column(entity.key[0])):
        return f'"{column}"::varchar'
    return "lower(to_hex(record_key))" if entity.key else "source_file || ':' || source_line"


def _mapped_sql(entity: Entity, mapped: Mapped) -> str:
    if mapped.constant is not None:
        value = _quoted(str(mapped.constant))
    elif mapped.field == RECORD_ID:
        value = _record_id(entity)
    else:
        value = f'"{entity.raw_column(mapped.field or "")}"'
    if mapped.field in _consent_strings(entity):
        return f"unnest(map_keys({value}))"
    if mapped.values:
        renamed = " ".join(f"when {_quoted(old)} then {_quoted(new)}" for old, new in mapped.values.items())
        value = f"case {value}::varchar {renamed} else {value}::varchar end"
    for name, texts in mapped.only_if.items():
        allowed = ", ".join(map(_quoted, texts))
        value = f'case when "{entity.raw_column(name)}"::varchar in ({allowed}) then {value} end'
    return value


def _consent_strings(entity: Entity) -> list[str]:
    """The fields that say of every purpose whether it is granted: each makes a row per purpose."""
    return [name for name, field in entity.fields.items() if field.type == "tcf"]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
