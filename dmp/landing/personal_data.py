"""Personal data where no contract expects it: e-mail addresses, phone and card numbers in free text.

A finding is counted, never kept; texts that are shown to people are masked first.
"""

from __future__ import annotations

import re
from datetime import date
from string import Template

import duckdb

from dmp.landing.contract import Contract, Entity
from dmp.landing.fields import quoted, quoted_name
from dmp.landing.tables import raw_table

# Read by RE2 and by Python alike. In a URL %40 stands for @ and %2B for +. Numbers need what tells them from ids:
# a phone its + (ITU-T E.164: up to 15 digits), a card 14 to 19 digits of a payment network (ISO/IEC 7812).
PATTERNS = {
    "email": r"[A-Za-z0-9._+-]+(?:@|%40)(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}",
    "phone": r"(?:\+|%2B)[1-9](?:[ ().-]{0,2}[0-9]){7,14}\b",
    "card": r"\b[2-6](?:[ -]?[0-9]){13,18}\b",
}
# One cheap look at a whole record; nearly all pass it.
SUSPICIOUS = r"@|%40|\+[1-9]|%2B[1-9]|[0-9][ -]?[0-9]{4}[ -]?[0-9]{2}"
# Luhn's check digit (ISO/IEC 7812-1, annex B): every second digit from the right counts twice, its digits added.
DIGITS = "string_split(reverse(regexp_replace(number, '[^0-9]', '', 'g')), '')"
LUHN = f"""
list_sum(list_transform({DIGITS}, lambda digit, place:
    CASE WHEN place % 2 = 1 THEN digit::INT ELSE (digit::INT * 2) // 10 + (digit::INT * 2) % 10 END)) % 10 = 0
"""
FIND = Template("""
INSERT INTO raw.personal_data
WITH suspected AS (
    SELECT landed_date, source_file, $texts FROM $table
    WHERE landed_date BETWEEN $$first AND $$last AND regexp_matches(concat_ws(chr(10), $columns), $suspicious)
),
told AS (UNPIVOT suspected ON $columns INTO NAME column_name VALUE text),
found AS (
    SELECT landed_date, source_file, column_name, 'email' AS kind FROM told WHERE regexp_matches(text, $email)
    UNION ALL
    SELECT landed_date, source_file, column_name, 'phone' AS kind FROM told WHERE regexp_matches(text, $phone)
    UNION ALL
    SELECT landed_date, source_file, column_name, 'card' AS kind FROM told
    WHERE len(list_filter(regexp_extract_all(text, $card), lambda number: $luhn)) > 0
)
SELECT $$source, $$entity, landed_date, source_file, column_name, kind, count(*) FROM found GROUP BY ALL
ORDER BY landed_date, source_file, column_name, kind
""")


def find_personal_data(
    connection: duckdb.DuckDBPyConnection, contract: Contract, first: date, last: date
) -> None:
    """Add to `raw.personal_data` the accepted records of some landed days whose texts look like personal data."""
    patterns = {name: quoted(pattern) for name, pattern in {**PATTERNS, "suspicious": SUSPICIOUS}.items()}
    for name, entity in contract.entities.items():
        columns = [quoted_name(column) for column in _free_texts(entity)]
        statement = FIND.substitute(
            table=raw_table(contract, name),
            columns=", ".join(columns),
            texts=", ".join(f"{column}::VARCHAR AS {column}" for column in columns),
            luhn=LUHN,
            **patterns,
        )
        place = {"source": contract.source, "entity": name}
        connection.execute(statement, {**place, "first": first, "last": last})


def masked(text: str) -> str:
    """Return a text with what looks like personal data replaced by its kind.

    >>> masked("write to ann@example.org or +49 170 1234567")
    'write to <email> or <phone>'
    """
    for kind, pattern in PATTERNS.items():
        text = re.sub(pattern, f"<{kind}>", text, flags=re.ASCII)
    return text


def _free_texts(entity: Entity) -> list[str]:
    """Raw columns whose text people or their browsers write: no keys, identifiers or listed words."""
    written = [
        name
        for name, field in entity.fields.items()
        if field.type in ("text", "json") and not (field.identifier or field.allowed or name in entity.key)
    ]
    return [*written, "properties"]
