"""The raw stage: one asset per source and entity, loaded by landed day, and the account of every file."""

from collections.abc import Iterator

import dagster as dg

from dmp.defs.partitions import LANDED_DATES, ONE_RUN, landed_range
from dmp.defs.warehouse import Warehouse, table_metadata
from dmp.landing.contract import Contract, load_contracts
from dmp.landing.loading import load_landed_days
from dmp.landing.tables import create_raw_tables

CONTRACTS = load_contracts()


def _raw_assets(contract: Contract) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            f"{contract.source}__{entity}",
            description=f"Accepted {entity} of {contract.source}, one row per record.",
            kinds={"python", "duckdb"},
        )
        for entity in contract.entities
    ]

    @dg.multi_asset(
        name=f"raw__{contract.source}",
        group_name="raw",
        specs=specs,
        partitions_def=LANDED_DATES,
        backfill_policy=ONE_RUN,
    )
    def load(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
        first, last = landed_range(context)
        with warehouse.connect() as connection:
            create_raw_tables(connection, CONTRACTS)
            accounts = load_landed_days(
                connection,
                warehouse.home.vault,
                warehouse.home.landing,
                contract,
                first=first,
                last=last,
                key=warehouse.home.key(),
            )
            for entity in contract.entities:
                yield dg.MaterializeResult(
                    asset_key=f"{contract.source}__{entity}",
                    metadata={
                        **table_metadata(connection, "raw", f"{contract.source}__{entity}"),
                        "landed_files": sum(account.entity == entity for account in accounts),
                    },
                )

    return load


RAW_ASSETS = [_raw_assets(contract) for contract in CONTRACTS.values()]


@dg.multi_asset(
    name="accounts",
    group_name="raw",
    specs=[
        dg.AssetSpec(
            "landed_files",
            description="Where every line of every landed file went: one row per file.",
            deps=[spec.key for assets in RAW_ASSETS for spec in assets.specs],
            kinds={"duckdb"},
        ),
        dg.AssetSpec(
            "rejects",
            description="One row per rejected record, with its reason.",
            kinds={"duckdb"},
            deps=[spec.key for assets in RAW_ASSETS for spec in assets.specs],
        ),
    ],
)
def accounts(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Report the accounts that loading wrote, with their totals as numbers."""
    counts = [
        "record_count",
        "accepted_count",
        "duplicate_count",
        "conflict_count",
        "rejected_count",
        "suppressed_count",
    ]
    with warehouse.connect() as connection:
        totals = (
            connection.execute(
                f"SELECT {', '.join(f'coalesce(sum({count}), 0)::BIGINT' for count in counts)}, "
                "count(*) FILTER (is_refused) FROM raw.landed_files"
            ).fetchone()
            or ()
        )
        yield dg.MaterializeResult(
            asset_key="landed_files",
            metadata={
                **table_metadata(connection, "raw", "landed_files"),
                **dict(zip([*counts, "refused_file_count"], totals, strict=True)),
            },
        )
        yield dg.MaterializeResult(asset_key="rejects", metadata=table_metadata(connection, "raw", "rejects"))
