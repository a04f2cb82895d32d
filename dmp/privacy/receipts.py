"""Receipts of erasures: what was removed, counted; whose it was only as keyed hashes, which later loads suppress."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from dmp.checked_json import DamagedFileError, read_checked, write_checked
from dmp.settings import DmpError, Home

BEGUN, DONE = "begun", "done"
KEY_FINGERPRINT = "key_fingerprint"


def read_receipts(home: Home) -> list[dict[str, Any]]:
    """Return every receipt, oldest first. Raises DmpError for a damaged one: its people would come back."""
    found = []
    for path in home.erasures.glob("*.json"):
        try:
            found.append(read_checked(path) or {})
        except DamagedFileError as error:
            raise DmpError(f"{path} is damaged: restore it, or people who were erased may return") from error
    return sorted(found, key=lambda receipt: (receipt["begun_at"], receipt["receipt_id"]))


def suppressed_keys(home: Home) -> frozenset[int]:
    """Return the keyed hashes of all identifiers that were erased under the home's present key."""
    receipts = [receipt for receipt in read_receipts(home) if _is_of_present_key(home, receipt)]
    return frozenset(int(text) for receipt in receipts for text in receipt["identifier_hashes"])


def retired_hashes(home: Home) -> dict[bytes, frozenset[int]]:
    """Return the keyed hashes of identifiers that were erased under an earlier key, by that key.

    Raises DmpError where such a key is gone: its people would come back.
    """
    found: dict[bytes, frozenset[int]] = {}
    for receipt in read_receipts(home):
        if not _is_of_present_key(home, receipt):
            path = home.retired_keys / receipt[KEY_FINGERPRINT]
            if not path.exists():
                raise DmpError(f"{path} is gone: restore it, or people who were erased may return")
            key = path.read_bytes().strip()
            found[key] = found.get(key, frozenset()) | {int(text) for text in receipt["identifier_hashes"]}
    return found


def stamp_receipts(home: Home, fingerprint: str) -> None:
    """Note on every receipt that has no such note yet under which key its hashes were made."""
    for receipt in read_receipts(home):
        keep_receipt(home, {KEY_FINGERPRINT: fingerprint, **receipt})


def _is_of_present_key(home: Home, receipt: Mapping[str, Any]) -> bool:
    """Receipts are stamped when their key is retired."""
    return receipt.get(KEY_FINGERPRINT) in (None, home.key_fingerprint)


def begin_receipt(
    home: Home, keys: Iterable[int], build_before: str | None, removed: Mapping[str, Any]
) -> dict[str, Any]:
    """Write and return the receipt of an erasure that begins; from now on its people are suppressed."""
    hashes = sorted(str(key) for key in keys)
    receipt_id = hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:16]
    home.erasures.mkdir(mode=0o700, exist_ok=True)
    receipt: dict[str, Any] = {
        "receipt_id": receipt_id,
        "state": BEGUN,
        "begun_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "build_before": build_before,
        "identifier_hashes": hashes,
        "removed": dict(removed),
    }
    keep_receipt(home, receipt)
    return receipt


def keep_receipt(home: Home, receipt: dict[str, Any]) -> None:
    """Write a receipt, whole or not at all."""
    write_checked(home.erasures / f"{receipt['receipt_id']}.json", receipt)
