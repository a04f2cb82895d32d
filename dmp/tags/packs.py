"""The packs of tags that a home switches on: those that come with the platform, and the home's own files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from dmp.settings import Home, Settings, SettingsError
from dmp.tags.rules import Pack, Tag

PACKS = Path(__file__).parent / "packs"


def pack_paths(home: Home | None = None) -> dict[str, Path]:
    """Return the file of each pack that can be switched on; a home's own of the same name comes first."""
    folders = [PACKS, home.tag_packs] if home else [PACKS]
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml"))}


def load_packs(settings: Settings, home: Home | None = None) -> dict[str, Pack]:
    """Return the packs that the settings switch on.

    Raises SettingsError for a pack that is not there, a rule that cannot work, and a tag in two packs.
    """
    paths = pack_paths(home)
    packs: dict[str, Pack] = {}
    for name in settings.tag_packs:
        if name not in paths:
            raise SettingsError(f"tag_packs: there is no pack '{name}'; there are {', '.join(sorted(paths))}")
        packs[name] = load_pack(paths[name])
        for other in packs.keys() - {name}:
            for tag_id in packs[other].tags.keys() & packs[name].tags.keys():
                raise SettingsError(f"{paths[name]}: the tag {tag_id} is in the pack {other} already")
    return packs


def load_pack(path: Path) -> Pack:
    """Return the pack in a file. Raises SettingsError naming the file, the place and what is wrong there."""
    try:
        content = yaml.safe_load(path.read_bytes())
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as YAML: {' '.join(str(error).split())}") from error
    try:
        return Pack.model_validate(content)
    except ValidationError as error:
        first: Any = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{path}: {place + ': ' if place else ''}{message}") from error


def switched_on(packs: Mapping[str, Pack]) -> dict[str, Tag]:
    """Return the tags of some packs by id."""
    return {tag_id: tag for pack in packs.values() for tag_id, tag in pack.tags.items()}
