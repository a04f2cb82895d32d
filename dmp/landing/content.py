"""The bytes of a landed file: fingerprint, full decompression with its checks, and cutting at line ends."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path

import pyarrow as pa

from dmp.landing.blocks import CHUNK, LARGEST_RATIO, LONGEST_LINE, RATIO_FREE, RefusedFileError

MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"PAR1": "Parquet"}
SUFFIX_OF = {".gz": "gzip", ".zst": "zstd"}


def opened(path: Path) -> BufferedReader:
    """Open a plain file for reading; never through a symlink, never a device or a pipe."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    return os.fdopen(handle, "rb")


def content_hash(path: Path) -> str:
    """Return the SHA-256 of the file's bytes as they landed, in hex."""
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(path: Path) -> str:
    """Return the file's content hash; "not a file" for a link, a folder or a device."""
    return content_hash(path) if path.is_file() and not path.is_symlink() else "not a file"


def kind(path: Path) -> str:
    """Return what the first bytes are: gzip, zstd, Parquet, or plain text."""
    with opened(path) as file:
        start = file.read(4)
    return next((name for magic, name in MAGIC.items() if start.startswith(magic)), "plain text")


def chunks(path: Path) -> Iterator[bytes]:
    """Yield the decompressed bytes of a file of lines.

    Raises RefusedFileError: not what its name says, damaged, cut, or unpacking beyond the limit.
    """
    said, found = SUFFIX_OF.get(path.suffix, "plain text"), kind(path)
    if said != found and path.stat().st_size:
        raise RefusedFileError(f"the file is {found}, its name says {said}")
    size = 0
    with opened(path) as file:
        unpacked = _unpacked(file, said)
        while chunk := _read(unpacked, said):
            size += len(chunk)
            if size > RATIO_FREE and size > LARGEST_RATIO * path.stat().st_size:
                raise RefusedFileError(f"the file unpacks to more than {LARGEST_RATIO} times its size")
            yield chunk


def _unpacked(file: BufferedReader, compression: str) -> BufferedReader | pa.CompressedInputStream:
    if compression == "gzip":
        return gzip.GzipFile(fileobj=file)
    if compression == "zstd":
        return pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")
    return file


def _read(unpacked: BufferedReader | pa.CompressedInputStream, compression: str) -> bytes:
    try:
        return unpacked.read(CHUNK)
    except (OSError, EOFError, zlib.error) as error:
        raise RefusedFileError(f"the file is damaged or cut ({compression}: {error})") from error


def line_blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream of bytes into blocks that end at a line's end, the last one at the file's.

    Raises RefusedFileError at a line longer than LONGEST_LINE.
    """
    rest = b""
    for piece in pieces:
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield rest + piece[:cut]
            rest = piece[cut:]
        else:
            rest += piece
        if len(rest) > LONGEST_LINE:
            raise RefusedFileError(f"a line is longer than {LONGEST_LINE >> 20} MB")
    if rest:
        yield rest
