"""Gives a home another key: everything is made anew under it, and a table says who became whom.

The vault knows the text of every identifier, so each old key has its new one. What only the old key can test (keyed
hashes of erased people) keeps it, in `<home>/secrets/retired/`. Typing a stopped rotation again ends it.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from dmp.builds import published_build
from dmp.landing.retired_days import read_retired
from dmp.pending import pending_days
from dmp.privacy.receipts import BEGUN, read_receipts, stamp_receipts
from dmp.settings import DmpError, Home, SettingsError, fingerprint_of
from dmp.upkeep.rotated_ids import rename_in_decisions, write_identifiers, write_user_ids
from dmp.warehouse import remove_database


def rotate(home: Home, rebuild: Callable[[], None], *, is_redrawn: bool = False) -> Path:
    """Give the home a new key, rebuild, and return the file with the old and new id of every person.

    rebuild: runs all landed days, or raises. is_redrawn: whether experiments may be drawn anew. The caller holds the
    writer's lock. Raises SettingsError or DmpError before anything is changed.
    """
    if not _is_begun(home):
        _refuse(home, is_redrawn=is_redrawn)
        _begin(home)
    if _next_key(home).exists():
        _swap(home)
    is_renamed = rename_in_decisions(home, _folder(home) / "identifiers.parquet")
    if is_renamed or (published_build(home) or {}).get("key_fingerprint") != home.key_fingerprint:
        # A text under its old key would stay in it.
        remove_database(home.vault)
        rebuild()
    path = write_user_ids(home, _folder(home) / "identifiers.parquet", home.key_fingerprint)
    shutil.rmtree(_folder(home))
    return path


def _refuse(home: Home, *, is_redrawn: bool) -> None:
    if read_retired(home.landing).days:
        raise SettingsError(
            f"{home.root} has retired days: what is kept of them is under the present key, and their files, of which "
            "another key would be made, are gone"
        )
    if os.environ.get("DMP_KEY") or not home.key_file.exists():
        raise SettingsError(
            f"the key comes from DMP_KEY: put it into {home.key_file} (chmod 600) and unset the variable first"
        )
    if published_build(home) is None:
        raise DmpError(f"nothing is published in {home.root}: there is nothing to rotate")
    if pending := pending_days(home):
        raise DmpError(f"the build is not up to date ({pending.reason}): `dmp run --home {home.root}` first")
    if begun := [receipt["receipt_id"] for receipt in read_receipts(home) if receipt["state"] == BEGUN]:
        raise DmpError(f"erasure {begun[0]} was stopped: end it first")
    if home.experiments.exists() and not is_redrawn:
        raise SettingsError(
            f"{home.experiments} assigns people by a hash under the key, so a new key draws every experiment and "
            "hold-out anew: end them first, or say --redraw-experiments"
        )


def _begin(home: Home) -> None:
    """Note under the old key who is who, and make the new one; the note is there whole or not at all."""
    shutil.rmtree(_unfinished(home), ignore_errors=True)
    _unfinished(home).mkdir(mode=0o700)
    key = secrets.token_hex(32)
    write_identifiers(home, key.encode(), _unfinished(home) / "identifiers.parquet")
    with os.fdopen(
        os.open(_unfinished(home) / "key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
    ) as file:
        file.write(key)
    _unfinished(home).rename(_folder(home))


def _swap(home: Home) -> None:
    """Keep the old key for what only it can test, and put the new one in its place. May be repeated."""
    fingerprint = fingerprint_of(home.key_file.read_bytes().strip())
    home.retired_keys.mkdir(mode=0o700, exist_ok=True)
    retired = home.retired_keys / fingerprint
    if not retired.exists():
        retired.hardlink_to(home.key_file)
    stamp_receipts(home, fingerprint)
    _next_key(home).replace(home.key_file)


def _is_begun(home: Home) -> bool:
    return _folder(home).exists()


def _folder(home: Home) -> Path:
    return home.key_file.with_name("rotation")


def _unfinished(home: Home) -> Path:
    return home.key_file.with_name(".rotation")


def _next_key(home: Home) -> Path:
    return _folder(home) / "key"
