"""SQL that turns a batch of records into typed rows, each with its first problem or none.

records (as read) -> parsed (one text per field) -> typed (raw columns, record_key, payload_hash, problem).
The statements know no files and no order; who wins among equals is decided in `duplicates.py`.
"""

from __future__ import annotations

import json
from string import Template

from dmp.landing.contract import Contract, Entity
from dmp.landing.fields import column_sql, problem_sql, quoted
from dmp.landing.identifiers import LONGEST, identifier_key_sql, is_missing_sql, normalised_sql

# DuckDB's parser accepts a comma before a closing bracket; outside of strings that is no JSON.
PARSE_JSON = Template(r"""
CREATE OR REPLACE TEMP TABLE parsed AS
WITH looked_at AS (
    SELECT
        file_number, source_line, record_text,
        CASE
            WHEN NOT json_valid(record_text) THEN ':broken_json'
            WHEN regexp_matches(record_text, ',\s*[}\]]') AND regexp_matches(
                regexp_replace(record_text, '"(\\.|[^"\\])*"', '""', 'g'), ',\s*[}\]]'
            ) THEN ':broken_json'
            WHEN NOT starts_with(ltrim(record_text, ' ' || chr(9)), '{') THEN ':not_an_object'
        END AS problem
    FROM records
),
objects AS (
    SELECT *, CASE WHEN problem IS NULL THEN record_text END AS object FROM looked_at
),
unpacked AS (
    SELECT
        file_number, source_line, problem, object,
        json_transform(object, $structure) AS value,
        hash(json_keys(object)) AS shape
    FROM objects
)
SELECT
    file_number, source_line,
    coalesce(problem, $wrong_type) AS problem,
    $texts,
    NULL::JSON AS properties,
    CASE WHEN object IS NOT NULL THEN shape END AS shape
FROM unpacked
""")

# Few records differ in the names they use: one example of each shape tells about all of its records.
FIND_SHAPES = """
CREATE OR REPLACE TEMP TABLE shapes AS
WITH examples AS (
    SELECT shape, unnest(any_value({'file_number': file_number, 'source_line': source_line}))
    FROM parsed
    WHERE shape IS NOT NULL
    GROUP BY shape
)
SELECT shape, json_keys(record_text) AS names FROM examples JOIN records USING (file_number, source_line)
"""
SETTLE_ODD_SHAPES = Template("""
WITH compared AS (
    SELECT
        shape,
        len(list_distinct(names)) < len(names) AS has_name_twice,
        NOT list_has_all([$known], names) AS has_unknown_name
    FROM shapes
),
odd_shapes AS (
    FROM compared WHERE has_name_twice OR has_unknown_name
)
UPDATE parsed
SET problem = coalesce(parsed.problem, CASE WHEN has_name_twice THEN ':duplicate_name' END),
    properties = CASE WHEN has_unknown_name THEN json_merge_patch(record_text, $without_known) END
FROM odd_shapes, records
WHERE parsed.shape = odd_shapes.shape
    AND parsed.file_number = records.file_number AND parsed.source_line = records.source_line
""")
PARSE_TEXTS = Template("""
CREATE OR REPLACE TEMP TABLE parsed AS
SELECT file_number, source_line, NULL::VARCHAR AS problem, $texts, properties::JSON AS properties
FROM records
""")
GIVEN_TEXTS = Template("""
    SELECT DISTINCT '$namespace' AS namespace, '$type' AS identifier_type, "$name" AS given_text
    FROM parsed
    WHERE length("$name") <= $longest
""")
FIND_IDENTIFIERS = Template("""
CREATE OR REPLACE TEMP TABLE batch_identifiers AS
WITH given AS ($given),
read AS (SELECT *, $normalised AS identifier_text FROM given)
SELECT *, CASE WHEN NOT $is_missing THEN $identifier_key END AS identifier_key FROM read
""")
TYPE_VALUES = Template("""
CREATE OR REPLACE TEMP TABLE typed AS
WITH valued AS (
    SELECT
        parsed.file_number, landed_date, source_file, parsed.source_line, parsed.problem, future_limit,
        parsed.properties,
        $texts,
        $columns
    FROM parsed JOIN entity_files USING (file_number) $joins
),
judged AS (
    SELECT * REPLACE (coalesce(problem, $problem) AS problem) FROM valued
)
SELECT
    file_number, problem, $names, properties, landed_date, source_file, source_line,
    $record_key AS record_key,
    hash($names, properties) AS payload_hash
FROM judged
""")


