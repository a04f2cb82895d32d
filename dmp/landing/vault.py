"""The vault: the one database that knows which text an identifier key stands for, and what rejects said."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from string import Template

import duckdb

from dmp.landing.identifiers import HASHED, key_text_sql
from dmp.landing.tables import PLACE
from dmp.settings import DmpError

IDENTIFIER_COLUMNS = (
    "identifier_key BIGINT, namespace VARCHAR, identifier_type VARCHAR, identifier_text VARCHAR"
)
TABLES = {
    "identifiers": IDENTIFIER_COLUMNS,
    "rejects": f"{PLACE}, source_line BIGINT, content_hash VARCHAR, content BLOB",
}
BEGIN_IDENTIFIERS = f"CREATE OR REPLACE TEMP TABLE new_identifiers ({IDENTIFIER_COLUMNS})"
KEEP_IDENTIFIERS = """
INSERT INTO new_identifiers
SELECT DISTINCT identifier_key, namespace, identifier_type, identifier_text
FROM batch_identifiers
WHERE identifier_key IS NOT NULL
"""
ADD_IDENTIFIERS = """
INSERT INTO identifiers
SELECT identifier_key, namespace, min(identifier_type), identifier_text
FROM new_identifiers ANTI JOIN identifiers USING (identifier_key, namespace, identifier_text)
GROUP BY ALL
ORDER BY identifier_key
"""
# A text and its hash are one identifier.
COLLISION = Template("""
SELECT identifier_key
FROM identifiers SEMI JOIN new_identifiers USING (identifier_key)
GROUP BY identifier_key
HAVING count(DISTINCT (namespace, $key_text)) > 1
LIMIT 1
""").substitute(
    key_text=key_text_sql("identifier_type", "identifier_text", f"starts_with(identifier_text, '{HASHED}')")
)
ADD_REJECTS = """
INSERT INTO rejects
SELECT source, entity, landed_date, source_file, source_line, sha256(content), content
FROM new_rejects
ORDER BY landed_date, source_file, source_line
"""
REJECTED_CONTENTS = "SELECT DISTINCT content_hash, content FROM rejects WHERE list_contains(?, content_hash)"


def begin_identifiers(connection: duckdb.DuckDBPyConnection) -> None:
    """Make room for the identifiers of a load."""
    connection.execute(BEGIN_IDENTIFIERS)


def open_vault(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the vault; made readable by its owner alone."""
    is_new = not path.exists()
    vault = duckdb.connect(str(path))
    if is_new:
        path.chmod(0o600)
    for name, columns in TABLES.items():
        vault.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
    return vault


def write_vault(
    vault: duckdb.DuckDBPyConnection,
    connection: duckdb.DuckDBPyConnection,
    source: str,
    first: date,
    last: date,
) -> None:
    """Add the identifiers and replace the rejects of a source's range, from the load's temporary tables.

    Raises DmpError if two identifiers have one key (one chance in 10^5 at ten million identifiers).
    """
    vault.register("new_identifiers", connection.table("new_identifiers").to_arrow_table())
    vault.register("new_rejects", connection.table("new_rejects").to_arrow_table())
    vault.begin()
    vault.execute(ADD_IDENTIFIERS)
    if collision := vault.execute(COLLISION).fetchone():
        raise DmpError(f"two identifiers have the key {collision[0]}: choose another home key and rebuild")
    vault.execute(
        "DELETE FROM rejects WHERE source = $source AND landed_date BETWEEN $first AND $last",
        {"source": source, "first": first, "last": last},
    )
    vault.execute(ADD_REJECTS)
    vault.commit()


def rejected_texts(path: Path, content_hashes: list[str]) -> dict[str, str]:
    """Return the original text of rejects by content hash; bytes that are no UTF-8 are shown as escapes.

    Raises DmpError while a run writes to the vault.
    """
    try:
        with duckdb.connect(str(path), read_only=True) as vault:
            found = vault.execute(REJECTED_CONTENTS, [content_hashes]).fetchall()
    except duckdb.Error as error:
        raise DmpError(f"{path} cannot be read now (a run may be writing to it): try again later") from error
    return {content_hash: content.decode("utf-8", "backslashreplace") for content_hash, content in found}
