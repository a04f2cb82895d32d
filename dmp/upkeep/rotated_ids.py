"""Old and new ids of identifiers and people when a home gets another key."""

from __future__ import annotations

from pathlib import Path
from string import Template

import duckdb

from dmp.landing.identifiers import HASHED, identifier_key_sql, key_text_sql
from dmp.privacy.person import open_home
from dmp.publish import quoted
from dmp.settings import DmpError, Home

KEY_TEXT = key_text_sql("identifier_type", "identifier_text", f"starts_with(identifier_text, '{HASHED}')")
KEY_OF_TEXT = identifier_key_sql("namespace", KEY_TEXT)
OUTSIDE = Template("lower(lpad(to_hex($key), 16, '0'))")
IDENTIFIERS = Template("""
SELECT DISTINCT $old AS old_identifier_id, $new AS new_identifier_id, people.user_id AS old_user_id
FROM keyed LEFT JOIN warehouse.profiles.identity_map AS people USING (identifier_key)
ORDER BY ALL
""").substitute(
    old=OUTSIDE.substitute(key="keyed.identifier_key"), new=OUTSIDE.substitute(key="keyed.new_identifier_key")
)
# Who is in the old map and in the new one has the same identifiers in both.
USER_IDS = """
SELECT DISTINCT identifiers.old_user_id, people.user_id AS new_user_id
FROM read_parquet(?) AS identifiers
INNER JOIN warehouse.profiles.identity_map AS people ON people.identifier_id = identifiers.new_identifier_id
WHERE identifiers.old_user_id IS NOT NULL
ORDER BY ALL
"""
SPLIT = """
(SELECT old_user_id FROM user_ids GROUP BY ALL HAVING count(*) > 1)
UNION ALL (SELECT new_user_id FROM user_ids GROUP BY ALL HAVING count(*) > 1)
LIMIT 1
"""
DECISIONS = "identity_decisions"


def write_identifiers(home: Home, new_key: bytes, path: Path) -> None:
    """Write each identifier's old and new id and its person's old id, from the vault's texts.

    Raises DmpError where a text does not give the key that it has under the present key: it would be lost.
    """
    connection = open_home(home)
    try:
        keyed = f"SELECT *, {KEY_OF_TEXT} AS made_key FROM vault.identifiers"  # noqa: S608
        connection.execute(f"CREATE TEMP TABLE present AS {keyed}", {"key": home.key()})
        [[differing]] = connection.execute(
            "SELECT count(*) FROM present WHERE made_key <> identifier_key"
        ).fetchall()
        if differing:
            raise DmpError(
                f"{differing} texts of {home.vault} do not give their keys: `dmp run --rebuild` makes it anew"
            )
        again = f"SELECT *, {KEY_OF_TEXT} AS new_identifier_key FROM vault.identifiers"  # noqa: S608
        connection.execute(f"CREATE TEMP TABLE keyed AS {again}", {"key": new_key})
        connection.execute(f"COPY ({IDENTIFIERS}) TO '{quoted(path)}' (FORMAT parquet)")
    finally:
        connection.close()


def rename_in_decisions(home: Home, identifiers: Path) -> bool:
    """Write the landed decisions about people under new ids; return whether any had old ones.

    The one thing that lands under ids made with the key. A file is rewritten whole; renamed ones stay as they are.
    """
    files = sorted((home.landing / DECISIONS).glob("*/decisions.*.jsonl"))
    if not files:
        return False
    with duckdb.connect() as connection:
        pairs = connection.execute(
            "SELECT old_identifier_id, new_identifier_id FROM read_parquet(?)", [str(identifiers)]
        ).fetchall()
    new_ids = dict(pairs)
    is_renamed = False
    for path in files:
        words = path.read_text(encoding="utf-8").split('"')
        if any(word in new_ids for word in words):
            unfinished = path.with_name(f".{path.name}")
            unfinished.write_text('"'.join(new_ids.get(word, word) for word in words), encoding="utf-8")
            unfinished.replace(path)
            is_renamed = True
    return is_renamed


def write_user_ids(home: Home, identifiers: Path, fingerprint: str) -> Path:
    """Write old and new id of every person into the home's exports, where an erasure finds it; return the file.

    Raises DmpError where two people became one or one became two.
    """
    connection = open_home(home)
    try:
        connection.execute(f"CREATE TEMP TABLE user_ids AS {USER_IDS}", [str(identifiers)])
        if connection.execute(SPLIT).fetchone():
            raise DmpError(
                "the rebuild joined other identifiers than before: repeat the rotation, and report it"
            )
        home.exports.mkdir(exist_ok=True)
        path = home.exports / f"user_ids_{fingerprint}.csv"
        unfinished = path.with_name(f".{path.name}")
        connection.execute(
            f"COPY (FROM user_ids ORDER BY ALL) TO '{quoted(unfinished)}' (FORMAT csv, HEADER)"
        )
        unfinished.chmod(0o600)
        unfinished.replace(path)
        return path
    finally:
        connection.close()
