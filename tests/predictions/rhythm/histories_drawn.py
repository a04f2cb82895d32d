"""People drawn from the models' own stories, and what they bought later: the truth that formulas must meet."""

import numpy as np

from dmp.predictions.rhythm.histories import Histories


def drawn_people(
    leaves_at: str, people: int, age: float, ahead: float, seed: int = 5
) -> tuple[Histories, np.ndarray]:
    """Return the histories of people observed for `age` days, and their purchases in the `ahead` days after.

    `leaves_at`: "purchase" (each repeat may be the last), "first" (the first one too) or "any_moment". Rates are
    Gamma(1.2) with 40 days, chances of leaving Beta(0.9, 2.5), times of leaving Gamma(0.8) with 150 days.
    """
    generator = np.random.default_rng(seed)
    repeats, last, later = np.zeros(people), np.zeros(people), np.zeros(people)
    for person in range(people):
        rate = generator.gamma(1.2, 1 / 40.0)
        chance = 0.0 if leaves_at == "any_moment" else generator.beta(0.9, 2.5)
        gone_at = (
            generator.exponential(1 / generator.gamma(0.8, 1 / 150.0))
            if leaves_at == "any_moment"
            else np.inf
        )
        moment = 0.0
        is_here = not (leaves_at == "first" and generator.random() < chance)
        while is_here:
            moment += generator.exponential(1 / rate)
            if moment > min(gone_at, age + ahead):
                break
            if moment <= age:
                repeats[person] += 1
                last[person] = moment
            else:
                later[person] += 1
            is_here = generator.random() >= chance
    return Histories(repeats, last, np.full(people, age), np.ones(people)), later
