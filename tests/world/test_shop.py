"""The shop's landing files: same bytes for the same seed, the raw shapes, dates."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from dmp.settings import DmpError
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

KEYS = {
    "events": "event_id event_type occurred_at anonymous_id user_id device_id device_type os user_agent ip"
    " channel campaign_id page_url item_id query position",
    "orders": "order_id user_id anonymous_id device_id device_type channel ordered_at currency coupon_code"
    " shipping_amount lines",
    "refunds": "refund_id order_id line_number user_id item_id quantity amount refunded_at reason",
    "items": "item_id name category_path brand price_amount cost_amount stock_quantity min_age"
    " blocked_regions is_consumable updated_at",
    "customers": "user_id email phone gender birth_year region city occupation education"
    " marital_status income_band children_count registered_at updated_at",
    "reviews": "review_id user_id item_id order_id rating text reviewed_at",
    "exposures": "exposure_id campaign_id user_id channel is_holdout exposed_at cost_amount",
    "coupons": "offer_id user_id coupon_code discount_percent offered_at expires_at",
    "consents": "consent_id user_id purpose is_granted consented_at",
    "referrals": "referral_id user_id referrer_id referred_at",
}
IDS = {entity: keys.split()[0] for entity, keys in KEYS.items() if entity not in ("items", "customers")}


def tree_hash(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_world(tmp_path: Path) -> None:
    hashes = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        root = tmp_path / name
        write_world(root / "landing", root / "truth", people=60, days=20, seed=seed, dirt=Dirt.light())
        hashes.append(tree_hash(root))
    assert hashes[0] == hashes[1]
    assert hashes[0] != hashes[2]


@pytest.mark.parametrize("entity", KEYS)
def test_records_have_exactly_the_declared_fields(clean, entity: str) -> None:
    table = clean.read(entity)
    assert list(table.columns)[:-2] == KEYS[entity].split()
    assert len(table) == clean.summary.row_counts[entity]


@pytest.mark.parametrize("entity", IDS)
def test_ids_are_unique(clean, entity: str) -> None:
    assert clean.read(entity)[IDS[entity]].is_unique


@pytest.mark.parametrize("entity", KEYS)
def test_clean_records_land_on_the_day_they_happened(clean, entity: str) -> None:
    table = clean.read(entity)
    on_time = table["at"].dt.strftime("%Y-%m-%d") == table["landed_date"]
    if entity == "customers":
        on_time |= table["landed_date"] == str(clean.summary.first_date)
    assert on_time.all()


def test_every_day_has_files_and_none_is_unfinished(clean) -> None:
    days = sorted(path.name for path in (clean.landing / "shop").iterdir())
    assert days == [
        str(day.date()) for day in pd.date_range(clean.summary.first_date, clean.summary.last_date)
    ]
    assert not list(clean.landing.rglob(".*"))


def test_times_are_utc_with_milliseconds_and_money_has_two_decimals(clean) -> None:
    assert clean.read("events")["occurred_at"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z").all()
    assert clean.read("items")["price_amount"].str.fullmatch(r"\d+\.\d\d").all()
    line = clean.lines(clean.files("orders")[0])[0].decode()
    assert line.split('"shipping_amount":')[1].split(",")[0] in {"0.00", "8.00"}


def test_a_login_shows_only_from_the_login_event_on(clean) -> None:
    events = clean.read("events")
    assert events.loc[events["event_type"] == "login", ["user_id", "anonymous_id"]].notna().all(axis=None)
    assert events["user_id"].isna().mean() > 0.2
    assert events["user_id"].notna().mean() > 0.2


def test_a_tiny_world_and_a_world_of_one_day_are_written(tmp_path: Path) -> None:
    tiny = write_world(tmp_path / "a", tmp_path / "ta", people=30, days=10, dirt=Dirt.light())
    assert (tmp_path / "a" / "shop" / "2026-06-28").is_dir()
    assert tiny.events > 0
    one = write_world(tmp_path / "b", tmp_path / "tb", people=1, days=1, last_date=date(2026, 1, 1))
    assert one.first_date == one.last_date


def test_a_landing_folder_in_use_is_left_alone(clean, tmp_path: Path) -> None:
    with pytest.raises(DmpError, match="never edited"):
        write_world(clean.landing, tmp_path, people=10, days=2)
    with pytest.raises(DmpError, match="at least one person"):
        write_world(tmp_path / "new", tmp_path / "truth", people=0, days=2)
