"""How large the network of sequences is and how it learns. All of it is part of a basis' name.

Chosen on what Amazon Beauty's people reviewed before their last review; docs/vectors.md has the figures.
"""

from __future__ import annotations

HEADS = 2
# Dropped while learning: of an item's vector, of the weights of attention, of what each part of the network adds. Much,
# since most items have few acts.
DROPPED_INPUT, DROPPED_ATTENTION, DROPPED = 0.3, 0.2, 0.5
# Rows a step, and the items that stand for all in the loss.
ROWS, OTHERS = 16, 1024
# Every act is learned from so often, in a small log more often and in a large one less: steps bound what it costs.
ROUNDS, FEWEST_STEPS, MOST_STEPS = 40, 1000, 6000
RATE, LAST_RATE, WARM_STEPS = 2e-3, 1e-4, 100
# Of Adam: how much of the past its means keep.
MEAN, SQUARE = 0.9, 0.98

PARAMETERS = (
    (HEADS, DROPPED_INPUT, DROPPED_ATTENTION, DROPPED),
    (ROWS, OTHERS, ROUNDS, FEWEST_STEPS, MOST_STEPS),
    (RATE, LAST_RATE, WARM_STEPS, MEAN, SQUARE),
)
