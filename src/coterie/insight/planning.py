"""Whom to contact: expected profit, its range, and the curve from nobody to everybody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.errors import ConfigError
from coterie.insight.shrinking import draw_rates

Floats = NDArray[np.float64]

DRAWS = 4_000
RANGE = (0.025, 0.975)


@dataclass(frozen=True)
class Terms:
    """What a contact costs and brings.

    Attributes
    ----------
    cost : float
        Of contacting one customer.
    value : float
        Of one yes, before the cost of the contact.
    budget : float or None
        For contacts; None for no limit.
    holdout : float
        Share of the chosen customers kept aside, by chance, for measuring; 0 to less than 1.
    seed : int
        Of that chance: the same seed, the same list.
    """

    cost: float
    value: float
    budget: float | None = None
    holdout: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        faults = []
        for name, number in (("cost", self.cost), ("value", self.value)):
            if not (math.isfinite(number) and number >= 0):
                faults.append(f"The {name} of a contact must be 0 or more; it is {number:g}.")
        if self.budget is not None and not (math.isfinite(self.budget) and self.budget >= 0):
            faults.append(f"The budget must be 0 or more; it is {self.budget:g}.")
        if not 0 <= self.holdout < 1:
            faults.append(
                f"The holdout is a share from 0 to less than 1, such as 0.1; it is {self.holdout:g}"
                "."
            )
        if self.seed < 0:
            faults.append(f"The seed must be 0 or more; it is {self.seed}.")
        if faults:
            raise ConfigError(faults)

    @property
    def break_even(self) -> float | None:
        """The rate of yes from which a contact pays; None where no rate does."""
        if self.cost == 0:
            return 0.0
        return self.cost / self.value if self.value > self.cost else None

    @property
    def affordable(self) -> int | None:
        """Contacts that the budget allows; None for any number."""
        if self.budget is None or self.cost == 0:
            return None
        return math.floor(self.budget / self.cost + 1e-9)


@dataclass(frozen=True)
class Cell:
    """Customers that are alike for the plan: a segment, and how many other campaigns they accepted.

    Attributes
    ----------
    segment_id : int
    earlier : int or None
        Other campaigns said yes to (the last number stands for it and more); None where that is
        not told apart.
    customers : int
        Of all, asked or not.
    yes, asked : int
    held_yes, held_asked : int
        Of the control group; 0 where there is none.
    """

    segment_id: int
    earlier: int | None
    customers: int
    yes: int
    asked: int
    held_yes: int = 0
    held_asked: int = 0


@dataclass(frozen=True)
class Step:
    """One cell in the order of contacting.

    Attributes
    ----------
    cell : Cell
    rate, low, high : float
        Expected rate of yes (or, with a control group, of yes because of the contact) with its
        95 % range, shrunk.
    profit_each : float
        Expected, of one contact.
    chosen, kept_aside : int
        Customers on the list, and those of them in the holdout.
    """

    cell: Cell
    rate: float
    low: float
    high: float
    profit_each: float
    chosen: int
    kept_aside: int

    @property
    def contacts(self) -> int:
        """Customers to contact."""
        return self.chosen - self.kept_aside


@dataclass(frozen=True)
class Outcome:
    """What a number of contacts is expected to bring.

    Attributes
    ----------
    contacts : int
    cost : float
    yes : float
        Expected.
    profit, low, high : float
        Expected profit, and where it will lie 19 times in 20.
    """

    contacts: int
    cost: float
    yes: float
    profit: float
    low: float
    high: float


@dataclass(frozen=True)
class Plan:
    """Whom to contact, and what to expect.

    Attributes
    ----------
    terms : Terms
    incremental : bool
        Rates are of yes because of the contact: there is a control group.
    steps : tuple of Step
        Best first; those not worth a contact, or beyond the budget, have nobody chosen.
    outcome : Outcome
        Of the plan, holdout not contacted.
    everybody : Outcome
        Of contacting all customers.
    curve : tuple of Outcome
        From nobody to everybody, best first; without holdout.
    """

    terms: Terms
    incremental: bool
    steps: tuple[Step, ...]
    outcome: Outcome
    everybody: Outcome
    curve: tuple[Outcome, ...]

    @property
    def chosen(self) -> int:
        """Customers on the list."""
        return sum(step.chosen for step in self.steps)

    @property
    def kept_aside(self) -> int:
        """Customers on the list who are not contacted, for measuring."""
        return sum(step.kept_aside for step in self.steps)

    @property
    def limited(self) -> bool:
        """Whether the budget, and not the profit, ends the list."""
        worth = sum(s.cell.customers for s in self.steps if s.profit_each > 0)
        return self.chosen < worth

    def by_segment(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        """Return for each segment: customers, chosen, kept aside, contacts, expected rate, profit.

        The rate is the mean over the segment's customers, whoever is chosen.
        """
        rows = []
        for number in ids:
            steps = [step for step in self.steps if step.cell.segment_id == number]
            customers = sum(step.cell.customers for step in steps)
            rate = sum(s.rate * s.cell.customers for s in steps) / customers if customers else None
            rows.append(
                {
                    "segment_id": number,
                    "customers": customers,
                    "chosen": sum(s.chosen for s in steps),
                    "kept_aside": sum(s.kept_aside for s in steps),
                    "contacts": sum(s.contacts for s in steps),
                    "rate": rate,
                    "profit": sum(s.profit_each * s.contacts for s in steps),
                }
            )
        return rows


def plan_contacts(cells: Sequence[Cell], terms: Terms) -> Plan:
    """Choose whom to contact: the cells whose contacts pay, best first, within the budget.

    Parameters
    ----------
    cells : sequence of Cell
        Those that nobody was asked of, or (where there is a control group) nobody was left out
        of, take the common rate.
    terms : Terms

    Returns
    -------
    Plan
        Ranges hold what is not known of the rates (drawn together, shrunk: `shrinking`) and the
        luck of single answers.

    Raises
    ------
    ValueError
        If there is no cell.
    """
    if not cells:
        raise ValueError("a plan needs at least one cell of customers.")
    incremental = any(cell.held_asked for cell in cells)
    rates = _drawn(cells, terms.seed, incremental)
    expected = rates.mean(axis=0)
    each = expected * terms.value - terms.cost
    order = sorted(
        range(len(cells)), key=lambda i: (-each[i], cells[i].segment_id, -(cells[i].earlier or 0))
    )
    chosen, aside = _choose(cells, order, each, terms)
    ends = np.quantile(rates, RANGE, axis=0)
    steps = tuple(
        Step(
            cells[i], float(expected[i]), float(ends[0, i]), float(ends[1, i]), float(each[i]),
            chosen[i], aside[i],
        )
        for i in order
    )  # fmt: skip
    luck = np.random.default_rng([terms.seed, 1])
    contacts = np.array([chosen[i] - aside[i] for i in range(len(cells))])
    sizes = np.array([cell.customers for cell in cells])
    return Plan(
        terms=terms,
        incremental=incremental,
        steps=steps,
        outcome=_outcome(rates, contacts, terms, luck),
        everybody=_outcome(rates, sizes, terms, luck),
        curve=_curve(rates, sizes, order, terms, luck),
    )


def hold_out(chosen: Sequence[int], share: float, rng: np.random.Generator) -> list[bool]:
    """Return who of the chosen is kept aside: `share` of each segment, by chance, rounded up.

    Parameters
    ----------
    chosen : sequence of int
        The segment of each chosen customer.

    Examples
    --------
    >>> sum(hold_out([1] * 20 + [2] * 10, 0.1, np.random.default_rng(0)))
    3
    """
    segments = np.asarray(chosen, dtype=np.int64)
    kept = np.zeros(len(segments), dtype=bool)
    for number in np.unique(segments):
        rows = np.flatnonzero(segments == number)
        kept[rng.permutation(rows)[: held_of(len(rows), share)]] = True
    return [bool(value) for value in kept]


def held_of(n: int, share: float) -> int:
    """Return how many of n are kept aside, rounded up; never all of two and more.

    Examples
    --------
    >>> held_of(21, 0.1), held_of(1, 0.1), held_of(5, 0.0)
    (3, 0, 0)
    """
    return min(math.ceil(n * share - 1e-9), max(n - 1, 0))


def _drawn(cells: Sequence[Cell], seed: int, incremental: bool) -> Floats:
    """Draw what a contact brings in yes, shape (draws, cells)."""
    sent = draw_rates([c.yes for c in cells], [c.asked for c in cells], draws=DRAWS, seed=seed)
    if not incremental:
        return sent
    held = draw_rates(
        [c.held_yes for c in cells], [c.held_asked for c in cells], draws=DRAWS, seed=seed + 1
    )
    return sent - held


def _choose(
    cells: Sequence[Cell], order: Sequence[int], each: Floats, terms: Terms
) -> tuple[dict[int, int], dict[int, int]]:
    """Return customers chosen, and of them kept aside, by cell; contacts stay within the budget."""
    left = terms.affordable
    chosen, aside = dict.fromkeys(order, 0), dict.fromkeys(order, 0)
    for i in order:
        if each[i] <= 0 or left == 0:
            break
        count = cells[i].customers
        if left is not None and count - held_of(count, terms.holdout) > left:
            count = min(count, math.floor(left / (1.0 - terms.holdout) + 1e-9))
            while count - held_of(count, terms.holdout) > left:
                count -= 1
        chosen[i], aside[i] = count, held_of(count, terms.holdout)
        left = None if left is None else left - (chosen[i] - aside[i])
    return chosen, aside


def _outcome(
    rates: Floats, contacts: NDArray[np.int64], terms: Terms, luck: np.random.Generator
) -> Outcome:
    """Return what contacting so many of each cell brings."""
    total = int(contacts.sum())
    cost = total * terms.cost
    yes = float((rates.mean(axis=0) * contacts).sum())
    profits = _seen(rates, contacts, luck) * terms.value - cost
    low, high = (float(end) for end in np.quantile(profits, RANGE)) if total else (0.0, 0.0)
    return Outcome(total, cost, yes, yes * terms.value - cost, low, high)


def _seen(rates: Floats, contacts: NDArray[np.int64], luck: np.random.Generator) -> Floats:
    """Draw the answers that will be counted: rates, and the luck of single customers."""
    middle = (rates * contacts).sum(axis=1)
    spread = np.sqrt((np.abs(rates) * (1.0 - np.abs(rates)) * contacts).sum(axis=1))
    drawn: Floats = middle + spread * luck.standard_normal(len(rates))
    whole = float(contacts.sum())
    return np.clip(drawn, 0.0 if (rates >= 0).all() else -whole, whole)


def _curve(
    rates: Floats,
    sizes: NDArray[np.int64],
    order: Sequence[int],
    terms: Terms,
    luck: np.random.Generator,
) -> tuple[Outcome, ...]:
    """Return the outcome after each cell, from nobody to everybody."""
    contacts = np.zeros_like(sizes)
    points = [Outcome(0, 0.0, 0.0, 0.0, 0.0, 0.0)]
    for i in order:
        if not sizes[i]:
            continue
        for part in (0.5, 1.0):
            contacts[i] = round(sizes[i] * part)
            if contacts.sum() > points[-1].contacts:
                points.append(_outcome(rates, contacts, terms, luck))
    return tuple(points)
