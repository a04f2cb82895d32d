"""Erasures of a later home, made again in one that was restored from before them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dmp.builds import published_build
from dmp.privacy.erasure import Plan, erase
from dmp.privacy.landed_records import find_records
from dmp.privacy.person import People, known_texts
from dmp.privacy.receipts import BEGUN, DONE, keep_receipt, read_receipts
from dmp.settings import DmpError, Home, SettingsError


def missing_receipts(home: Home, later: Home) -> list[dict[str, Any]]:
    """Return the receipts of `later` whose erasure `home` does not hold as done, oldest first.

    Raises SettingsError where the two homes have other keys: their hashes name nobody here.
    """
    builds = published_build(home), published_build(later)
    fingerprints = {build["key_fingerprint"] for build in builds if build}
    if fingerprints != {home.key_fingerprint}:
        raise SettingsError(
            f"{later.root} has another key than the restored home, or nothing is published in it: its "
            "suppression list names nobody here"
        )
    done = {receipt["receipt_id"] for receipt in read_receipts(home) if receipt["state"] == DONE}
    return [receipt for receipt in read_receipts(later) if receipt["receipt_id"] not in done]


def reapply(home: Home, receipts: list[dict[str, Any]], rebuild: Callable[[], None]) -> None:
    """Erase the people of these receipts here too, all with one rebuild. The caller holds the writer's lock.

    rebuild: runs all landed days into an empty home, or raises.
    """
    if not receipts:
        return
    home.erasures.mkdir(mode=0o700, exist_ok=True)
    begun = [{**receipt, "state": BEGUN} for receipt in receipts]
    for receipt in begun:
        keep_receipt(home, receipt)
    keys = frozenset(int(text) for receipt in begun for text in receipt["identifier_hashes"])
    found, unread = find_records(home, keys)
    if unread:
        raise DmpError(f"files that cannot be read may hold erased people: {', '.join(unread[:5])}")
    people = People(keys=keys, texts=known_texts(home, keys))
    ended = erase(home, Plan(people, found, begun[-1]["removed"], begun[-1]), rebuild)
    for receipt in begun[:-1]:
        again = {name: ended[name] for name in ("state", "done_at", "build_after")}
        keep_receipt(home, {**receipt, **again})
