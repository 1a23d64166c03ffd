"""How far the figures of campaigns hold: coverage of intervals, bias of the winner, profit.

    python benchmarks/campaigns.py [--times 2000] [--seed 1]

Each line is one kind of campaign, simulated many times: true rates are alike, or drawn with a
standard deviation given in standard errors of an average segment. `covered` is the share of
intervals that hold the true rate, of all segments and of the one that answered best; `raw` and
`shown` are how many percentage points the best one is overstated by its counted and by its shrunk
rate; the error of all answers together, which is the same for both and nought on average, is
taken out, so that fewer simulations tell. Wilson's interval of the best one is beside it: it
holds too seldom.
"""

from __future__ import annotations

import argparse
import math

import numpy as np

from coterie.insight.effects import wilson_interval
from coterie.insight.planning import Cell, Terms, plan_contacts
from coterie.insight.shrinking import shrink_rates

CAMPAIGNS = (
    ((300,) * 6, 0.10),
    ((150, 300, 600, 1_200), 0.05),
    ((400,) * 2, 0.15),
    ((400,) * 2, 0.01),
    ((400,) * 2, 0.40),
    ((2_000, 400), 0.10),
    ((3_000, 60), 0.05),
    ((500,) * 3, 0.20),
    ((300,) * 3, 0.05),
    ((2_000, 300, 100), 0.10),
    ((60,) * 6, 0.03),
    ((1_000,) * 12, 0.10),
    ((5_000, 100, 100, 100, 40, 40), 0.10),
)
SPREADS = (0.0, 0.5, 1.0, 2.0, 4.0)


def main() -> None:
    """Print a line for each kind of campaign."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--times", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    head = ("segments", "rate", "spread", "covered", "winner's", "Wilson", "raw", "shown", "ratio")
    print("  ".join(f"{word:>9}" for word in head))
    for sizes, rate in CAMPAIGNS:
        for spread in SPREADS:
            print(line(sizes, rate, spread, asked.times, asked.seed), flush=True)
    for spread in (0.0, 0.5, 1.0, 2.0):
        print(profits(spread, max(asked.times // 5, 100), asked.seed), flush=True)


def true_rates(
    rng: np.random.Generator, sizes: tuple[int, ...], rate: float, spread: float, times: int
) -> np.ndarray:
    """Draw true rates: shape (times, segments)."""
    shape = (times, len(sizes))
    if not spread:
        return np.full(shape, rate)
    variance = rate * (1 - rate) * min(spread**2 / np.mean(sizes), 0.5)
    size = rate * (1 - rate) / variance - 1
    return rng.beta(rate * size, (1 - rate) * size, shape)


def line(sizes: tuple[int, ...], rate: float, spread: float, times: int, seed: int) -> str:
    """Simulate one kind of campaign."""
    rng = np.random.default_rng(seed)
    truth = true_rates(rng, sizes, rate, spread, times)
    asked = np.tile(sizes, (times, 1))
    yes = rng.binomial(asked, truth)
    found = shrink_rates(yes, asked)
    held = (found.low <= truth) & (truth <= found.high)
    rows, winner = np.arange(times), (yes / asked).argmax(axis=1)
    ends = [wilson_interval(int(yes[i, w]), sizes[w]) for i, w in zip(rows, winner, strict=True)]
    wilson = np.mean(
        [low <= truth[i, w] <= high
         for i, (w, (low, high)) in enumerate(zip(winner, ends, strict=True))]
    )  # fmt: skip
    common = (yes.sum(axis=1) - (truth * asked).sum(axis=1)) / asked.sum(axis=1)
    raw, shown = (
        100 * ((rates - truth)[rows, winner] - common).mean() for rates in (yes / asked, found.rate)
    )
    words = (
        f"{len(sizes)}", f"{rate:.2f}", f"{spread:g}", f"{held.mean():.3f}",
        f"{held[rows, winner].mean():.3f}", f"{wilson:.3f}", f"{raw:+.2f}", f"{shown:+.2f}",
        f"{shown / raw:+.2f}" if abs(raw) > 1e-9 else "",
    )  # fmt: skip
    return "  ".join(f"{word:>9}" for word in words)


def profits(spread: float, times: int, seed: int) -> str:
    """Simulate plans, and count how often the profit that comes lies in the range said."""
    rng = np.random.default_rng(seed)
    sizes, held, gained = (400,) * 6, 0, []
    for truth in true_rates(rng, sizes, 0.1, spread, times):
        yes = rng.binomial(sizes, truth)
        cells = [
            Cell(i + 1, None, n, int(y), n) for i, (n, y) in enumerate(zip(sizes, yes, strict=True))
        ]
        plan = plan_contacts(cells, Terms(cost=1.0, value=11.0, holdout=0.0))
        contacts = np.zeros(len(sizes), dtype=int)
        for step in plan.steps:
            contacts[step.cell.segment_id - 1] = step.contacts
        came = 11.0 * rng.binomial(contacts, truth).sum() - plan.outcome.cost
        held += plan.outcome.low - 1e-9 <= came <= plan.outcome.high + 1e-9
        gained.append(came - plan.outcome.profit)
    error = np.std(gained) / math.sqrt(times)
    return (
        f"plan, spread {spread:g}: the range held {held / times:.3f} of the time; profit came "
        f"{np.mean(gained):+.1f} ± {error:.1f} beside what was expected"
    )


if __name__ == "__main__":
    main()
