"""Lands the objects below an address of an S3-compatible store, as the files of one landed day.

Where the store is and who asks are the variables of AWS's own tools (AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dmp.landing.blocks import MEGABYTE
from dmp.landing.content import fingerprint
from dmp.landing.contract import contracted_sources
from dmp.settings import DmpError, SettingsError

SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 10, 60


@dataclass(frozen=True)
class LandedObjects:
    """The folder of the day, how many files came or changed, and how many lay there already with the same content."""

    folder: Path
    landed_count: int
    same_count: int


def land_objects(landing: Path, source: str, address: str, day: date) -> LandedObjects:
    """Copy the objects right below `address` (s3://bucket/prefix) into the day's folder, under their own names.

    All are fetched before the first lands, so that a store that stops answering lands nothing. A file with the same
    content stays as it was; files that the store no longer has stay too. Which of them may be read is what the run
    says of every landed file. Raises SettingsError for a source or address that cannot be meant, DmpError where the
    store does not answer, has nothing there, or holds objects below further prefixes.
    """
    if source not in contracted_sources():
        raise SettingsError(f"no contract names {source}: write contracts/{source}.yaml first")
    prefix = _path(address)
    folder = landing / source / str(day)
    fetched: dict[str, Path] = {}
    try:
        with _spoken(address) as store:
            for name in _names(store, prefix, address):
                fetched[name] = folder / f".{name}.{os.getpid()}"
                _fetch(store, f"{prefix}/{name}", fetched[name])
        new = [name for name, path in fetched.items() if not _is_there(folder / name, path)]
        for name in new:
            fetched[name].replace(folder / name)
    finally:
        for path in fetched.values():
            path.unlink(missing_ok=True)
    return LandedObjects(folder, len(new), len(fetched) - len(new))


def _path(address: str) -> str:
    """Return bucket and prefix, as the library names a place."""
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise SettingsError(f"{address}: an address is s3://bucket/prefix")
    return (parts.netloc + parts.path).rstrip("/")


@contextmanager
def _spoken(address: str) -> Iterator[Any]:
    """Yield the store. Raises DmpError with its own words."""
    from pyarrow.fs import S3FileSystem

    endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
    try:
        yield S3FileSystem(
            endpoint_override=endpoint.netloc or None,
            scheme=endpoint.scheme or None,
            connect_timeout=SECONDS_TO_CONNECT,
            request_timeout=SECONDS_TO_ANSWER,
        )
    except OSError as error:
        # The machine's own errors, a full disk say, have a number.
        if error.errno is not None:
            raise
        raise DmpError(f"{address}: the store did not answer: {str(error).splitlines()[0]}") from error


def _names(store: Any, prefix: str, address: str) -> list[str]:
    from pyarrow.fs import FileSelector, FileType

    found = store.get_file_info(FileSelector(prefix, recursive=True, allow_not_found=True))
    names = sorted(info.path.removeprefix(f"{prefix}/") for info in found if info.type == FileType.File)
    if not names:
        raise DmpError(f"{address}: nothing lies there")
    if unfit := [name for name in names if "/" in name or name.startswith(".")]:
        raise DmpError(
            f"{address}: {unfit[0]} is no file of a day: objects lie right below the address, without a dot-name"
        )
    return names


def _fetch(store: Any, place: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Unless told otherwise the library unpacks what ends in .gz.
    with store.open_input_stream(place, compression=None) as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file, MEGABYTE)
        file.flush()
        os.fsync(file.fileno())


def _is_there(path: Path, fetched: Path) -> bool:
    return path.exists() and fingerprint(path) == fingerprint(fetched)
