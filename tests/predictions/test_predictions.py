import shutil
from datetime import date, timedelta

import pandas as pd
import pytest

from dmp.predictions.facts import read_metrics_history, read_purchases
from dmp.predictions.predictions import predict_all
from dmp.predictions.tables import TABLES
from dmp.predictions.targets import TARGETS
from dmp.settings import DmpError, Home, Settings

AS_OF = date(2024, 4, 30)


def model_bytes(home: Home) -> dict[str, bytes]:
    files = (path for path in home.models.rglob("*") if path.is_file())
    return {str(path.relative_to(home.root)): path.read_bytes() for path in files}


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def copied(learned, home) -> Home:
    """A home with models learned before, to be changed."""
    shutil.copytree(learned[0].root, home.root)
    return home


def predict(warehouse, home, as_of: date = AS_OF) -> dict[str, pd.DataFrame]:
    return predict_all(warehouse, home, Settings(explained_people=5), as_of, TARGETS)


def test_a_target_is_learned_where_the_log_is_long_enough_and_refused_where_not(learned):
    models = learned[1]["prediction_models"].set_index("target")
    assert models["status"].to_dict() == {
        "purchase_30d": "champion",
        "purchase_90d": "refused",
        "churn_90d": "refused",
        "orders_90d": "refused",
        "spend_90d": "refused",
    }
    reason = models["reason"]["churn_90d"]
    assert "too short for a horizon of 90 days" in reason
    scores = learned[1]["user_predictions"].set_index("target")
    assert scores.loc["purchase_30d", "score"].between(0, 1).all()
    assert scores.loc["churn_90d", "score"].isna().all()
    assert (scores.loc["churn_90d", "reason"] == reason).all()


def test_people_carry_their_published_id(learned):
    scores = learned[1]["user_predictions"]
    assert (scores["user_id"] == "u" + scores["user_key"].astype(str)).all()


def test_the_highest_scores_and_those_who_changed_their_band_this_week_are_explained(learned):
    scores, parts = learned[1]["user_predictions"], learned[1]["prediction_parts"]
    scored = scores[scores["score"].notna()].sort_values(["score", "user_key"], ascending=[False, True])
    explained = set(parts["user_key"])
    highest = set(scored["user_key"].head(5))
    assert highest <= explained
    assert 5 <= len(explained) <= 10
    assert explained - highest, "nobody changed their band in this shop's week"
    assert parts["reason_zh"].notna().all()


def test_tables_have_their_columns_and_types_even_when_everything_is_refused(warehouse, home):
    warehouse.execute("DELETE FROM profiles.user_activity")
    tables = predict(warehouse, home)
    assert set(tables["prediction_models"]["reason"]) == {"the log holds no activity"}
    for name, columns in TABLES.items():
        warehouse.register("made", tables[name])
        described = warehouse.execute("DESCRIBE made").fetchall()
        assert [row[0] for row in described] == list(columns)
        assert {row[1] for row in described if row[0] in ("as_of_date", "test_cut", "trained_on")} <= {"DATE"}
        assert {row[1] for row in described if row[0] == "user_key"} <= {"BIGINT"}


def test_what_happens_after_the_windows_moves_no_model_byte(warehouse, home, learned):
    test_end, learned_on = date(2024, 3, 24) + timedelta(days=30), date(2024, 4, 28)
    warehouse.execute("UPDATE profiles.user_activity SET order_count = 9 WHERE event_date > ?", [test_end])
    warehouse.execute(
        """
        INSERT INTO profiles.user_activity
        SELECT user_key, DATE '2024-03-30', 5, 2.5, ?, DATE '1970-01-01', DATE '9999-12-31'
        FROM profiles.user_metrics
        """,
        [learned_on + timedelta(days=1)],
    )
    predict(warehouse, home)
    assert model_bytes(home) == model_bytes(learned[0])


def test_the_order_of_rows_in_the_warehouse_moves_no_model_byte(warehouse, home, learned):
    for table in ("user_activity", "user_metrics_history", "identity_map_history"):
        warehouse.execute(
            f"CREATE OR REPLACE TABLE profiles.{table} AS FROM profiles.{table} ORDER BY hash(user_key) DESC"
        )
    predict(warehouse, home)
    assert model_bytes(home) == model_bytes(learned[0])


def test_a_purchase_inside_a_window_is_another_model(warehouse, copied):
    warehouse.execute(
        "DELETE FROM profiles.user_activity WHERE event_date BETWEEN DATE '2024-04-01' AND DATE '2024-04-23'"
    )
    predict(warehouse, copied)
    assert len(list(copied.models.glob("purchase_30d/*"))) == 2


def test_days_until_the_next_sunday_reuse_the_model_without_learning(warehouse, copied, learned, monkeypatch):
    monkeypatch.setattr("lightgbm.train", lambda *_: pytest.fail("learned again"))
    later = predict(warehouse, copied, AS_OF + timedelta(days=3))
    for name in ("prediction_models", "prediction_metrics", "prediction_calibration"):
        pd.testing.assert_frame_equal(later[name], learned[1][name])


def test_a_damaged_model_folder_stops_the_run_with_its_name(warehouse, copied):
    next(copied.models.rglob("blend.json")).write_text("{}")
    with pytest.raises(DmpError, match=r"blend.json is damaged .* remove this folder"):
        predict(warehouse, copied)


def test_large_homes_learn_from_the_people_with_the_smallest_keys(warehouse):
    asked = (warehouse, [date(2024, 3, 3), date(2024, 3, 10)], date(2024, 4, 28), "analytics")
    everybody, some = read_metrics_history(*asked), read_metrics_history(*asked, people=10)
    assert sorted(set(some["user_key"])) == sorted(set(everybody["user_key"]))[:10]


def test_who_withheld_analytics_teaches_no_model_whoever_they_were_at_the_cut(warehouse):
    asked = (warehouse, [date(2024, 3, 3)], date(2024, 4, 28), "analytics")
    warehouse.execute("UPDATE profiles.identity_map_history SET user_key = 77 WHERE identifier_key = -50000")
    warehouse.execute("INSERT INTO profiles.learning_consents VALUES (77, true)")
    assert -50_000 in set(read_metrics_history(*asked)["user_key"])
    warehouse.execute("UPDATE profiles.learning_consents SET is_consented_analytics = user_key <> 77")
    assert -50_000 not in set(read_metrics_history(*asked)["user_key"])


def test_a_person_of_an_earlier_cut_is_followed_through_a_later_merge(warehouse):
    cut, key = date(2024, 3, 3), -50_000
    warehouse.execute(
        "UPDATE profiles.identity_map_history SET user_key = 77 WHERE identifier_key = ?", [key]
    )
    warehouse.execute(
        """
        INSERT INTO profiles.user_activity VALUES
            (77, DATE '2024-03-09', 2, 2.5, DATE '2024-03-09', DATE '1970-01-01', DATE '9999-12-31'),
            (77, DATE '2024-03-10', 2, 2.5, DATE '2024-03-20', DATE '1970-01-01', DATE '9999-12-31')
        """
    )
    purchases = read_purchases(warehouse, [cut], date(2024, 3, 17))
    mine = purchases[purchases["user_key"] == key]
    assert [(str(row.event_date)[:10], row.order_count) for row in mine.itertuples()] == [("2024-03-09", 2)]
