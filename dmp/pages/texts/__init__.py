"""What the pages say: `<language>.yaml` holds texts, `<language>.words.yaml` names of columns, stages and kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from starlette.requests import Request

LANGUAGES = {"en": "English", "zh": "中文"}


@dataclass(frozen=True)
class Words:
    """The texts of one language by key, and its words by name."""

    language: str
    texts: Mapping[str, str]
    words: Mapping[str, str]

    def __call__(self, key: str) -> str:
        """Return the text of a key of the pages."""
        return self.texts[key]

    def of(self, kind: str) -> dict[str, str]:
        """Return the texts of a kind, for a script: keys without it."""
        return {key.partition(".")[2]: text for key, text in self.texts.items() if key.startswith(f"{kind}.")}

    def word(self, name: object) -> str:
        """Return what a column, a stage, a kind is called; without a word of its own it goes by its name."""
        return self.words.get(str(name)) or str(name).replace("_", " ")

    def figure(self, figure: Mapping[str, Any]) -> dict[str, Any]:
        """Return a figure of `charts` with its series, and its categories that have a word, in this language."""

        def said(values: list[Any]) -> list[Any]:
            return [self.words.get(value, value) if isinstance(value, str) else value for value in values]

        traces = [
            {
                **trace,
                "name": self.word(trace.get("name", "")),
                **{axis: said(trace[axis]) for axis in ("x", "y") if axis in trace},
            }
            for trace in figure["data"]
        ]
        return {**figure, "data": traces}


def read_texts(folder: Path) -> dict[str, Words]:
    """Read the two files of each language."""

    def read(name: str) -> dict[str, str]:
        found: dict[str, str] = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
        return found

    return {
        language: Words(language, read(f"{language}.yaml"), read(f"{language}.words.yaml"))
        for language in LANGUAGES
    }


def language_of(request: Request) -> str:
    """Return the language that the reader chose, else the first of their browser's that there is, else English."""
    if request.cookies.get("language") in LANGUAGES:
        return request.cookies["language"]
    wanted = (part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(","))
    return next((language for language in wanted if language in LANGUAGES), "en")
