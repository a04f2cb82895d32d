"""Receipts of erasures: what was removed, counted; whose it was only as keyed hashes, which later loads suppress."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from dmp.checked_json import DamagedFileError, read_checked, write_checked
from dmp.settings import DmpError, Home

BEGUN, DONE = "begun", "done"


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
    """Return the keyed hashes of all erased identifiers."""
    return frozenset(int(text) for receipt in read_receipts(home) for text in receipt["identifier_hashes"])


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
