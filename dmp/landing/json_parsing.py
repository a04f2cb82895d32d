"""SQL that parses JSON lines: a text per declared field, unknown names in `properties`, problems named.

Nothing here trusts a reader that skips errors: every line stays a row, a bad one with its problem.
"""

from __future__ import annotations

import json
from string import Template

from dmp.landing.contract import Entity
from dmp.landing.fields import quoted, quoted_name

# DuckDB's parser accepts a comma before a closing bracket; outside of strings that is no JSON. Most records
# hold only texts, numbers and nulls: a look at the whole (`is_plain`) spares a closer one. Two patterns that
# begin with a character of their own are three times as fast as one with an alternative.
PARSE_JSON = Template(r"""
CREATE OR REPLACE TEMP TABLE parsed AS
WITH looked_over AS (
    SELECT *, NOT (
        regexp_matches(record_text, ',\s*[}\]]') OR regexp_matches(record_text, ':\s*[tf{\[]')
    ) AS is_plain
    FROM records
),
looked_at AS (
    SELECT
        file_number, source_line, record_text, is_plain,
        CASE
            WHEN NOT json_valid(record_text) THEN ':broken_json'
            WHEN NOT is_plain AND regexp_matches(
                regexp_replace(record_text, '"(\\.|[^"\\])*"', '""', 'g'), ',\s*[}\]]'
            ) THEN ':broken_json'
            WHEN NOT starts_with(ltrim(record_text, ' ' || chr(9)), '{') THEN ':not_an_object'
        END AS problem
    FROM looked_over
),
objects AS (
    SELECT *, CASE WHEN problem IS NULL THEN record_text END AS object FROM looked_at
),
unpacked AS (
    SELECT
        file_number, source_line, problem, object, is_plain,
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


def parse_json_statements(entity: Entity) -> list[str]:
    """Return SQL that makes `parsed` from `records` of JSON lines; blank texts are NULL."""
    known = entity.source_names
    texts = {name: f"nullif(value.{quoted_name(source_name)}, '')" for source_name, name in known.items()}
    return [
        PARSE_JSON.substitute(
            structure=quoted(json.dumps(dict.fromkeys(known, "VARCHAR"))),
            wrong_type=_wrong_type(entity),
            texts=", ".join(f'{text} AS "{name}"' for name, text in texts.items()),
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
            value = f"value.{quoted_name(source_name)}"
            path = quoted('$."' + source_name + '"')
            seems = f"({value} IN ('true', 'false') OR {value}[1] IN ('{{', '['))"
            cases.append(f"WHEN {seems} AND json_type(object, {path}) <> 'VARCHAR' THEN '{name}:wrong_type'")
    return f"CASE WHEN NOT is_plain THEN CASE {' '.join(cases)} END END" if cases else "NULL"
