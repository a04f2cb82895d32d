"""A page about one model: what it is for, what it learned from and how good it is (Mitchell et al. 2019)."""

from __future__ import annotations

from typing import Any

from dmp.predictions.champions import Champion
from dmp.predictions.wording import feature_words

SHOWN_FEATURES = 8


def model_card(model: Champion) -> str:
    """Return the card in Markdown; the same model gives the same text."""
    question = model.question
    members = ", ".join(
        f"{member.name} x {weight:.3f}"
        for member, weight in zip(model.blend.members, model.blend.weights, strict=True)
    )
    used = {
        row["metric"]: row["value"]
        for row in model.metrics
        if row["model"] == model.recipe and row["vintage"] == model.vintage
    }
    lines = [
        f"# {model.target}",
        "",
        f"- Model version: {model.version}",
        f"- Answers: {'the chance' if question.answer == 'chance' else f'expected {question.measure}'}, "
        f"{question.horizon_days} days ahead",
        f"- Recipe: {model.recipe} ({members}), calibrated: slope {model.blend.calibration.slope:.3f}, "
        f"intercept {model.blend.calibration.intercept:.3f}",
        f"- Learned on {model.cuts.learned_on} from {model.row_counts['training']:,} rows, people as of "
        f"{len(model.cuts.new)} Sundays up to {model.cuts.new[-1]}; tested on {model.row_counts['test']:,} people "
        f"as of {model.cuts.test}",
        "- Learned only from people who had consented to analytics; not for decisions about credit, work or housing",
        "",
        "## On the test window",
        "",
        *_table(["metric", "value"], [[name, f"{value:.4f}"] for name, value in used.items()]),
        "",
        "## Parts of the people",
        "",
        *_table(
            ["people", "count", "metric", "value"],
            [
                [row["slice"], f"{row['person_count']:,}", row["metric"], f"{row['value']:.4f}"]
                for row in _main(model)
            ],
        ),
        "",
        "## Rehearsals",
        "",
        *_table(
            ["recipe", "mean loss", "used"],
            [
                [row["recipe"], f"{row['mean_loss']:.5f}", "yes" if row["is_chosen"] else ""]
                for row in model.choices
            ],
        ),
        "",
        "## What moves it",
        "",
        *_table(
            ["feature", "特征", "mean size of its part"],
            [
                [*feature_words(row["feature"]), f"{row['importance']:.4f}"]
                for row in model.importance[:SHOWN_FEATURES]
            ],
        ),
    ]
    return "\n".join(lines) + "\n"


def _main(model: Champion) -> list[dict[str, Any]]:
    metric = "log_loss" if model.question.answer == "chance" else "rmse"
    return [row for row in model.slices if row["metric"] == metric]


def _table(names: list[str], rows: list[list[str]]) -> list[str]:
    return [
        "| " + " | ".join(names) + " |",
        "|" + " --- |" * len(names),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
