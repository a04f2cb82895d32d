"""The ledger against the logs: who is who, who is gone, what exposures did."""

from __future__ import annotations

import numpy as np
import pandas as pd


def test_every_login_in_the_logs_belongs_to_exactly_one_person(clean) -> None:
    identities = clean.truth("identities")
    logins = identities[identities["identifier_type"] == "login"]
    assert logins["identifier"].is_unique
    for entity in ("events", "orders", "customers", "consents", "coupons", "exposures", "reviews"):
        assert set(clean.read(entity)["user_id"].dropna()) <= set(logins["identifier"])


def test_every_identifier_of_an_event_leads_to_one_and_the_same_person(clean) -> None:
    events = clean.read("events").dropna(subset=["user_id"])
    truth = clean.truth("identities")[["identifier", "person_id"]]
    owners = events.merge(truth, left_on="user_id", right_on="identifier")
    for column in ("anonymous_id", "device_id"):
        pairs = owners[[column, "person_id"]].drop_duplicates()
        known = pairs.merge(truth, left_on=[column, "person_id"], right_on=["identifier", "person_id"])
        assert len(known) == len(pairs)


def test_some_devices_and_cookies_are_shared_and_some_cookies_renewed(clean) -> None:
    identities = clean.truth("identities")
    shared = identities.groupby("identifier_type")["is_shared"].mean()
    assert 0 < shared["anonymous"] < 0.3
    assert shared["login"] == 0
    counts = identities["identifier_type"].value_counts()
    assert counts["anonymous"] > counts["device"]


def test_nobody_acts_from_the_moment_of_leaving_on(clean) -> None:
    people = clean.truth("people").set_index("person_id")
    identities = clean.truth("identities")
    owner = identities[identities["identifier_type"] == "login"].set_index("identifier")["person_id"]
    assert people["left_at"].notna().any()
    for entity in ("events", "orders", "refunds", "reviews", "customers", "consents", "exposures", "coupons"):
        table = clean.read(entity).dropna(subset=["user_id"])
        left = people["left_at"].reindex(table["user_id"].map(owner)).to_numpy()
        left = pd.Series(left).fillna(pd.Timestamp("2100-01-01", tz="UTC"))
        assert (table["at"].reset_index(drop=True) < left).all(), entity
    last_seen = identities.groupby("person_id")["last_date"].max()
    gone = people["left_at"].dropna().dt.date.reindex(last_seen.index).dropna()
    assert (last_seen.reindex(gone.index) < gone).all()


def test_about_a_fifth_of_the_people_never_register(clean) -> None:
    people = clean.truth("people")
    assert people["person_id"].is_unique
    assert 0.15 < people["user_id"].isna().mean() < 0.35
    assert (people["user_id"].notna() == people["registered_at"].notna()).all()


def test_hold_outs_never_have_effects_and_others_do(clean) -> None:
    effects = clean.truth("effects")
    held = effects[effects["is_holdout"]]
    assert 0.08 < len(held) / len(effects) < 0.25
    assert not held[["is_wish_started", "is_visit_caused"]].any(axis=None)
    assert (held[["wish_probability_added", "satisfaction_change", "purchase_probability_added"]] == 0).all(
        axis=None
    )
    assert effects["is_wish_started"].any()
    events = clean.read("events")
    called = events.loc[events["campaign_id"].notna() & events["user_id"].notna(), ["campaign_id", "user_id"]]
    both = called.drop_duplicates().merge(held[["campaign_id", "user_id"]].drop_duplicates())
    assert both.empty


def test_exposures_need_a_granted_consent_at_that_time(clean) -> None:
    consents = clean.read("consents").query("purpose == 'advertising'").sort_values("at")
    exposures = clean.read("exposures").sort_values("at")
    matched = pd.merge_asof(exposures, consents[["user_id", "at", "is_granted"]], on="at", by="user_id")
    before = matched["is_granted"].isna()
    assert matched.loc[~before, "is_granted"].astype(bool).all()
    assert (matched.loc[before, "landed_date"] == str(clean.summary.first_date)).all()


def test_refunds_and_reviews_refer_to_lines_of_earlier_orders(clean) -> None:
    orders = clean.read("orders")
    lines = orders.explode("lines", ignore_index=True)
    lines = pd.concat([lines.drop(columns="lines"), pd.json_normalize(lines["lines"])], axis=1)
    refunds = clean.read("refunds").merge(
        lines, on=["order_id", "line_number", "user_id", "item_id"], suffixes=("", "_bought")
    )
    assert len(refunds) == clean.summary.row_counts["refunds"]
    assert (refunds["at"] > refunds["at_bought"]).all()
    assert (refunds["quantity"] <= refunds["quantity_bought"]).all()
    assert np.allclose(refunds["amount"], refunds["quantity"] * refunds["price_amount"])
    reviews = clean.read("reviews").merge(lines, on=["order_id", "user_id", "item_id"])
    assert set(reviews["review_id"]) == set(clean.read("reviews")["review_id"])


def test_nobody_buys_what_is_not_for_them(clean) -> None:
    lines = clean.read("orders").explode("lines", ignore_index=True)
    lines["item_id"] = [line["item_id"] for line in lines["lines"]]
    items = clean.read("items").drop_duplicates("item_id")
    customers = clean.read("customers").drop_duplicates("user_id")[["user_id", "birth_year", "region"]]
    bought = lines.merge(items, on="item_id").merge(customers, on="user_id")
    adult = bought["landed_date_x"].str[:4].astype(int) - bought["birth_year"].astype(int) > 18
    assert (adult | (bought["min_age"] == "")).all()
    blocked = [
        region in regions.split("|")
        for region, regions in zip(bought["region"], bought["blocked_regions"], strict=True)
    ]
    assert not any(blocked)


def test_the_true_chances_agree_with_what_happened(clean) -> None:
    hazards = clean.truth("hazards")
    people = clean.truth("people")[["person_id", "user_id", "left_at"]]
    orders = clean.read("orders").merge(people, on="user_id")
    cuts = sorted(hazards["cut_date"].unique())[2:-5]
    expected, happened = 0.0, 0
    for cut in cuts:
        end = pd.Timestamp(cut, tz="UTC") + pd.Timedelta(days=1)
        now = hazards[hazards["cut_date"] == cut]
        coming = orders[(orders["at"] >= end) & (orders["at"] < end + pd.Timedelta(days=30))]
        expected += now["purchase_probability_30d"].sum()
        happened += now["person_id"].isin(coming["person_id"]).sum()
    assert 0.85 < happened / expected < 1.18
