"""A segment's rule as it is written: YAML files read into a typed tree; what the names in it mean is elsewhere.

One file, one segment:

    id: big_spenders_falling_asleep
    names: {en: Big spenders falling asleep, zh: 即将沉睡的高消费客户}
    owner: retention
    purpose: personalisation
    version: 2
    since: 2026-05-01               # until then, the version in `before` held
    who:
      all:
        - {field: purchase_amount_life, at_least: 500}
        - {event: cart, within_days: 30, at_least: 1}
        - not: {tag: frequent_returner}
    before:
      - {version: 1, who: {field: purchase_amount_life, at_least: 300}}

Every refusal is one sentence that names the file and the place in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from dmp.segments.conditions import RuleError, Where, parse_condition
from dmp.segments.tree import Condition

SHIPPED = Path(__file__).with_name("rules")
# A rule is a page of text; more than this is a mistake or an attack.
LARGEST_FILE_BYTES = 65_536
DEEPEST_NODE = 64
# What ids of learned segments begin with.
LEARNED = ("cluster_", "outcome_", "lookalike_")
SEGMENT_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
KEYS = ("id", "names", "owner", "purpose", "version", "since", "who", "before")
VERSION_KEYS = ("version", "since", "who")


@dataclass(frozen=True)
class Version:
    """What a segment asks of a person, from a day on (None: from the beginning)."""

    version: int
    since: date | None
    who: Condition


@dataclass(frozen=True)
class Rule:
    """One segment; versions: oldest first, the last one holds now."""

    file: str
    segment_id: str
    name_en: str
    name_zh: str
    owner: str
    purpose: str
    versions: tuple[Version, ...]

    @property
    def now(self) -> Version:
        """The version that holds now."""
        return self.versions[-1]

    def on(self, day: date) -> Version:
        """Return the version that held on a day; the oldest one for every day before it."""
        held = [version for version in self.versions if version.since is None or version.since <= day]
        return held[-1] if held else self.versions[0]


def load_rules(folders: Iterable[Path]) -> dict[str, Rule]:
    """Return the rules of all `*.yaml` files in some folders, by segment_id. Raises RuleError at the first bad one."""
    rules: dict[str, Rule] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        rule = read_rule(path)
        if other := rules.get(rule.segment_id):
            raise RuleError(f"{path}: id: '{rule.segment_id}' is the id of {other.file} already")
        rules[rule.segment_id] = rule
    return rules


def read_rule(path: Path) -> Rule:
    """Return the rule in one file. Raises RuleError naming the place."""
    try:
        return parse_rule(path.read_bytes(), str(path))
    except OSError as error:
        raise RuleError(f"{path}: {error.strerror}") from error


def parse_rule(text: bytes, file: str) -> Rule:
    """Return the rule that a text in YAML says; file: what refusals call it. Raises RuleError naming the place."""
    where = Where(file, "")
    node = where.mapping(
        _document(text, file), KEYS, needed=("id", "names", "owner", "purpose", "version", "who")
    )
    segment_id = where.at("id").text(node["id"])
    if not SEGMENT_ID.fullmatch(segment_id):
        raise where.at("id").refusal(f"'{segment_id}' is no lower-case name like loyal_readers")
    if segment_id.startswith(LEARNED):
        raise where.at("id").refusal(
            f"'{segment_id}' begins as only segments that are learned do: {', '.join(LEARNED)}"
        )
    names = where.at("names").mapping(node["names"], ("en", "zh"), needed=("en", "zh"))
    earlier = where.at("before").sequence(node.get("before", []))
    versions = (
        *(_version(where.at("before").item(place), part) for place, part in enumerate(earlier)),
        _version(where, {name: node[name] for name in VERSION_KEYS if name in node}),
    )
    for before, after in pairwise(versions):
        if (
            after.version <= before.version
            or after.since is None
            or after.since <= (before.since or date.min)
        ):
            raise where.refusal(
                "each version needs a higher number and a later day `since` than the one before it"
            )
    return Rule(
        where.file,
        segment_id,
        where.at("names.en").text(names["en"]),
        where.at("names.zh").text(names["zh"]),
        where.at("owner").text(node["owner"]),
        where.at("purpose").text(node["purpose"]),
        versions,
    )


def _version(where: Where, part: Any) -> Version:
    node = where.mapping(part, VERSION_KEYS, needed=("version", "who"))
    since = node.get("since")
    if since is not None and type(since) is not date:
        raise where.at("since").refusal(f"'{since}' is no day like 2026-05-01")
    return Version(
        where.at("version").whole(node["version"]), since, parse_condition(where.at("who"), node["who"])
    )


def _document(text: bytes, file: str) -> Any:
    try:
        if len(text) > LARGEST_FILE_BYTES:
            raise RuleError(f"{file}: a rule of more than {LARGEST_FILE_BYTES} bytes is none")
        depth = 0
        for event in yaml.parse(text, yaml.SafeLoader):
            # An alias may stand for a billion nodes.
            if isinstance(event, yaml.AliasEvent):
                raise RuleError(
                    f"{file}: YAML aliases (*name) are not open to rules: write the condition out"
                )
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST_NODE:
                raise RuleError(f"{file}: no YAML that can be read: more than {DEEPEST_NODE} levels deep")
        return yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise RuleError(f"{file}: no YAML that can be read: {' '.join(str(error).split())}") from error
