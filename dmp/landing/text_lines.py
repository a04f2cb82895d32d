"""Files with a record a line: finds the lines and sets those aside that no parser should see.

Good lines are never touched one by one: only lines that a scan over the bytes marks are examined in Python.
What a line of JSON says is parsed in SQL (`json_parsing.py`), a log's by its pattern (`log_records.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dmp.landing.blocks import (
    BYTE_ORDER_MARK,
    DEEPEST_NESTING,
    LARGEST_RECORD,
    Block,
    Reject,
)
from dmp.landing.content import chunks, line_blocks

# An even number of backslashes before it is text about an escape, not an escape.
NUL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
LineNumbers = npt.NDArray[np.int64]


def text_line_blocks(path: Path, *, is_json: bool) -> Iterator[Block]:
    """Yield a file of lines as blocks of `source_line`, `record_text`. Raises RefusedFileError."""
    line_count = 0
    for content in line_blocks(chunks(path)):
        block = _block(content, line_count + 1, is_json)
        line_count += block.physical_line_count
        yield block


def _block(content: bytes, first_line: int, is_json: bool) -> Block:
    starts, ends = _line_bounds(content)
    lines = pa.StringArray.from_buffers(
        len(starts), pa.py_buffer(np.append(starts, len(content)).astype(np.int32)), pa.py_buffer(content)
    )
    records = pa.table({"source_line": pa.array(np.arange(len(starts)) + first_line), "record_text": lines})
    marked = _lines_to_examine(content, starts, ends, is_json)
    block = Block(records, physical_line_count=len(starts))
    if not len(marked):
        return block
    kept: list[tuple[int, str]] = []
    for line in marked.tolist():
        verdict = _examined(content[starts[line] : ends[line]], is_json)
        if isinstance(verdict, bytes):
            kept.append((line + first_line, verdict.decode()))
        elif verdict == "blank":
            block.blank_line_count += 1
        else:
            block.rejects.append(Reject(line + first_line, verdict, content[starts[line] : ends[line]]))
    is_plain = np.ones(len(starts), dtype=bool)
    is_plain[marked] = False
    numbers, texts = [number for number, _ in kept], [text for _, text in kept]
    mended = pa.table(
        {"source_line": pa.array(numbers, pa.int64()), "record_text": pa.array(texts, pa.string())}
    )
    block.records = pa.concat_tables([records.filter(pa.array(is_plain)), mended]).sort_by("source_line")
    return block


def _line_bounds(content: bytes) -> tuple[LineNumbers, LineNumbers]:
    line_ends = np.flatnonzero(np.frombuffer(content, np.uint8) == ord("\n"))
    starts = np.concatenate([[0], line_ends + 1])
    ends = np.append(line_ends, len(content))
    has_open_end = not content.endswith(b"\n")
    return (starts, ends) if has_open_end else (starts[:-1], ends[:-1])


def _lines_to_examine(content: bytes, starts: LineNumbers, ends: LineNumbers, is_json: bool) -> LineNumbers:
    """Return the indexes of lines that may be blank, large, deep, marked or no text."""
    codes = np.frombuffer(content, np.uint8)
    first = codes[starts]
    is_odd = first != ord("{") if is_json else (first <= ord(" ")) | (first == BYTE_ORDER_MARK[0])
    found = [np.flatnonzero(is_odd), np.flatnonzero(ends - starts > LARGEST_RECORD)]
    if not _is_utf8(content):
        found.append(_lines_at(np.flatnonzero(codes >= 0x80), starts))
    if b"\0" in content:
        found.append(_lines_at(np.flatnonzero(codes == 0), starts))
    if not is_json:
        return np.unique(np.concatenate(found))
    if b"\\" in content and b"\\u0000" in content:
        found.append(
            _lines_at(np.array([match.start() for match in re.finditer(rb"\\u0000", content)]), starts)
        )
    # One opening a line is usual; a deep line needs so many more that the sum shows it.
    if content.count(b"{") + content.count(b"[") - (len(starts) - len(found[0])) >= DEEPEST_NESTING:
        openings = np.add.reduceat(((codes == ord("{")) | (codes == ord("["))).astype(np.int32), starts)
        found.append(np.flatnonzero(openings > DEEPEST_NESTING))
    return np.unique(np.concatenate(found))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _lines_at(positions: LineNumbers, starts: LineNumbers) -> LineNumbers:
    return np.unique(np.searchsorted(starts, positions, side="right") - 1)


def _examined(line: bytes, is_json: bool) -> bytes | str:
    """Return the line as it may be parsed, or "blank", or the reason why it is rejected."""
    text = line.strip()
    while text.startswith(BYTE_ORDER_MARK):
        text = text.removeprefix(BYTE_ORDER_MARK).lstrip()
    if not text:
        return "blank"
    if len(text) > LARGEST_RECORD:
        return "too_large"
    if not _is_utf8(text):
        return "not_utf8"
    if b"\0" in text or (is_json and NUL_ESCAPE.search(text)):
        return "nul"
    return "too_deep" if is_json and _depth(text) > DEEPEST_NESTING else text


def _depth(text: bytes) -> int:
    codes = np.frombuffer(STRING.sub(b"", text), np.uint8)
    steps = np.isin(codes, (ord("{"), ord("["))).astype(int) - np.isin(codes, (ord("}"), ord("]")))
    return int(steps.cumsum().max(initial=0))
