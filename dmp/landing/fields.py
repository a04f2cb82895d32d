"""How one contract field becomes raw columns: SQL from text to a typed value, and what may be wrong with it.

Every name that goes into SQL was validated by the contract; texts of the contract go in as quoted literals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from dmp.landing.contract import Contract, Entity, FieldContract
from dmp.landing.field_contract import NumberFormat
from dmp.landing.identifiers import LONGEST

# DuckDB's own casts are too kind: '2.5' becomes 3, '1_000' and 'infinity' pass, an offset gets lost.
INTEGER = r"[+-]?[0-9]{1,18}(\.0+)?"
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
# Between groups of digits French and others put a space that does not break the line, narrow or not.
GAP = r"[ \x{00A0}\x{202F}]"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
ZONE = r" ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)"
# Digits that a 64-bit count of microseconds can hold.
EPOCHS = {
    "epoch_s": (r"[0-9]{1,11}(\.[0-9]{1,9})?", "(CAST({text} AS DECIMAL(20,9)) * 1000000)::BIGINT"),
    "epoch_ms": (r"[0-9]{1,14}", "{text}::BIGINT * 1000"),
    "epoch_us": (r"[0-9]{1,17}", "{text}::BIGINT"),
    "epoch_ns": (r"[0-9]{1,18}|[1-8][0-9]{18}", "{text}::BIGINT // 1000"),
}
READ_AS_TEXT = ("text", "user_agent", "ip", "currency")
BOTS = "(?i)bot\\b|bot[/_-]|crawl|spider|slurp|headless|curl/|wget/|python-|httpclient|monitor"


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """Return any text as a quoted SQL name."""
    return '"' + name.replace('"', '""') + '"'


def typed_sql(name: str, field: FieldContract, contract: Contract) -> str:
    """Return SQL that is the typed value of the text column `name`, NULL where it cannot be read."""
    text = f'trim("{name}")'
    number = _plain_number(text, field.number_format or contract.number_format)
    return {
        "text": f'"{name}"',
        "user_agent": f'"{name}"',
        "tcf": f'tcf_purposes("{name}")',
        "integer": _cast_if(number, INTEGER, "BIGINT"),
        "decimal": _cast_if(number, NUMBER, "DECIMAL(18,4)"),
        "float": _cast_if(number, NUMBER, "DOUBLE"),
        "date": _cast_if(text, DATE, "DATE"),
        "boolean": f"CASE lower({text}) WHEN 'true' THEN true WHEN '1' THEN true "
        "WHEN 'false' THEN false WHEN '0' THEN false END",
        "json": f'CASE WHEN json_valid("{name}") THEN "{name}"::JSON END',
        "currency": f"coalesce(upper({text}), {quoted(contract.currency)})",
        "ip": _truncated_ip(text),
        "timestamp": timestamp_sql(text, field, contract),
    }[field.type]


def texts_sql(entity: Entity, read: Mapping[str, str]) -> str:
    """Return SQL for the text of every field, from SQL for those that are read; what means nothing is NULL."""
    nothing = ", ".join(map(quoted, ("", *entity.missing)))
    given = {
        name: f"CASE WHEN {text} NOT IN ({nothing}) THEN {text} END"
        if entity.missing
        else f"nullif({text}, '')"
        for name, text in read.items()
    }
    for name, field in entity.fields.items():
        if field.parts:
            given[name] = f"nullif(concat_ws(' ', {', '.join(given[part] for part in field.parts)}), '')"
    return ", ".join(f'{given[name]} AS "{name}"' for name in entity.fields)


def timestamp_sql(text: str, field: FieldContract, contract: Contract) -> str:
    """Return SQL that reads `text` (SQL) as TIMESTAMPTZ; without an offset it is a time of the declared zone.

    A local time that a clock change skips or repeats is read as ICU does: skipped ones move on by the
    change, repeated ones mean the later.
    """
    time_zone = field.time_zone or contract.time_zone
    if field.time_format:
        value = f"try_strptime({text}, {quoted(field.time_format)})"
        is_zoned = "%z" in field.time_format or "%Z" in field.time_format
        return value if is_zoned else f"timezone({quoted(time_zone or 'UTC')}, {value})"
    if field.unit != "iso":
        pattern, microseconds = EPOCHS[field.unit]
        value = microseconds.format(text=text)
        return f"CASE WHEN regexp_full_match({text}, '{pattern}') THEN make_timestamptz({value}) END"
    zoned = f"WHEN regexp_full_match({text}, '{DATE}{CLOCK}{ZONE}') THEN TRY_CAST({text} AS TIMESTAMPTZ)"
    if time_zone is None:
        return f"CASE {zoned} END"
    local = f"timezone({quoted(time_zone)}, TRY_CAST({text} AS TIMESTAMP))"
    return f"CASE {zoned} WHEN regexp_full_match({text}, '{DATE}{CLOCK}') THEN {local} END"


def _plain_number(text: str, written: NumberFormat | None) -> str:
    """Return SQL for a number's text as 1234.5, NULL where it is not written as declared: 12,5 is no 125."""
    if written is None:
        return text
    group = GAP if written.grouping_mark == " " else re.escape(written.grouping_mark)
    digits = f"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)" if group else "[0-9]+"
    decimals = f"(?:{re.escape(written.decimal_mark)}[0-9]+)?"
    money = f"(?:{re.escape(written.money_sign)})?"
    pattern = quoted(f"^([+-]?){money} ?([+-]?{digits}{decimals}) ?{money}$")
    number = f"regexp_replace({text}, {pattern}, '\\1\\2')"
    ungrouped = f"regexp_replace({number}, {quoted(group)}, '', 'g')" if group else number
    plain = f"replace({ungrouped}, {quoted(written.decimal_mark)}, '.')"
    return f"CASE WHEN regexp_matches({text}, {pattern}) THEN {plain} END"


