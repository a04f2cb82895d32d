"""Parts of a score in words, English and Chinese; the words stand in `words.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import yaml

LANGUAGES = ("en", "zh")
RAISES = {True: ("raises the score", "提高得分"), False: ("lowers the score", "降低得分")}
UNKNOWN = ("unknown", "未知")


def reasons(parts: pd.DataFrame) -> pd.DataFrame:
    """Return reason_en and reason_zh of each row of feature, feature_value and contribution, on the same index."""
    if parts.empty:
        return pd.DataFrame(columns=[f"reason_{language}" for language in LANGUAGES], index=parts.index)
    names = {name: feature_words(name) for name in parts["feature"].unique()}
    table = {}
    for number, language in enumerate(LANGUAGES):
        subject = parts["feature"].map({name: words[number] for name, words in names.items()})
        value = parts["feature_value"].map(
            lambda one, unknown=UNKNOWN[number]: unknown if pd.isna(one) else f"{one:,.6g}"
        )
        is_metric = ~parts["feature"].str.startswith("(")
        told = subject.where(~is_metric, subject + (": " if language == "en" else ":") + value)
        effect = (parts["contribution"] >= 0).map({is_up: words[number] for is_up, words in RAISES.items()})
        table[f"reason_{language}"] = told + (", " if language == "en" else ",") + effect
    return pd.DataFrame(table, index=parts.index)


@cache
def feature_words(feature: str) -> tuple[str, str]:
    """Return what a feature is called in English and Chinese; its own name where nobody gave it words."""
    known = _words()
    if feature in known["features"]:
        return known["features"][feature]
    measure, _, window = feature.rpartition("_")
    if measure in known["measures"] and window in known["windows"]:
        what, when = known["measures"][measure], known["windows"][window]
        return f"{what[0]} {when[0]}", f"{when[1]}{what[1]}"
    return feature.strip("()").replace("_", " "), feature.strip("()")


@cache
def _words() -> dict[str, dict[str, tuple[str, str]]]:
    stored = yaml.safe_load(Path(__file__).with_name("words.yaml").read_bytes())
    return {
        kind: {name: (words[0], words[1]) for name, words in named.items()} for kind, named in stored.items()
    }
