"""A tar of files that ends in a manifest of their SHA-256: written in one pass, believed only once all of it is read.

The same files give the same bytes: no times, owners or names of whoever wrote it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal

import pyarrow as pa

from dmp.settings import DmpError, SettingsError

MANIFEST = "manifest.json"
SUFFIXES = (".tar", ".tar.gz", ".tar.zst")
PIECE = 1 << 20


def compression(path: Path) -> str:
    """Return the last suffix of an archive's name. Raises SettingsError for a name that says no known format."""
    if not path.name.endswith(SUFFIXES):
        raise SettingsError(f"{path}: an archive's name ends in {', '.join(SUFFIXES)}")
    return path.suffix


def write_archive(
    target: Path, root: Path, files: Iterable[Path], notes: Mapping[str, Any]
) -> dict[str, Any]:
    """Write files below `root` and, last, a manifest of notes and files; return the manifest.

    The archive gets its name when it is whole; nobody but its owner may read it.
    """
    suffix = compression(target)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with (
            os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
            _packed(file, suffix, "w") as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
        ):
            listed = {str(path.relative_to(root)): _add(archive, path, root) for path in files}
            manifest = {**notes, "files": listed}
            content = json.dumps(manifest, indent=1, ensure_ascii=True).encode()
            archive.addfile(_entry(MANIFEST, len(content), 0o600), io.BytesIO(content))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def _add(archive: tarfile.TarFile, path: Path, root: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        reader = _Hashing(file, state.st_size)
        archive.addfile(_entry(str(path.relative_to(root)), state.st_size, state.st_mode & 0o777), reader)  # type: ignore[arg-type]
    return {"bytes": state.st_size, "sha256": reader.digest.hexdigest()}


def _entry(name: str, byte_count: int, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = byte_count, mode
    return entry


class _Hashing:
    """Reads a file of which nobody knows whether it grows meanwhile: exactly so many bytes, hashed as they pass."""

    def __init__(self, file: IO[bytes], byte_count: int) -> None:
        self.file, self.left, self.digest = file, byte_count, hashlib.sha256()

    def read(self, byte_count: int) -> bytes:
        content = self.file.read(min(byte_count, self.left))
        self.left -= len(content)
        self.digest.update(content)
        return content


def unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Write the files of an archive into `folder`; return its manifest once every file is what it says.

    Raises DmpError for an archive that is cut short, damaged, or holds what no backup holds.
    """
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    try:
        with (
            source.open("rb") as file,
            _packed(file, compression(source), "r") as packed,
            tarfile.open(fileobj=packed, mode="r|") as archive,
        ):
            for entry in archive:
                content = archive.extractfile(entry) if entry.isreg() else None
                if content is None or manifest is not None:
                    raise DmpError(f"{source} holds '{entry.name}', which no backup holds")
                if entry.name == MANIFEST:
                    manifest = json.loads(content.read())
                else:
                    found[entry.name] = _write(content, folder / _safe(entry.name, source), entry.mode)
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise DmpError(f"{source} is damaged or cut short: {error}") from error
    if manifest is None or found != manifest["files"]:
        raise DmpError(f"{source} is damaged or cut short: its files are not those of its manifest")
    return manifest


def _safe(name: str, source: Path) -> PurePosixPath:
    """Return a name that stays below the folder it is unpacked in."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise DmpError(f"{source} holds '{name}', which no backup holds")
    return path


def _write(content: IO[bytes], path: Path, mode: int) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, byte_count = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode & 0o777 | 0o600), "wb") as file:
        while piece := content.read(PIECE):
            file.write(piece)
            digest.update(piece)
            byte_count += len(piece)
    return {"bytes": byte_count, "sha256": digest.hexdigest()}


@contextmanager
def _packed(file: IO[bytes], suffix: str, mode: Literal["r", "w"]) -> Iterator[Any]:
    """Open the compressed stream of an archive on its file."""
    with ExitStack() as stack:
        if suffix == ".gz":
            # No name and no time of the writing: the same files are the same bytes.
            yield stack.enter_context(gzip.GzipFile(filename="", mode=f"{mode}b", fileobj=file, mtime=0))
        elif suffix == ".zst":
            opened = stack.enter_context(pa.PythonFile(file, mode=mode))
            stream = pa.CompressedOutputStream if mode == "w" else pa.CompressedInputStream
            yield stack.enter_context(stream(opened, "zstd"))
        else:
            yield file