def _cast_if(text: str, pattern: str, sql_type: str) -> str:
    return f"CASE WHEN regexp_full_match({text}, '{pattern}') THEN TRY_CAST({text} AS {sql_type}) END"


def _truncated_ip(text: str) -> str:
    """Return SQL for the network of an address: /24 of IPv4, /48 of IPv6, NULL if it is neither."""
    octet = "[0-9]{1,3}"
    old = rf"regexp_extract({text}, '^(?:::ffff:)?({octet}\.{octet}\.{octet})\.{octet}$', 1)"
    groups = f"string_split(split_part({text}, '::', 1) || ':0:0:0', ':')"
    new = f"array_to_string(list_transform({groups}[1:3], lambda part: coalesce(nullif(part, ''), '0')), ':')"
    return (
        f"CASE WHEN {old} <> '' THEN {old} || '.0/24' "
        f"WHEN regexp_full_match({text}, '[0-9a-fA-F]{{0,4}}(:[0-9a-fA-F]{{0,4}}){{2,7}}') "
        f"THEN lower({new}) || '::/48' END"
    )


def column_sql(entity: Entity, contract: Contract) -> Iterator[tuple[str, str]]:
    """Yield each raw column of an entity with the SQL that makes it from the text columns."""
    for name, field in entity.fields.items():
        if field.identifier is None or field.identifier.keep:
            column = "truncated_ip" if field.type == "ip" else name
            yield column, typed_sql(name, field, contract)
        if field.identifier:
            yield field.identifier.column, f'"{name} keys".identifier_key'
        if field.type == "user_agent":
            yield "is_bot", f"""coalesce(regexp_matches("{name}", '{BOTS}'), false)"""


def problem_sql(entity: Entity, contract: Contract) -> str:
    """Return SQL for the first problem of a typed row as 'field:reason_code', NULL if there is none.

    Reads the typed columns of `column_sql`, the texts as `"<field> text"` and `future_limit`.
    """
    problems = [
        (condition, f"{name}:{reason_code}")
        for name, field in entity.fields.items()
        for condition, reason_code in _problems(
            name, field, contract.earliest if name == entity.event_time else None
        )
        if not (
            reason_code == f"not_{field.type}" and contract.drift.retyped == "carry" and not field.required
        )
    ]
    if entity.one_of:
        identifiers = [entity.fields[name].identifier for name in entity.one_of]
        keys = ", ".join(identifier.column for identifier in identifiers if identifier)
        problems.append((f"coalesce({keys}) IS NULL", ":nobody"))
    if not problems:
        return "NULL::VARCHAR"
    return f"CASE {' '.join(f'WHEN {condition} THEN {quoted(text)}' for condition, text in problems)} END"


def _problems(name: str, field: FieldContract, earliest: date | None) -> Iterator[tuple[str, str]]:
    text, typed = f'"{name} text"', f'"{name}"'
    longest = field.max_length or (LONGEST if field.identifier else None)
    if longest:
        yield f"length({text}) > {longest}", "too_long"
    if field.required:
        yield f"{field.identifier.column if field.identifier else text} IS NULL", "missing"
    if field.type not in READ_AS_TEXT:
        yield f"{typed} IS NULL AND {text} IS NOT NULL", f"not_{field.type}"
    if field.type == "currency":
        yield f"NOT regexp_full_match({typed}, '[A-Z]{{3}}')", "not_currency"
    if field.allowed:
        yield f"{text} NOT IN ({', '.join(map(quoted, field.allowed))})", "not_allowed"
    if field.range:
        yield f"{typed} NOT BETWEEN {field.range[0]} AND {field.range[1]}", "out_of_range"
    yield from _element_problems(typed, field)
    if earliest:
        yield f"{typed} < TIMESTAMPTZ '{earliest} 00:00:00+00'", "too_early"
        yield f"{typed} >= future_limit", "future"


def _element_problems(typed: str, field: FieldContract) -> Iterator[tuple[str, str]]:
    """Yield what may be wrong with a JSON array of objects and the numbers inside; those that are null are none."""
    if field.is_list or field.elements:
        yield f"json_type({typed}) <> 'ARRAY'", "wrong_type"
        yield f"len(list_filter(json_type({typed}, '$[*]'), lambda part: part <> 'OBJECT')) > 0", "wrong_type"
    for element, (smallest, largest) in field.elements.items():
        texts = f"json_extract_string({typed}, '$[*].{element}')"
        yield (
            f"len(list_filter({texts}, lambda text: NOT regexp_full_match(text, '{NUMBER}'))) > 0",
            "not_decimal",
        )
        numbers = f"TRY_CAST({texts} AS DOUBLE[])"
        yield f"list_min({numbers}) < {smallest} OR list_max({numbers}) > {largest}", "out_of_range"
        if element in field.whole_elements:
            yield f"len(list_filter({numbers}, lambda number: number <> floor(number))) > 0", "not_integer"
