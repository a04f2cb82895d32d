"""The identifiers that a name on the command line may stand for: an id as published, or a text as in the logs."""

from __future__ import annotations

from dmp.landing.contract import load_contracts
from dmp.landing.identifiers import identifier_key, normalised
from dmp.settings import Home

# An order's number names no person.
NAMELESS = ("order",)


def identifier_ids(home: Home, name: str) -> list[str]:
    """Return the ids of all identifiers that a name may stand for: itself, and its key in each namespace."""
    key = home.key()
    return [
        normalised(name),
        *(
            id_of(identifier_key(key, namespace, normalised(name, is_email=kind == "email")))
            for namespace, kind in _namespaces()
        ),
    ]


def id_of(key: int) -> str:
    """Return a key as it leaves SQL: 16 hexadecimal digits."""
    return format(key & (2**64 - 1), "016x")


def key_of(identifier_id: str) -> int:
    """Return the key of an id."""
    return int.from_bytes(bytes.fromhex(identifier_id), "big", signed=True)


def _namespaces() -> list[tuple[str, str]]:
    return sorted(
        {
            (field.identifier.namespace, field.identifier.type)
            for contract in load_contracts().values()
            for entity in contract.entities.values()
            for field in entity.fields.values()
            if field.identifier and field.identifier.type not in NAMELESS
        }
    )
