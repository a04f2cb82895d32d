"""What a home may declare, and the one sentence that it gets where it may not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dmp.experiments.declaration import Experiments, read_experiments
from dmp.settings import Home, SettingsError

GOOD = """
holdout: {share: 0.1, since: 2026-01-01}
experiments:
  - name: new_ranker
    starts_on: 2026-05-01
    variants:
      - {name: control, share: 0.5, policy: popular}
      - {name: ranked, share: 0.5, policy: ranker}
"""
BAD = {
    "shares that are no whole": ("share: 0.5, policy: ranker", "share: 0.4, policy: ranker", "sum to 0.9, not to 1"),
    "an early end": ("starts_on: 2026-05-01", "starts_on: 2026-05-01\n    ends_on: 2026-04-30", "before it starts"),
    "two variants of one name": ("name: ranked", "name: control", "two variants are named 'control'"),
    "a variant named like the hold-out": ("name: ranked", "name: holdout", "people who are never treated"),
    "an unknown key": ("starts_on", "begins_on", "experiments.experiments.0"),
    "a hold-out of everybody": ("share: 0.1", "share: 0.9", "holdout.share"),
    "no mapping": (GOOD, "[1, 2]", "no YAML mapping"),
}  # fmt: skip


def home_with(folder: Path, text: str) -> Home:
    home = Home.at(folder)
    home.experiments.write_text(text)
    return home


def test_a_home_without_the_file_tries_nothing(tmp_path: Path) -> None:
    assert read_experiments(Home.at(tmp_path)) == Experiments()


def test_the_hold_out_is_judged_like_an_experiment_of_all_treatment(tmp_path: Path) -> None:
    declared = read_experiments(home_with(tmp_path, GOOD))
    assert [one.name for one in declared.begun(date(2026, 4, 30))] == ["holdout"]
    assert [one.name for one in declared.begun(date(2026, 5, 1))] == ["new_ranker", "holdout"]


@pytest.mark.parametrize("what", BAD)
def test_a_wrong_declaration_is_refused_in_one_sentence_that_names_the_file(
    tmp_path: Path, what: str
) -> None:
    old, new, said = BAD[what]
    with pytest.raises(SettingsError) as refused:
        read_experiments(home_with(tmp_path, GOOD.replace(old, new)))
    message = str(refused.value)
    assert "experiments.yaml: " in message or "experiments.yaml is" in message
    assert said in message or said.removeprefix("experiments.") in message
    assert "\n" not in message
