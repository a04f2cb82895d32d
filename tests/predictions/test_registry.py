import json

import pytest

from dmp.predictions.registry import hash_inputs, load_model, model_version, save_model
from dmp.predictions.training_rows import known_customers
from dmp.settings import DmpError


@pytest.fixture(scope="module")
def saved(champion, tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    return models, save_model(models, champion)


@pytest.fixture
def folder(saved):
    """The saved folder, mended after each test."""
    folder = saved[1]
    contents = {path: path.read_bytes() for path in folder.iterdir()}
    yield folder
    for path, content in contents.items():
        path.write_bytes(content)


def test_a_model_read_back_is_the_model_that_was_written(champion, saved):
    assert load_model(saved[0], champion.target, champion.version) == champion


def test_a_version_never_learned_is_absent(champion, saved):
    assert load_model(saved[0], champion.target, "ffff") is None


@pytest.mark.parametrize("name", ["blend.json", "metrics.json", "features.json"])
def test_a_damaged_file_is_refused_before_lightgbm_sees_it(folder, champion, name, monkeypatch):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    monkeypatch.setattr("lightgbm.Booster", lambda **_: pytest.fail("LightGBM was given a damaged file"))
    with pytest.raises(DmpError, match=f"{name} is damaged"):
        load_model(folder.parent.parent, champion.target, champion.version)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"sha256": {}}'])
def test_a_manifest_that_lists_less_than_is_read_is_refused(folder, champion, content):
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(DmpError, match=r"manifest.json cannot be used"):
        load_model(folder.parent.parent, champion.target, champion.version)


def test_a_folder_that_carries_another_models_manifest_is_refused(folder, champion):
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "model_version": "ffff"}))
    with pytest.raises(DmpError, match="another model"):
        load_model(folder.parent.parent, champion.target, champion.version)


def test_a_version_changes_with_any_input_and_with_nothing_else(rows, cuts):
    known = known_customers(rows)
    base = model_version("purchase_30d", hash_inputs(rows, cuts, known))
    reordered = model_version("purchase_30d", hash_inputs(rows[rows.columns[::-1]], cuts, known))
    tenure = rows["tenure_days"].where(rows.index != 7, rows["tenure_days"] + 1)
    changed = model_version("purchase_30d", hash_inputs(rows.assign(tenure_days=tenure), cuts, known))
    other = model_version("purchase_30d", hash_inputs(rows, cuts, known.iloc[1:]))
    assert base == reordered != changed
    assert base != other
