"""Who of a segment may leave for a destination, and why the others may not: read from one published build."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from dmp.audiences.destinations import Destination
from dmp.landing.contract import PURPOSES
from dmp.publish import quoted
from dmp.published import Published
from dmp.settings import DmpError

SEGMENT = "SELECT * FROM segments WHERE segment_id::VARCHAR = ?"
MEMBERS = """
SELECT user_id, is_consented_advertising, members.* EXCLUDE (user_id)
FROM user_segments AS members INNER JOIN user_profiles USING (user_id)
WHERE members.segment_id::VARCHAR = ?
ORDER BY user_id
"""
# Keys leave as hexadecimal digits; the vault has them as numbers.
CONTACTS = """
SELECT identity_map.user_id, unhex(identity_map.identifier_id)::BIT::BIGINT AS identifier_key
FROM user_segments AS members INNER JOIN identity_map USING (user_id)
WHERE members.segment_id::VARCHAR = ? AND list_contains(?, identity_map.identifier_type)
"""
TEXTS = """
SELECT contacts.user_id, kept.identifier_type, kept.identifier_text
FROM contacts INNER JOIN vault.identifiers AS kept USING (identifier_key)
ORDER BY ALL
"""


@dataclass
class Members:
    """A segment's people as published.

    segment: its row of `segments`. rows: those who may leave, of user_segments. withheld: how many may not, by reason.
    """

    segment: dict[str, Any]
    rows: list[dict[str, Any]]
    withheld: dict[str, int] = field(default_factory=dict)

    @property
    def purpose(self) -> str:
        """What the segment itself is for."""
        purpose = self.segment.get("purpose", "analytics")
        return purpose if purpose in PURPOSES else "analytics"

    def keep(self, is_kept: dict[str, Any], reason: str) -> None:
        """Withhold whoever is not among the user ids `is_kept`."""
        kept = [row for row in self.rows if row["user_id"] in is_kept]
        if len(kept) < len(self.rows):
            self.withheld[reason] = len(self.rows) - len(kept)
        self.rows = kept


def read_members(build: Published, segment_id: str, destination: Destination) -> Members:
    """Return who may leave. Raises DmpError where the build has no such segment.

    Whoever withholds the segment's own purpose is in no build; an advertiser's file needs consent to advertising too.
    """
    found = build.rows("segments", SEGMENT, segment_id)
    if not found:
        known = [
            str(row["segment_id"]) for row in build.rows("segments", "FROM segments ORDER BY segment_id")
        ]
        raise DmpError(
            f"'{segment_id[:60]}' is no segment of build {build.build['build_id']}: "
            f"there are {', '.join(known) or 'none'}"
        )
    members = Members(found[0], build.rows("user_segments", MEMBERS, segment_id))
    if absent := found[0]["person_count"] - len(members.rows):
        members.withheld[f"no_consent_to_{members.purpose}"] = absent
    if destination.is_advertising:
        consented = {row["user_id"]: True for row in members.rows if row["is_consented_advertising"]}
        members.keep(consented, "no_consent_to_advertising")
    return members


def read_contacts(
    build: Published, vault: Path, segment_id: str, destination: Destination
) -> dict[str, dict[str, list[str]]]:
    """Return the contacts of a segment's members in clear: texts by user id and type of identifier.

    Raises DmpError while a run writes to the vault.
    """
    found = build.connection.sql(CONTACTS, params=[segment_id, list(destination.columns)]).to_arrow_table()
    contacts: dict[str, dict[str, list[str]]] = {}
    try:
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH '{quoted(vault)}' AS vault (READ_ONLY)")
            connection.register("contacts", found)
            for user_id, identifier_type, text in connection.execute(TEXTS).fetchall():
                contacts.setdefault(user_id, {}).setdefault(identifier_type, []).append(text)
    except duckdb.IOException as error:
        raise DmpError(f"{vault} cannot be read now (a run may be writing to it): try again later") from error
    return contacts
