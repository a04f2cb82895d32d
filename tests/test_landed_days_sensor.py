"""The sensor that looks at the landing: when it asks for a run, of what, and why it asks for none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import dagster as dg
import pytest

from dmp.definitions import defs
from dmp.defs.instance import open_instance
from dmp.defs.partitions import register
from dmp.defs.schedules import landed_days_sensor, run_tags
from dmp.landing.days import landed_days
from dmp.pending import pending_days
from dmp.settings import Home


@pytest.fixture
def instance(shop_home_copy: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DMP_HOME", str(shop_home_copy.root))
    with open_instance(shop_home_copy) as opened:
        yield opened


def evaluate(instance: dg.DagsterInstance) -> dg.RunRequest | str:
    """Return the run that the sensor asks for, or why it asks for none."""
    result = landed_days_sensor(dg.build_sensor_context(instance=instance))
    return result if isinstance(result, dg.RunRequest) else str(result.skip_message)


def land_one_more_day(home: Home) -> None:
    days = sorted((home.landing / "shop").iterdir())
    shutil.copytree(days[-1], days[-1].with_name("2099-01-01"))


def test_the_sensor_starts_nothing_while_nothing_has_landed(instance: dg.DagsterInstance) -> None:
    assert evaluate(instance) == "nothing has landed or been changed since the published build"


def test_the_sensor_notices_segments_of_the_home(instance: dg.DagsterInstance, shop_home_copy: Home) -> None:
    shop_home_copy.segments.mkdir(exist_ok=True)
    (shop_home_copy.segments / "mine.yaml").write_text("id: mine")
    request = evaluate(instance)
    assert isinstance(request, dg.RunRequest)
    first, last = (request.tags[f"dagster/asset_partition_range_{end}"] for end in ("start", "end"))
    assert first == last == str(max(landed_days(shop_home_copy.landing)))


@pytest.mark.parametrize(
    ("path", "text"), [("tag_packs/mine.yaml", "tags: {}"), ("settings.yaml", "list_length: 9")]
)
def test_the_sensor_notices_tags_and_settings_of_the_home(
    instance: dg.DagsterInstance, shop_home_copy: Home, path: str, text: str
) -> None:
    file = shop_home_copy.root / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    request = evaluate(instance)
    assert isinstance(request, dg.RunRequest)
    assert request.tags["dmp/rebuild"] == "true"


def test_the_sensor_says_what_is_wrong_with_the_settings(
    instance: dg.DagsterInstance, shop_home_copy: Home
) -> None:
    (shop_home_copy.root / "settings.yaml").write_text("threads: many")
    assert "threads" in str(evaluate(instance))


def test_the_sensor_asks_for_the_days_that_landed(instance: dg.DagsterInstance, shop_home_copy: Home) -> None:
    land_one_more_day(shop_home_copy)
    request = evaluate(instance)
    assert isinstance(request, dg.RunRequest)
    assert request.tags == {
        "dagster/asset_partition_range_start": "2099-01-01",
        "dagster/asset_partition_range_end": "2099-01-01",
        "dmp/rebuild": "false",
    }
    assert instance.get_dynamic_partitions("landed_date")[-1] == "2099-01-01"
    made = {key.to_user_string() for key in request.asset_selection or ()}
    assert "shop__events" in made
    assert "published" in made
    assert "online_retail__lines" not in made, "a source that never landed here has no days to load"


def test_the_sensor_waits_for_a_daily_run_that_is_queued_or_under_way(
    instance: dg.DagsterInstance, shop_home_copy: Home
) -> None:
    land_one_more_day(shop_home_copy)
    pending = pending_days(shop_home_copy)
    assert pending
    register(instance, pending.days)
    instance.create_run_for_job(defs.resolve_job_def("daily"), tags=run_tags(pending))
    assert evaluate(instance) == "a daily run is queued or under way"
