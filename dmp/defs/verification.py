"""The monthly question whether what grew a day at a time equals what a rebuild gives."""

from dataclasses import astuple, fields

import dagster as dg

from dmp.settings import Home


@dg.op
def compare_with_a_rebuild(context: dg.OpExecutionContext) -> None:
    """Make everything anew beside the home; fail where a published table differs."""
    from dmp.verifying import ComparedTable, verify

    compared = verify(Home.at())
    columns = [field.name for field in fields(ComparedTable)]
    records = [dg.TableRecord(dict(zip(columns, astuple(table), strict=True))) for table in compared]
    context.add_output_metadata({"tables": dg.MetadataValue.table(records)})
    if differing := [table.table for table in compared if not table.is_equal]:
        raise dg.Failure(f"tables that differ from a rebuild: {', '.join(differing)}")


@dg.job(
    description="Everything is made anew from the landing, beside the home, and compared with what is published."
)
def verification() -> None:
    """Compare the published build with a rebuild."""
    compare_with_a_rebuild()


monthly_verification = dg.ScheduleDefinition(
    name="monthly_verification",
    job=verification,
    cron_schedule="0 3 1 * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