def identifier_name(name: str) -> str:
    """Return any text as a quoted SQL name."""
    return '"' + name.replace('"', '""') + '"'


def parse_statements(entity: Entity) -> list[str]:
    """Return SQL that makes `parsed` from `records`: blank texts are NULL, unknown fields in `properties`."""
    if entity.format != "jsonl":
        texts = ", ".join(f"""nullif("{name}", '') AS "{name}\"""" for name in entity.fields)
        return [PARSE_TEXTS.substitute(texts=texts)]
    known = entity.source_names
    values = {
        name: f"nullif(value.{identifier_name(source_name)}, '')" for source_name, name in known.items()
    }
    return [
        PARSE_JSON.substitute(
            structure=quoted(json.dumps(dict.fromkeys(known, "VARCHAR"))),
            wrong_type=_wrong_type(entity),
            texts=", ".join(f'{value} AS "{name}"' for name, value in values.items()),
        ),
        FIND_SHAPES,
        SETTLE_ODD_SHAPES.substitute(
            known=", ".join(map(quoted, known)), without_known=quoted(json.dumps(dict.fromkeys(known)))
        ),
    ]


def _wrong_type(entity: Entity) -> str:
    """Return SQL that names the first text field that holds a boolean, a list or an object."""
    cases = []
    for source_name, name in entity.source_names.items():
        if entity.fields[name].type in ("text", "ip", "user_agent", "currency"):
            value = f"value.{identifier_name(source_name)}"
            path = quoted('$."' + source_name + '"')
            seems = f"({value} IN ('true', 'false') OR {value}[1] IN ('{{', '['))"
            cases.append(f"WHEN {seems} AND json_type(object, {path}) <> 'VARCHAR' THEN '{name}:wrong_type'")
    # Most records hold only texts, numbers and nulls: one look at the whole spares a look at each field.
    return (
        rf"CASE WHEN regexp_matches(object, ':\s*[tf{{\[]') THEN CASE {' '.join(cases)} END END"
        if cases
        else "NULL"
    )


def identifier_statement(entity: Entity) -> str | None:
    """Return SQL that makes `batch_identifiers`: each text given, what it means and its key (NULL: nobody).

    The statement has one parameter, `$key`. None if the entity has no identifiers.
    """
    given = [
        GIVEN_TEXTS.substitute(
            namespace=field.identifier.namespace,
            type=field.identifier.type,
            name=name,
            longest=field.max_length or LONGEST,
        )
        for name, field in entity.fields.items()
        if field.identifier
    ]
    if not given:
        return None
    return FIND_IDENTIFIERS.substitute(
        given=" UNION ".join(given),
        normalised=normalised_sql("given_text", is_email="identifier_type = 'email'"),
        is_missing=is_missing_sql("identifier_text"),
        identifier_key=identifier_key_sql("namespace", "identifier_text"),
    )


def typing_statement(contract: Contract, entity: Entity) -> str:
    """Return SQL that makes `typed`: one row per record, raw columns and `problem` ('field:reason_code')."""
    joins = [
        f'LEFT JOIN batch_identifiers AS "{name} keys" ON "{name} keys".given_text = parsed."{name}" '
        f"""AND "{name} keys".identifier_type = '{field.identifier.type}' """
        f"""AND "{name} keys".namespace = '{field.identifier.namespace}'"""
        for name, field in entity.fields.items()
        if field.identifier
    ]
    return TYPE_VALUES.substitute(
        texts=", ".join(f'parsed."{name}" AS "{name} text"' for name in entity.fields),
        columns=", ".join(f'{sql} AS "{column}"' for column, sql in column_sql(entity, contract)),
        joins=" ".join(joins),
        problem=problem_sql(entity),
        names=", ".join(f'"{column}"' for column in entity.columns),
        record_key=_record_key(entity),
    )


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
        parts.append(text)
    return f"('0x' || substr(sha256(concat_ws(chr(31), {', '.join(parts)})), 1, 16))::UBIGINT"
