"""Local times that a change of clocks makes ambiguous: kept, read as `fields.timestamp_sql` states, and flagged."""

from __future__ import annotations

from dmp.landing.contract import Contract, Entity
from dmp.landing.fields import CLOCK, DATE, quoted

# By how much clocks are put back; Lord Howe Island's by half an hour.
CHANGES = ("1 HOUR", "30 MINUTE")


def ambiguous_time_sql(entity: Entity, contract: Contract) -> str:
    """Return SQL that is true where the event time is a local one that was skipped, or that came twice."""
    field = entity.fields.get(entity.event_time or "")
    zone = field and (field.time_zone or contract.time_zone)
    if (
        field is None
        or zone in (None, "UTC")
        or field.unit != "iso"
        or "%z" in (field.time_format or "").lower()
    ):
        return "false"
    text = f'trim("{entity.event_time}")'
    local = f"CASE WHEN regexp_full_match({text}, '{DATE}{CLOCK}') THEN TRY_CAST({text} AS TIMESTAMP) END"
    if field.time_format:
        local = f"try_strptime({text}, {quoted(field.time_format)})"
    happened = f"timezone({quoted(zone or '')}, {local})"
    told_twice = [
        f"timezone({quoted(zone or '')}, {happened} - INTERVAL {change}) = {local}" for change in CHANGES
    ]
    skipped = f"timezone({quoted(zone or '')}, {happened}) <> {local}"
    return f"coalesce({' OR '.join([skipped, *told_twice])}, false)"
