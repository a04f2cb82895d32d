"""Who is in which variant: the same for ever, by the shares, and independent of everything else that is tried."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from dmp.experiments.assignment import draws, experiment_assignments, held_out, variants
from dmp.experiments.declaration import Experiment, Experiments, Holdout, Variant

KEY = b"a key of the tests"
PEOPLE = np.random.default_rng(1).integers(-(2**63), 2**63 - 1, 20_000)
DAY = date(2026, 6, 28)


def experiment(name: str, *shares: float, salt: str = "") -> Experiment:
    parts = tuple(Variant(name=f"v{place}", share=share) for place, share in enumerate(shares))
    return Experiment(name=name, starts_on=date(2026, 6, 1), salt=salt, variants=parts)


def test_the_same_person_key_and_name_always_draw_the_same_number() -> None:
    # Written down: another version of the code may not move people.
    assert draws(KEY, "any", [1, -1]).round(6).tolist() == [0.261648, 0.575642]
    assert (draws(b"another", "any", [1, -1]) != draws(KEY, "any", [1, -1])).all()


def test_variants_get_their_shares() -> None:
    places = variants(KEY, experiment("one", 0.2, 0.3, 0.5), PEOPLE)
    shares = np.bincount(places) / len(PEOPLE)
    # Three standard errors of the largest share.
    assert shares == pytest.approx([0.2, 0.3, 0.5], abs=3 * np.sqrt(0.25 / len(PEOPLE)))


@pytest.mark.parametrize("other", [experiment("two", 0.5, 0.5), experiment("one", 0.5, 0.5, salt="again")])
def test_another_experiment_or_salt_divides_people_independently(other: Experiment) -> None:
    one = variants(KEY, experiment("one", 0.5, 0.5), PEOPLE)
    assert abs(np.corrcoef(one, variants(KEY, other, PEOPLE))[0, 1]) < 3 / np.sqrt(len(PEOPLE))


def test_people_stay_held_out_when_experiments_come_and_go_and_when_the_share_grows() -> None:
    small, large = (Holdout(share=share, since=DAY) for share in (0.05, 0.1))
    before = experiment_assignments(PEOPLE, Experiments(holdout=small), KEY, DAY)
    busy = Experiments(holdout=small, experiments=(experiment("one", 0.5, 0.5), experiment("two", 0.9, 0.1)))
    after = experiment_assignments(PEOPLE, busy, KEY, DAY)
    held = set(before.loc[before["is_held_out"], "user_key"])
    assert held == set(after.loc[after["variant"] == "holdout", "user_key"])
    assert held < set(PEOPLE[held_out(KEY, large, PEOPLE)])
    assert len(held) == pytest.approx(0.05 * len(PEOPLE), rel=0.15)


def test_held_out_people_are_in_no_variant_and_get_no_policy() -> None:
    parts = (Variant(name="a", share=0.5, policy="popular"), Variant(name="b", share=0.5, policy="ranker"))
    declared = Experiments(
        holdout=Holdout(share=0.3, since=DAY),
        experiments=(Experiment(name="one", starts_on=DAY, variants=parts),),
    )
    table = experiment_assignments(PEOPLE[:1000], declared, KEY, DAY).query("experiment == 'one'")
    held = table[table["is_held_out"]]
    assert set(held["variant"]) == {"holdout"}
    assert held["policy"].isna().all()
    assert set(table.loc[~table["is_held_out"], "policy"]) == {"popular", "ranker"}


def test_an_experiment_that_has_not_begun_has_nobody() -> None:
    table = experiment_assignments(
        PEOPLE, Experiments(experiments=(experiment("one", 0.5, 0.5),)), KEY, date(2026, 5, 31)
    )
    assert table.empty


def test_the_policy_of_the_hold_out_is_that_of_its_people_alone():
    declared = Experiments(holdout=Holdout(share=0.3, since=DAY, policy="popular"))
    table = experiment_assignments(PEOPLE, declared, KEY, DAY)
    assert set(table.loc[table["is_held_out"], "policy"]) == {"popular"}
    assert table.loc[~table["is_held_out"], "policy"].isna().all()
