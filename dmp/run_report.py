"""What a run tells the person who started it: its steps as they end, and what it made; all read from the build."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from dmp.pending import Pending
from dmp.published import Published, published
from dmp.settings import Home
from dmp.terminal import grid, number, print_section

if TYPE_CHECKING:
    from dmp.defs.running import RunOutcome

FATES = ("accepted", "duplicate", "conflict", "rejected", "suppressed")
SIMPLE_MODELS = {"logistic": "logistic regression", "recency": "recency alone"}
MODEL_METRICS = {
    "auc": "AUC",
    "log_loss": "log-loss",
    "ece": "calibration error",
    "top_tenth_lift": "lift of top tenth",
}
# How the steps of checks end, after the name of their table.
CHECKS = ("_expectations", "_every_file_has_an_account", "_drift", "_usual_volume")
REJECTED = """
SELECT reason_code AS cause, min(reason) AS reason, count(*) AS cause_count
FROM rejects GROUP BY cause ORDER BY cause_count DESC, cause LIMIT 5
"""
REFUSED = """
SELECT 'refused file' AS cause, refusal_reason AS reason, count(*) AS cause_count
FROM landed_files WHERE is_refused GROUP BY reason ORDER BY cause_count DESC, reason LIMIT 5
"""
UNUSUAL = """
SELECT landed_date, source, entity, record_count, usual_count FROM landed_volumes
WHERE is_unusual AND rule <> 'ignore' AND landed_date = (SELECT max(landed_date) FROM landed_volumes)
ORDER BY source, entity
"""
SOMEONE = """
SELECT user_id FROM user_profiles ORDER BY purchase_amount_life DESC, user_id LIMIT 1
"""
LISTS = {"recommended": "the published lists", "blended": "channels blended", "popular_lately": "popularity"}


def run_with_progress(home: Home, pending: Pending, console: Console) -> RunOutcome:
    """Run what is pending; one line per step as it ends, and on a terminal the step that runs now."""
    from dmp.defs.running import pending_job, run_pending

    console.print(f"Landed days {pending.first} to {pending.last}: {pending.reason}.", highlight=False)
    progress = _Progress(console, len(pending_job(pending).nodes))
    with console.status("starting") as status:
        progress.show = status.update if console.is_terminal else None
        outcome = run_pending(home, pending, progress.begin)
        progress.end()
    return outcome


class _Progress:
    """Numbered lines: `3 of 14 dbt__profiles 12.3 s`."""

    def __init__(self, console: Console, count: int) -> None:
        self.console, self.count = console, count
        self.show: Any = None
        self.place, self.step, self.begun_at = 0, "", 0.0

    def begin(self, step: str) -> None:
        self.end()
        self.place, self.step, self.begun_at = self.place + 1, step, time.perf_counter()
        if self.show:
            self.show(f"{self.place} of {self.count} {step}")

    def end(self) -> None:
        if self.step:
            seconds = time.perf_counter() - self.begun_at
            line = f"{self.place:>2} of {self.count} {self.step:.<60} {seconds:.1f} s"
            self.console.print(line, highlight=False)
        self.step = ""


def print_summary(home: Home, outcome: RunOutcome, console: Console) -> None:
    """Print what was built, where every record went, how long it took, how good it is and what to look at."""
    with published(home) as build:
        sections = {
            "Built": _built(build),
            "Records": _records(build),
            "Seconds": _seconds(outcome.seconds),
            "Scores on a later window, beside simpler models": _scores(build),
            "Not scored": _refused_models(build),
            "Lists against what people bought next": _lists(build),
        }
        commands = _next(build, home)
    for title, rows in sections.items():
        if rows:
            print_section(console, title, grid(*rows, right=range(1, 5) if title not in IN_WORDS else ()))
    console.print(Text(f"Done in {sum(outcome.seconds.values()):.0f} s. Look at it:", style="bold"))
    for command in commands:
        console.print(f"  {command}", soft_wrap=True, markup=False, highlight=False)


IN_WORDS = {"Built", "Records", "Not scored"}


def _built(build: Published) -> list[list[str]]:
    tables = build.build["tables"]
    facts = {
        "build": f"{build.build['build_id']} as of {build.build['as_of_date']}",
        "people": number(tables.get("user_profiles", 0)),
        "items": number(tables.get("item_profiles", 0)),
        "tags": number(tables.get("user_tags", 0)),
        "list rows": number(tables.get("recommendations", 0)),
        "tables": f"{len(tables)} with {number(sum(tables.values()))} rows",
    }
    return [[name, fact] for name, fact in facts.items()]


def _records(build: Published) -> list[list[str]]:
    count = {name: number(value) for name, value in build.account().items()}
    rows = [
        ["read", f"{count['record_count']} records of {count['file_count']} files"],
        ["refused", f"{count['refused_file_count']} files"],
        ["lines", f"{count['line_count']}, of them {count['blank_count']} blank"],
        *([fate, count[f"{fate}_count"]] for fate in FATES),
    ]
    reasons = build.rows("rejects", REJECTED) + build.rows("landed_files", REFUSED)
    shown = [row for row in rows if not row[1].startswith("0")]
    shown += [
        [
            "unusual",
            f"{number(day['record_count'])} {day['source']} {day['entity']} on {day['landed_date']}, "
            f"usual are {number(day['usual_count'])}",
        ]
        for day in build.rows("landed_volumes", UNUSUAL)
    ]
    return shown + [["", f"{number(row['cause_count'])} {row['cause']}: {row['reason']}"] for row in reasons]


def stage_seconds(steps: dict[str, float]) -> dict[str, float]:
    """Return the seconds of each stage, from those of its steps, in the order in which stages began."""
    seconds: dict[str, float] = {}
    for step, spent in steps.items():
        seconds[stage_of(step)] = seconds.get(stage_of(step), 0.0) + spent
    return seconds


def stage_of(step: str) -> str:
    """Return the stage that a step of the run belongs to; every gate belongs to `gates`."""
    if step.endswith(CHECKS):
        return "gates"
    if step.startswith("raw__") or step == "accounts":
        return "raw"
    return step.removeprefix("dbt__")


def _seconds(steps: dict[str, float]) -> list[list[str]]:
    return [[stage, f"{seconds:.1f}"] for stage, seconds in stage_seconds(steps).items()]


def _scores(build: Published) -> list[list[str]]:
    models = build.rows(
        "prediction_models",
        "FROM prediction_models WHERE status <> 'refused' AND answer = 'chance' ORDER BY target",
    )
    metrics = {
        (row["target"], row["model"], row["vintage"], row["metric"]): row["value"]
        for row in build.rows("prediction_metrics", "FROM prediction_metrics")
    }
    rows = [["", *MODEL_METRICS.values()]] if metrics else []
    for model in models:
        target, recipe = model["target"], model["recipe"]
        shown = {recipe: f"{target} ({recipe})"} | {
            name: f"  {words}" for name, words in SIMPLE_MODELS.items() if name != recipe
        }
        for name, title in shown.items():
            vintage = model["champion_vintage"] if name == recipe else "new"
            values = [metrics.get((target, name, vintage, metric)) for metric in MODEL_METRICS]
            rows.append([title, *("" if value is None else f"{value:.3f}" for value in values)])
    return rows


def _refused_models(build: Published) -> list[list[str]]:
    refused = build.rows(
        "prediction_models",
        "SELECT target, reason FROM prediction_models WHERE status = 'refused' ORDER BY target",
    )
    return [[row["target"], row["reason"]] for row in refused]


def _lists(build: Published) -> list[list[str]]:
    found = build.rows("recommendation_metrics", "FROM recommendation_metrics WHERE population = 'buyers'")
    values: dict[str, dict[str, float]] = {}
    for row in found:
        values.setdefault(row["list_name"], {})[row["metric"]] = row["value"]
    channels = sorted(
        values.keys() - LISTS.keys(), key=lambda name: (-values[name].get("ndcg_at_10", 0), name)
    )
    shown = LISTS | {name: f"best single channel, {name.replace('_', ' ')}" for name in channels[:1]}
    rows = [
        [words, *(f"{values[name].get(metric, 0):.3f}" for metric in ("ndcg_at_10", "recall_at_20"))]
        for name, words in shown.items()
        if name in values
    ]
    if not rows:
        return []
    people = f"{number(found[0]['population_count'])} buyers of {found[0]['window_days']} days"
    return [[people, "NDCG@10", "recall@20"], *rows]


def _next(build: Published, home: Home) -> list[str]:
    place = "" if Home.at() == home else f" --home {home.root}"
    people = [row["user_id"] for row in build.rows("user_profiles", SOMEONE)]
    query = "SELECT lifecycle_stage, count(*) FROM user_profiles GROUP BY ALL ORDER BY ALL"
    asked = [f"{verb} {user_id}" for user_id in people for verb in ("profile", "recommend")]
    return [f"{_program()} {words}{place}" for words in (*asked, f'sql "{query}"', "pages", "ui")]


def _program() -> str:
    """Return `dmp` as whoever started it can type it: where it is not on their path, with the path they took."""
    typed = Path(sys.argv[0])
    return str(typed) if typed.name == "dmp" and not typed.is_absolute() and typed.parent.name else "dmp"
