from datetime import date

from dmp.list_evaluation import ListEvaluation
from dmp.recommendations.cuts import ranking_cuts, weekly_cut


def test_the_weekly_cut_is_the_last_sunday_of_the_log() -> None:
    assert weekly_cut(date(2024, 1, 1), date(2024, 4, 10)) == date(2024, 4, 7)
    assert weekly_cut(date(2024, 1, 1), date(2024, 4, 7)) == date(2024, 4, 7)
    assert weekly_cut(date(2024, 4, 8), date(2024, 4, 10)) == date(2024, 4, 10)


def test_outcomes_of_training_cuts_end_by_the_evaluation_cut() -> None:
    cuts = ranking_cuts(date(2024, 1, 1), 400, date(2025, 2, 2))
    assert cuts.window_days == 30
    assert cuts.window_end(cuts.evaluation) == date(2025, 2, 2)
    assert len(cuts.training) == 3
    assert cuts.window_end(cuts.training[-1]) == cuts.evaluation


def test_a_short_log_has_short_windows_and_no_cut_without_history() -> None:
    cuts = ranking_cuts(date(2024, 1, 1), 9, date(2024, 1, 9))
    assert (cuts.window_days, cuts.evaluation) == (1, date(2024, 1, 8))
    assert ranking_cuts(date(2024, 1, 1), 2, date(2024, 1, 2)).training == ()


def test_an_owner_may_choose_the_window_and_until_when_is_learned() -> None:
    chosen = ListEvaluation(window_days=1, learning_gap_days=2)
    cuts = ranking_cuts(date(2024, 1, 1), 400, date(2024, 4, 7), chosen=chosen)
    assert (cuts.evaluation, cuts.window_days, cuts.gap_days) == (date(2024, 4, 6), 1, 2)
    assert cuts.training == (date(2024, 4, 1), date(2024, 4, 2), date(2024, 4, 3))
    assert cuts.window_end(cuts.training[-1]) == date(2024, 4, 4)


def test_a_back_test_may_name_its_cut() -> None:
    assert ranking_cuts(date(2024, 1, 1), 100, date(2024, 4, 7), date(2024, 3, 1)).evaluation == date(
        2024, 3, 1
    )
