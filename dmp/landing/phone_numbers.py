"""Phone numbers as ITU-T E.164 writes them: two spellings of one number are one text.

Reading a number takes 40 microseconds, so loading asks once for each text of a batch.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

FUNCTION = "one_spelling"


def e164(text: str, region: str | None = None) -> str | None:
    """Return a number with its plus sign and country code, None for what is none.

    region: where a number without a country code is dialled, as DE; without it such a number is none.
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def one_spelling(text: str, region: str | None = None) -> str:
    """Return a number as E.164, and a text that is none, or of an unknown country, as it is."""
    return e164(text, region) or text


def numbers_in(text: str, region: str | None = None) -> Iterator[str]:
    """Yield what looks like a phone number in a text of any kind, as it is written there."""
    import phonenumbers

    for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.POSSIBLE):
        yield match.raw_string


def known_region(region: str) -> str:
    """Return a region of which numbers are known. Raises ValueError for another."""
    import phonenumbers

    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"'{region}' is no region with phone numbers, as DE is one")
    return region


def with_phone_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    """Teach a connection `one_spelling(text, region)`; an empty region is none."""
    known = connection.execute(
        "SELECT 1 FROM duckdb_functions() WHERE function_name = ?", [FUNCTION]
    ).fetchone()
    if not known:
        connection.create_function(FUNCTION, one_spelling, ["VARCHAR", "VARCHAR"], "VARCHAR")
