"""The physical lines of a CSV file, as the CSV reader pulls them: counted, decoded, blank ones left out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dmp.landing.blocks import BYTE_ORDER_MARK, LONGEST_LINE, RefusedFileError
from dmp.landing.content import chunks, line_blocks


@dataclass
class CsvLines:
    """Physical lines as text, pulled by the CSV reader, with the lines of the record at hand remembered.

    Bytes that are no UTF-8 come through as lone surrogates, so that they can be given back unchanged.
    """

    path: Path
    number: int = 0
    blank_line_count: int = 0
    size: int = 0
    record: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for content in line_blocks(chunks(self.path)):
            for raw in io.BytesIO(content):
                self.number += 1
                line = raw if self.record else raw.removeprefix(BYTE_ORDER_MARK)
                if not self.record and (not line.strip() or line.startswith(b"#")):
                    self.blank_line_count += 1
                    continue
                self.size += len(line)
                if self.size > LONGEST_LINE:
                    raise self.unclosed_quote()
                self.record.append(line.decode("utf-8", "surrogateescape"))
                yield self.record[-1]

    @property
    def first(self) -> int:
        """The line on which the record at hand begins."""
        return self.number - len(self.record) + 1

    def begin_record(self) -> None:
        """Forget the record at hand: the next line begins another."""
        self.record, self.size = [], 0

    def unclosed_quote(self) -> RefusedFileError:
        """Return the refusal of a file whose record at hand never ends."""
        return RefusedFileError(f"a quote opened in the record of line {self.first} is not closed properly")


def problem_of(text: str) -> str | None:
    """Return the reason why the text cannot be stored, if there is one."""
    if not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text):
        return "not_utf8"
    return "nul" if "\0" in text else None
