"""Content of files in and out of the compressions that a landing may have, by code of its own."""

from __future__ import annotations

import gzip

import pyarrow as pa


def unpacked(content: bytes, suffix: str) -> bytes:
    """Return what a file says whose name ends in `suffix`."""
    if suffix == ".zst":
        return pa.CompressedInputStream(pa.BufferReader(content), "zstd").read()
    return gzip.decompress(content) if suffix == ".gz" else content


def packed(content: bytes, suffix: str) -> bytes:
    """Return the bytes of a file whose name ends in `suffix`."""
    if suffix == ".zst":
        return pa.Codec("zstd").compress(content, asbytes=True)
    return gzip.compress(content, mtime=0) if suffix == ".gz" else content
