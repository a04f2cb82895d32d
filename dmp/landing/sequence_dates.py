"""The declared dates of a history that knows the order of records and no times."""

from __future__ import annotations

from string import Template

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dmp.landing.blocks import Block
from dmp.landing.contract import Entity
from dmp.landing.fields import quoted, quoted_name
from dmp.landing.order_only import OrderOnly
from dmp.landing.parsing import parse_statements

DATES = Template("""
SELECT
    source_line,
    CASE WHEN $is_named THEN
        DATE '$last_date' + 1
        - row_number() OVER (PARTITION BY $within ORDER BY $place source_line DESC)::INTEGER
        - $days_before
    END AS day
FROM sequences
ORDER BY source_line
""")


def sequence_dates(
    blocks: list[Block], entity: Entity, order: OrderOnly
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.datetime64]]:
    """Return each record's line and declared date; none where a record names no sequence.

    Within a sequence, records are in the order of the entity's `position`, then of their lines.
    """
    with duckdb.connect() as connection:
        columns = ", ".join(map(quoted_name, [*order.field_names, *_position(entity)]))
        for number, block in enumerate(blocks):
            file_number = pa.array(np.zeros(len(block.records), np.int32))
            connection.register("records", block.records.append_column("file_number", file_number))
            for statement in parse_statements(entity):
                connection.execute(statement)
            into = "INSERT INTO sequences" if number else "CREATE TEMP TABLE sequences AS"
            connection.execute(f"{into} SELECT source_line, {columns} FROM parsed")  # noqa: S608 - validated names
        dated = connection.sql(_dates_sql(entity, order)).to_arrow_table()
    return dated["source_line"].to_numpy(), dated["day"].to_numpy().astype("datetime64[D]")


def _position(entity: Entity) -> list[str]:
    return [entity.position] if entity.position else []


def _dates_sql(entity: Entity, order: OrderOnly) -> str:
    earlier = [
        f"coalesce({quoted_name(name)} IN ({', '.join(map(quoted, values))}), false)::INTEGER"
        for name, values in order.day_before.items()
    ]
    within = [quoted_name(name) for name in order.within]
    return DATES.substitute(
        is_named=" AND ".join(f"{name} IS NOT NULL" for name in within),
        last_date=order.last_date.isoformat(),
        within=", ".join(within),
        place="".join(f"try_cast({quoted_name(name)} AS BIGINT) DESC, " for name in _position(entity)),
        days_before=f"greatest({', '.join(earlier)})" if earlier else "0",
    )
