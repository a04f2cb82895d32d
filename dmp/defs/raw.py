"""The raw stage: one asset per source and entity, loaded by landed day, and the account of every file."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

import dagster as dg

from dmp.defs.partitions import LANDED_DATES, ONE_RUN, landed_range, materialized, run_range
from dmp.defs.warehouse import Warehouse, table_metadata
from dmp.defs.work import working
from dmp.landing.contract import Contract, load_contracts
from dmp.landing.loading import load_landed_days
from dmp.landing.strays import account_for_strays, unaccounted_files
from dmp.landing.tables import create_raw_tables
from dmp.landing.volumes import find_volumes, unusual_volumes
from dmp.privacy.receipts import retired_hashes, suppressed_keys

CONTRACTS = load_contracts()
TOTALS = """
SELECT
    coalesce(sum(physical_line_count), 0) AS physical_line_count,
    coalesce(sum(header_line_count), 0) AS header_line_count,
    coalesce(sum(continuation_line_count), 0) AS continuation_line_count,
    coalesce(sum(blank_line_count), 0) AS blank_line_count,
    coalesce(sum(record_count), 0) AS record_count,
    coalesce(sum(accepted_count), 0) AS accepted_count,
    coalesce(sum(duplicate_count), 0) AS duplicate_count,
    coalesce(sum(conflict_count), 0) AS conflict_count,
    coalesce(sum(rejected_count), 0) AS rejected_count,
    coalesce(sum(suppressed_count), 0) AS suppressed_count,
    count(*) FILTER (is_refused) AS refused_file_count
FROM raw.landed_files
"""
DRIFT = """
SELECT source_file, column_name, kind FROM raw.schema_drift
WHERE landed_date BETWEEN ? AND ?
ORDER BY landed_date, source_file, column_name
"""


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
            with working("loading"):
                accounts = load_landed_days(
                    connection,
                    warehouse.home.vault,
                    warehouse.home.landing,
                    contract,
                    first=first,
                    last=last,
                    key=warehouse.home.key(),
                    suppressed=suppressed_keys(warehouse.home),
                    retired=retired_hashes(warehouse.home),
                )
            for entity in contract.entities:
                table = f"{contract.source}__{entity}"
                file_count = sum(account.entity == entity for account in accounts)
                metadata = {**table_metadata(connection, "raw", table), "landed_files": file_count}
                yield materialized(context, table, metadata)

    return load


RAW_ASSETS = [_raw_assets(contract) for contract in CONTRACTS.values()]


def raw_keys(sources: Iterable[str]) -> set[dg.AssetKey]:
    """Return the raw tables of some sources."""
    return {
        dg.AssetKey(f"{source}__{entity}")
        for source in sources
        if source in CONTRACTS
        for entity in CONTRACTS[source].entities
    }


# Tables about all landed files, with what each says of one row.
ACCOUNTS = {
    "landed_files": "Where every line of every landed file went: one row per file.",
    "rejects": "One row per rejected record, with its reason.",
    "schema_drift": "One row per file and column that is new, missing or of another type than before.",
    "personal_data": "One row per file and column whose texts look like e-mail addresses, phone or card numbers.",
    "landed_volumes": "How many records landed beside what is usual: one row per source, entity and day.",
}


@dg.multi_asset(
    name="accounts",
    group_name="raw",
    specs=[
        dg.AssetSpec(
            table,
            description=description,
            deps=[spec.key for assets in RAW_ASSETS for spec in assets.specs],
            kinds={"duckdb"},
        )
        for table, description in ACCOUNTS.items()
    ],
)
def accounts(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Add the accounts of strays to those that loading wrote, and judge volumes; report the totals as numbers."""
    with warehouse.connect() as connection:
        account_for_strays(connection, warehouse.home.landing)
        find_volumes(connection, CONTRACTS)
        totals = connection.execute(TOTALS).df().iloc[0]
        yield dg.MaterializeResult(
            asset_key="landed_files",
            metadata={
                **table_metadata(connection, "raw", "landed_files"),
                **{str(name): int(total) for name, total in totals.items()},
            },
        )
        for table in ACCOUNTS.keys() - {"landed_files"}:
            yield dg.MaterializeResult(asset_key=table, metadata=table_metadata(connection, "raw", table))


@dg.asset_check(
    asset="landed_files",
    description="No file of the run's landed days, and no stray, is without an account.",
    blocking=True,
)
def every_file_has_an_account(
    context: dg.AssetCheckExecutionContext, warehouse: Warehouse
) -> dg.AssetCheckResult:
    """Compare the landing folder with the accounts; a file that came after the run began is the next one's."""
    first, last = run_range(context.run) or (date.min, date.max)
    with warehouse.connect() as connection:
        missing = unaccounted_files(
            connection, warehouse.home.landing, first, last, before=warehouse.begun_at
        )
    return dg.AssetCheckResult(
        passed=not missing, metadata={"unaccounted_files": len(missing), "first": ", ".join(missing[:5])}
    )


@dg.asset_check(
    asset="schema_drift", description="No column of the run's landed days is new, missing or of another type."
)
def no_drift(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> dg.AssetCheckResult:
    """Warn of drift; a contract whose rule is `stop` has stopped the run before."""
    first, last = run_range(context.run) or (date.min, date.max)
    with warehouse.connect() as connection:
        found = connection.execute(DRIFT, [first, last]).fetchall()
    counts = Counter(kind for _, _, kind in found)
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            **{f"{kind}_columns": counts[kind] for kind in ("new", "missing", "retyped")},
            "first": "; ".join(f"{file}: '{column}' is {kind}" for file, column, kind in found[:5]),
        },
    )


@dg.asset_check(
    asset="landed_files",
    description="The run's landed days hold about as many records as the days before; a contract says what else.",
    blocking=True,
)
def usual_volume(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> dg.AssetCheckResult:
    """Warn of a day with far fewer or far more records than usual; stop where the contract's rule is `stop`."""
    first, last = run_range(context.run) or (date.min, date.max)
    with warehouse.connect() as connection:
        found = unusual_volumes(connection, first, last)
    is_stopped = any(rule == "stop" for *_, rule in found)
    said = [
        f"{source} {entity} of {day}: {count} records, usual are {usual}"
        for source, entity, day, count, usual, _ in found
    ]
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.ERROR if is_stopped else dg.AssetCheckSeverity.WARN,
        metadata={"unusual_days": len(found), "first": "; ".join(said[:5])},
    )
