from __future__ import annotations

from pathlib import Path

from small_build import published_home

from dmp.privacy.erasure import Plan, erase


def test_an_erasure_rebuilds_without_any_model_learned_before_held_or_not(tmp_path: Path) -> None:
    home = published_home(tmp_path)
    (home.models / "churn_90d" / "0123").mkdir(parents=True)
    home.model_pins.write_text("churn_90d: '0123'\n")
    rebuilt = []

    def rebuild() -> None:
        rebuilt.append((home.models.exists(), home.model_pins.exists()))

    erase(home, Plan(), rebuild)
    assert rebuilt == [(False, False)]
