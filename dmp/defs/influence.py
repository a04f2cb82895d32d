"""Who is heard, as an asset: it reads ties between people and writes their ranks."""

from collections.abc import Iterator

import dagster as dg

from dmp.defs.learning import served_day
from dmp.defs.warehouse import Warehouse
from dmp.defs.work import working


@dg.multi_asset(
    name="influence",
    group_name="segments",
    specs=[
        dg.AssetSpec(
            "user_influence",
            description="One row per person who reached somebody or was reached: how far they are heard.",
            deps=["user_social_ties", "identity_map_history", "user_profiles"],
            kinds={"python", "networkx"},
        )
    ],
)
def influence(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Rank people by who came or was told on their word."""
    from dmp.segments.influence import influence_table, read_ties

    with working("learning"), warehouse.connect() as connection:
        day = served_day(connection)
        profiles = connection.execute("SELECT user_key, user_id FROM profiles.user_profiles").df()
        table = influence_table(read_ties(connection, day), profiles, day)
    yield from warehouse.replace("segments", {"user_influence": table})
