"""Sessions are the same whatever order and batches the days land in, and are what a walk along the events gives."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from session_runs import SessionRuns, as_known, expected, random_events

SEEDS = (1, 2)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> SessionRuns:
    return SessionRuns.compiled(tmp_path_factory.mktemp("sessions"))


def random_batches(rng: np.random.Generator, days: list[date]) -> list[list[date]]:
    """Cut the days into runs, then run all from a random one again."""
    cuts = np.sort(rng.choice(np.arange(1, len(days)), 3, replace=False))
    batches = [days[first:last] for first, last in zip([0, *cuts], [*cuts, len(days)], strict=True)]
    return [*batches, days[rng.integers(1, len(days)) :]]


@pytest.mark.parametrize("seed", SEEDS)
def test_sessions_as_known_on_each_day_are_what_a_walk_along_the_events_gives(
    runs: SessionRuns, seed: int
) -> None:
    events = random_events(seed)
    days = sorted(set(events["landed_date"]))
    rows = runs.after(events, [days])
    for day in days[::3]:
        assert as_known(rows, day) == expected(events, day)


@pytest.mark.parametrize("seed", SEEDS)
def test_days_one_by_one_in_random_batches_and_again_give_the_rows_of_all_at_once(
    runs: SessionRuns, seed: int
) -> None:
    events = random_events(seed)
    days = sorted(set(events["landed_date"]))
    at_once = runs.after(events, [days])
    assert runs.after(events.sample(frac=1, random_state=seed), [[day] for day in days]) == at_once
    assert runs.after(events, random_batches(np.random.default_rng(seed), days)) == at_once


def test_dbt_forgets_and_replaces_what_these_runs_do(runs: SessionRuns) -> None:
    events = random_events(3, visits=12)
    days = sorted(set(events["landed_date"]))
    batches = [days[:9], days[9:], days[4:]]
    assert runs.after_dbt(events, batches) == runs.after(events, [days])


def test_a_late_event_before_a_long_session_moves_where_midnights_cut_it(runs: SessionRuns) -> None:
    first = date(2024, 3, 1)
    pings = (
        random_events(1)
        .head(6)
        .assign(
            session_id="s1",
            is_bot=False,
            event_type="page_ping",
            event_id=[f"e{number}" for number in range(6)],
            event_at=pd.date_range("2024-03-01 12:00", periods=6, tz="UTC"),
            event_date=[first + timedelta(days=number) for number in range(6)],
            landed_date=[date(2024, 3, 9), *[first + timedelta(days=number) for number in range(1, 6)]],
        )
    )
    rows = runs.after(pings, [[first + timedelta(days=number)] for number in range(9)])
    sizes = {
        day: [count for *_, count in as_known(rows, day)] for day in (date(2024, 3, 8), date(2024, 3, 9))
    }
    assert sizes == {date(2024, 3, 8): [4, 1], date(2024, 3, 9): [4, 1, 1]}
