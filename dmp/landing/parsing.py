"""SQL that turns a batch of records into typed rows, each with its first problem or none.

records (as read) -> parsed (one text per field) -> typed (raw columns, record_key, payload_hash, problem).
The statements know no files and no order; who wins among equals is decided in `duplicates.py`.
"""

from __future__ import annotations

from string import Template

from dmp.landing.contract import Contract, Entity
from dmp.landing.fields import READ_AS_TEXT, column_sql, problem_sql, texts_sql
from dmp.landing.identifiers import (
    HASHED,
    LONGEST,
    identifier_key_sql,
    is_missing_sql,
    key_text_sql,
    normalised_sql,
)
from dmp.landing.json_parsing import parse_json_statements
from dmp.landing.local_times import ambiguous_time_sql

PARSE_TEXTS = Template("""
CREATE OR REPLACE TEMP TABLE parsed AS
SELECT file_number, source_line, NULL::VARCHAR AS problem, $texts, properties::JSON AS properties
FROM records
""")
GIVEN_TEXTS = Template("""
    SELECT DISTINCT
        '$namespace' AS namespace, '$type' AS identifier_type, '$region' AS given_region, "$name" AS given_text,
        $is_hashed AS is_hashed
    FROM parsed
    WHERE length("$name") <= $longest
""")
FIND_IDENTIFIERS = Template("""
CREATE OR REPLACE TEMP TABLE batch_identifiers AS
WITH given AS ($given),
read AS (SELECT *, $normalised AS normalised_text FROM given),
named AS (
    SELECT
        *,
        CASE
            WHEN NOT is_hashed THEN normalised_text
            WHEN regexp_full_match(normalised_text, '[0-9a-fA-F]{64}') THEN '$hashed' || lower(normalised_text)
            ELSE ''
        END AS identifier_text
    FROM read
)
SELECT *, CASE WHEN NOT $is_missing THEN $identifier_key END AS identifier_key FROM named
""")
TYPE_VALUES = Template("""
CREATE OR REPLACE TEMP TABLE typed AS
WITH valued AS (
    SELECT
        parsed.file_number, landed_date, source_file, parsed.source_line, parsed.problem, future_limit,
        $properties AS properties,
        $is_ambiguous_time AS is_ambiguous_time,
        $texts,
        $columns
    FROM parsed JOIN entity_files USING (file_number) $joins
),
judged AS (
    SELECT * REPLACE (coalesce(problem, $problem) AS problem) FROM valued
)
SELECT
    file_number, problem, $names, properties, is_ambiguous_time, landed_date, source_file, source_line,
    $record_key AS record_key,
    $payload_hash AS payload_hash
FROM judged
""")


def parse_statements(entity: Entity) -> list[str]:
    """Return SQL that makes `parsed` from `records`: blank texts are NULL, unknown fields in `properties`."""
    if entity.format == "jsonl":
        return parse_json_statements(entity)
    texts = texts_sql(entity, {name: f'"{name}"' for name in entity.paths})
    return [PARSE_TEXTS.substitute(texts=texts)]


def identifier_statement(entity: Entity) -> str | None:
    """Return SQL that makes `batch_identifiers`: each text given, what it means and its key (NULL: nobody).

    The statement has one parameter, `$key`. None if the entity has no identifiers.
    """
    given = [
        GIVEN_TEXTS.substitute(
            namespace=identifier.namespace,
            type=identifier.type,
            region=identifier.region or "",
            name=name,
            longest=entity.fields[name].max_length or LONGEST,
            is_hashed=str(identifier.is_hashed).lower(),
        )
        for name, identifier in entity.identifiers.items()
    ]
    if not given:
        return None
    return FIND_IDENTIFIERS.substitute(
        given=" UNION ".join(given),
        normalised=normalised_sql("given_text", "identifier_type", "given_region", has_phones(entity)),
        hashed=HASHED,
        is_missing=is_missing_sql("identifier_text"),
        identifier_key=identifier_key_sql(
            "namespace", key_text_sql("identifier_type", "identifier_text", "is_hashed")
        ),
    )


def has_phones(entity: Entity) -> bool:
    """Whether a record may hold a phone number as an identifier."""
    return any(identifier.type == "phone" for identifier in entity.identifiers.values())


def typing_statement(contract: Contract, entity: Entity) -> str:
    """Return SQL that makes `typed`: one row per record, raw columns and `problem` ('field:reason_code')."""
    joins = [
        f'LEFT JOIN batch_identifiers AS "{name} keys" ON "{name} keys".given_text = parsed."{name}" '
        f"""AND "{name} keys".identifier_type = '{identifier.type}' """
        f"""AND "{name} keys".namespace = '{identifier.namespace}' """
        f"""AND "{name} keys".given_region = '{identifier.region or ""}' """
        f"""AND "{name} keys".is_hashed = {identifier.is_hashed}"""
        for name, identifier in entity.identifiers.items()
    ]
    names = ", ".join(f'"{column}"' for column in entity.raw_columns)
    return TYPE_VALUES.substitute(
        properties=_properties(contract, entity),
        is_ambiguous_time=ambiguous_time_sql(entity, contract),
        texts=", ".join(f'parsed."{name}" AS "{name} text"' for name in entity.fields),
        columns=", ".join(f'{sql} AS "{column}"' for column, sql in column_sql(entity, contract)),
        joins=" ".join(joins),
        problem=problem_sql(entity, contract),
        names=names,
        payload_hash=_payload_hash(entity, f"hash({names}, properties)"),
        record_key=_record_key(entity),
    )


def _payload_hash(entity: Entity, of_all: str) -> str:
    if entity.fingerprint is None:
        return of_all
    return f'CASE WHEN "{entity.fingerprint} text" IS NULL THEN {of_all} ELSE hash("{entity.fingerprint} text") END'


def _properties(contract: Contract, entity: Entity) -> str:
    """Return SQL for what no column holds, as the contract's drift rules say."""
    unknown = "NULL::JSON" if contract.drift.new == "ignore" else "parsed.properties"
    if contract.drift.retyped != "carry":
        return unknown
    values = dict(column_sql(entity, contract))
    carried = [
        f"""'{name}': CASE WHEN {values[name]} IS NULL THEN parsed."{name}" END"""
        for name, field in entity.fields.items()
        if name in values and not field.required and field.type not in READ_AS_TEXT
    ]
    if not carried:
        return unknown
    # Merging leaves out what is NULL, and an empty object stands for nothing.
    merged = f"json_merge_patch(coalesce({unknown}, '{{}}'), to_json({{{', '.join(carried)}}}))"
    return f"nullif({merged}::VARCHAR, '{{}}')::JSON"


def _record_key(entity: Entity) -> str:
    if not entity.key:
        return "NULL::UBIGINT"
    parts = []
    for name in entity.key:
        field = entity.fields[name]
        by_type = {"timestamp": f'epoch_us("{name}")::VARCHAR'}
        text = (
            f"{field.identifier.column}::VARCHAR"
            if field.identifier
            else by_type.get(field.type, f'"{name} text"')
        )
        parts.append(text if field.required else f"coalesce({text}, '')")
    return f"('0x' || substr(sha256(concat_ws(chr(31), {', '.join(parts)})), 1, 16))::UBIGINT"
