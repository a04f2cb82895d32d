import pytest

from dmp.predictions.pins import hold, read_pins, release, stored_models
from dmp.predictions.predictions import learn
from dmp.predictions.targets import TARGETS
from dmp.settings import Home, Settings, SettingsError
from tests.predictions.conftest import LAST_DATE, SETTINGS


@pytest.fixture
def home(learned, tmp_path) -> Home:
    (tmp_path / "models").symlink_to(learned[0].models)
    return Home(tmp_path)


def version(home: Home) -> str:
    return stored_models(home)[0]["model_version"]


def test_a_held_model_is_used_without_looking_for_a_newer_one(home, warehouse, monkeypatch):
    hold(home, "purchase_30d", version(home))
    monkeypatch.setattr(
        "dmp.predictions.facts.read_metrics_history", lambda *_: pytest.fail("looked at rows")
    )
    assert learn(warehouse, home, SETTINGS, LAST_DATE, TARGETS[0]).version == version(home)


def test_a_released_target_uses_its_newest_model_again(home):
    hold(home, "purchase_30d", version(home))
    release(home, "purchase_30d")
    assert read_pins(home) == {}
    with pytest.raises(SettingsError, match="no model of purchase_30d is held"):
        release(home, "purchase_30d")


def test_a_model_that_is_not_there_cannot_be_held(home):
    with pytest.raises(SettingsError, match=rf"holds no model 0000; there are {version(home)}"):
        hold(home, "purchase_30d", "0000")


def test_a_held_model_whose_folder_went_away_is_an_error_that_names_the_file(home, warehouse):
    home.model_pins.write_text("purchase_30d: gone\n")
    with pytest.raises(SettingsError, match=r"model_pins.yaml: purchase_30d: there is no model gone"):
        learn(warehouse, home, Settings(), LAST_DATE, TARGETS[0])


@pytest.mark.parametrize("content", ["- purchase_30d", "purchase_30d: 7", "{"])
def test_a_file_that_is_no_list_of_models_is_an_error(home, content):
    home.model_pins.write_text(content)
    with pytest.raises(SettingsError, match=r"model_pins.yaml"):
        read_pins(home)


def test_every_model_has_a_card_with_its_figures(home):
    card = next(home.models.glob("purchase_30d/*/card.md")).read_text()
    assert "## On the test window" in card
    assert "| auc |" in card
    assert "## Rehearsals" in card
