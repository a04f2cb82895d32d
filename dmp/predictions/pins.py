"""Models held in use in place of the newest: roll-back and promotion are a line in `<home>/model_pins.yaml`."""

from __future__ import annotations

import json
from typing import Any

import yaml

from dmp.predictions.model_folders import MANIFEST
from dmp.settings import Home, SettingsError


def read_pins(home: Home) -> dict[str, str]:
    """Return the model_version held in use by target; raises SettingsError where the file is no such list."""
    if not home.model_pins.exists():
        return {}
    try:
        pins = yaml.safe_load(home.model_pins.read_bytes()) or {}
    except yaml.YAMLError as error:
        raise SettingsError(f"{home.model_pins} is no YAML ({error}): mend or remove it") from error
    if not isinstance(pins, dict) or not all(isinstance(part, str) for pair in pins.items() for part in pair):
        raise SettingsError(f"{home.model_pins} has to hold lines `target: model_version`: mend or remove it")
    return pins


def hold(home: Home, target: str, version: str) -> None:
    """Use this model of the target from the next run on; raises SettingsError where there is no such folder."""
    known = [model["model_version"] for model in stored_models(home) if model["target"] == target]
    if version not in known:
        raise SettingsError(
            f"{home.models / target} holds no model {version}; there are {', '.join(known) or 'none'}"
        )
    _write(home, {**read_pins(home), target: version})


def release(home: Home, target: str) -> None:
    """Use the newest model of the target again; raises SettingsError where none was held."""
    pins = read_pins(home)
    if target not in pins:
        raise SettingsError(f"no model of {target} is held; held are {', '.join(sorted(pins)) or 'none'}")
    _write(home, {name: version for name, version in pins.items() if name != target})


def stored_models(home: Home) -> list[dict[str, Any]]:
    """Return target, model_version, learned_on and recipe of every readable model, by target, the newest first."""
    found = []
    for manifest in sorted(home.models.glob(f"*/*/{MANIFEST}")):
        folder = manifest.parent
        try:
            learned_on = json.loads((folder / "features.json").read_bytes())["cuts"]["learned_on"]
            recipe = json.loads((folder / "metrics.json").read_bytes())["recipe"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        found.append(
            {
                "target": folder.parent.name,
                "model_version": folder.name,
                "learned_on": learned_on,
                "recipe": recipe,
            }
        )
    newest_first = sorted(
        found, key=lambda model: (model["learned_on"], model["model_version"]), reverse=True
    )
    return sorted(newest_first, key=lambda model: str(model["target"]))


def _write(home: Home, pins: dict[str, str]) -> None:
    if not pins:
        home.model_pins.unlink(missing_ok=True)
        return
    building = home.model_pins.with_name(f".{home.model_pins.name}")
    building.write_text(yaml.safe_dump(pins, sort_keys=True))
    building.replace(home.model_pins)
