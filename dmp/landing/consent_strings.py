"""Consent strings of IAB TCF in a load: the SQL function that reads them; the format is in `dmp/privacy/tcf.py`."""

from __future__ import annotations

import duckdb

from dmp.landing.contract import Entity
from dmp.privacy.tcf import purposes_granted

FUNCTION = "tcf_purposes"


def with_consent_strings(connection: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """Teach a connection `tcf_purposes(text)` where an entity needs it: of each purpose whether it is granted."""
    if all(field.type != "tcf" for field in entity.fields.values()):
        return
    known = connection.execute(
        "SELECT 1 FROM duckdb_functions() WHERE function_name = ?", [FUNCTION]
    ).fetchone()
    if not known:
        connection.create_function(FUNCTION, purposes_granted, ["VARCHAR"], "MAP(VARCHAR, BOOLEAN)")
