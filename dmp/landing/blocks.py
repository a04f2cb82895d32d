"""What a reader hands over: a stretch of a file as records, with its lines counted and its bad lines kept.

The limits that bound memory and the reasons of rejects are stated here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

MEGABYTE = 1 << 20
CHUNK = 8 * MEGABYTE
LARGEST_RECORD = MEGABYTE
# A longer line is no record of any log; it is what a binary file or an attack looks like.
LONGEST_LINE = 16 * MEGABYTE
# Logs shrink 5- to 40-fold; a file that unpacks to more than this many times its size is a bomb.
LARGEST_RATIO = 200
RATIO_FREE = 64 * MEGABYTE
DEEPEST_NESTING = 64
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

REASONS = {
    "not_utf8": "the line is not UTF-8",
    "nul": "the line holds a NUL character",
    "too_large": "the record is larger than 1 MB",
    "too_deep": "JSON is nested deeper than 64",
    "broken_json": "the line is no JSON, or it was cut",
    "no_match": "the line does not match the contract's pattern",
    "not_an_object": "the line is JSON but no object",
    "duplicate_name": "a name occurs twice in the object",
    "broken_quotes": "text follows a closing quote, or a line ends inside a bare field",
    "field_count": "the record has another number of fields than the header",
    "missing": "a required value is missing",
    "wrong_type": "a text is expected, or a list: the value is something else",
    "not_text": "the text is too strange to store",
    "not_integer": "the value is no whole number",
    "not_decimal": "the value is no number",
    "not_float": "the value is no number",
    "not_boolean": "the value is neither true nor false",
    "not_timestamp": "the value is no time in the declared form, or it has no zone and the contract none",
    "not_date": "the value is no date YYYY-MM-DD",
    "not_json": "the value is no JSON",
    "not_currency": "the value is no ISO 4217 code",
    "too_long": "the text is longer than the contract allows",
    "not_allowed": "the value is none of those that the contract lists",
    "out_of_range": "the number is outside the contract's range",
    "too_early": "the record claims a time before the earliest that its source may have",
    "future": "the record claims a time more than 24 hours after the end of the day on which it landed",
    "nobody": "the record names no person, device or session",
}


class RefusedFileError(Exception):
    """A file that cannot be trusted as a whole: nothing of it is loaded. The message is the reason."""


@dataclass(frozen=True)
class Reject:
    """A bad line: where it begins, why it is bad (a key of REASONS) and its bytes."""

    source_line: int
    reason_code: str
    content: bytes


@dataclass
class Block:
    """A stretch of a file.

    `records`: one row per readable record with `source_line`; but for Parquet also `record_text` (the
    record's text); but for JSON lines also one text column per contract field that is read and `properties`.
    """

    records: pa.Table
    physical_line_count: int = 0
    header_line_count: int = 0
    continuation_line_count: int = 0
    blank_line_count: int = 0
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def record_count(self) -> int:
        """Records read, whether good or bad."""
        return len(self.records) + len(self.rejects)
