"""How a contract reads an entity into columns, as far as rows that were read before must agree with it.

What decides which records are accepted, and where in a file a field is found, may change: rows of retired days stay
as they were read. Another column, identifier, key, zone or unit would give the same column two meanings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dmp.landing.content import content_hash
from dmp.landing.contract import Contract, load_contracts
from dmp.landing.retired_days import RetiredDays, read_retired
from dmp.settings import DmpError, Home

NOT_OF_A_COLUMN = {
    "required",
    "source_name",
    "path",
    "allowed",
    "range",
    "is_list",
    "elements",
    "whole_elements",
    "max_length",
    "description",
}


def reading(contract: Contract, name: str) -> dict[str, Any]:
    """Return what makes an entity's columns. What has its default is left out: later releases know more of that."""
    entity = contract.entities[name]
    of_entity = entity.model_dump(
        mode="json", include={"key", "fingerprint", "event_time", "missing"}, exclude_defaults=True
    )
    of_contract = contract.model_dump(
        mode="json", include={"time_zone", "currency", "number_format"}, exclude_defaults=True
    )
    fields = {
        f"field {column}": field.model_dump(mode="json", exclude=NOT_OF_A_COLUMN, exclude_defaults=True)
        for column, field in entity.fields.items()
    }
    return {**of_contract, **of_entity, **fields}


def check_retired(
    home: Home, contracts: Mapping[str, Contract] | None = None, *, is_read: bool = True
) -> RetiredDays:
    """Return the retired days, once it is sure that their rows can be put back.

    contracts: those that a load follows, else all that there are. is_read: every byte of the rows, not only whether
    they are there. Raises DmpError where rows are damaged or gone, or a contract reads an entity otherwise than when
    its days were retired.
    """
    retired = read_retired(home.landing)
    if not retired.days and home.retirement.exists():
        raise DmpError(
            f"{retired.folder} is gone, and with it what is kept of retired days: restore it from a backup; until then "
            f"no table is made anew (to do without those days for ever, remove {home.retirement})"
        )
    if retired.days:
        _refuse_other_readings(retired, contracts or load_contracts())
    for name, expected in retired.tables.items():
        path = retired.folder / name
        if not path.is_file() or (is_read and content_hash(path) != expected):
            raise DmpError(
                f"{path} is damaged or gone: restore the folder {retired.folder} from a backup; until then no table "
                "is made anew"
            )
    return retired


def _refuse_other_readings(retired: RetiredDays, contracts: Mapping[str, Contract]) -> None:
    for table, before in retired.readings.items():
        source, _, name = table.partition("__")
        contract = contracts.get(source)
        now = reading(contract, name) if contract and name in contract.entities else {}
        if differing := [part for part in sorted({*before, *now}) if before.get(part) != now.get(part)]:
            what = f"'{differing[0]}' changed" if now else "it is gone"
            raise DmpError(
                f"contracts/{source}.yaml reads '{name}' otherwise than when the days up to {retired.last} were "
                f"retired ({what}): their rows cannot be read again. Take the change back, or give the changed "
                "field an entity of its own; a backup from before the retirement still has the files"
            )
