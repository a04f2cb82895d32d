"""The identifiers that a name on the command line may stand for: an id as published, or a text as in the logs."""

from __future__ import annotations

from functools import cache

from dmp.landing.contract import load_contracts
from dmp.landing.field_contract import Identifier
from dmp.landing.identifiers import normalised
from dmp.settings import Home

# An order's number names no person.
NAMELESS = ("order",)


def identifier_ids(home: Home, name: str) -> list[str]:
    """Return the ids of all identifiers that a name may stand for: itself, and its key in each namespace."""
    key = home.key()
    found = {id_of(identifier.key_of(key, name)) for identifier in _naming_identifiers()}
    return [normalised(name), *sorted(found)]


@cache
def _naming_identifiers() -> tuple[Identifier, ...]:
    """The contracts are part of the code: a process that answers many questions reads them once."""
    return tuple(
        identifier
        for contract in load_contracts().values()
        for entity in contract.entities.values()
        for identifier in entity.identifiers.values()
        if identifier.type not in NAMELESS
    )


def id_of(key: int) -> str:
    """Return a key as it leaves SQL: 16 hexadecimal digits."""
    return format(key & (2**64 - 1), "016x")


def key_of(identifier_id: str) -> int:
    """Return the key of an id."""
    return int.from_bytes(bytes.fromhex(identifier_id), "big", signed=True)
