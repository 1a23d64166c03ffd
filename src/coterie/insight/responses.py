"""Who answered which campaign: rates with intervals, shrunk, compared, corrected for many looks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from coterie.insight.answers import ANY, Sums, Tally
from coterie.insight.effects import Z_95, wilson_interval
from coterie.insight.looks import chance_of, correct_for_looks, newcombe_interval
from coterie.insight.shrinking import shrink_rates

FEWEST = 30
"""Of fewer customers a rate says little: one answer more moves it by several per cent."""

LEVEL = 0.05


@dataclass(frozen=True)
class Effect:
    """What a campaign changed in one segment: contacted customers against those left out.

    Attributes
    ----------
    asked, yes : int
        Of those left out; the contacted ones are the `Answer`'s own.
    rate : float or None
    difference, low, high : float or None
        Rate of the contacted less rate of those left out, with Newcombe's 95 % interval.
    chance : float or None
        How likely so large a difference is without any effect, corrected for all segments.
    small : bool
        Too few in either group to say anything.
    """

    asked: int
    yes: int
    rate: float | None
    difference: float | None
    low: float | None
    high: float | None
    chance: float | None
    small: bool

    @property
    def beyond_chance(self) -> bool:
        """Whether the effect survives the correction for many looks."""
        return self.chance is not None and self.chance < LEVEL


@dataclass(frozen=True)
class Answer:
    """What one segment answered to one campaign.

    Attributes
    ----------
    segment_id : int
        0 for all customers.
    asked, yes : int
        Customers of whom the answer is known, and those who said yes.
    rate : float or None
        As counted, 0 to 1; None where nobody's answer is known.
    low, high : float
        Wilson's 95 % interval of it.
    expected, expected_low, expected_high : float or None
        The rate to expect next time: shrunk towards the mean of the segments.
    lift, lift_low, lift_high : float or None
        Those, by the rate of all customers; 1 is average. None where nobody said yes.
    chance : float or None
        How likely so large a difference to the other customers is if there is none, corrected
        for every segment and campaign looked at. None where it was not looked at.
    effect : Effect or None
        Where there is a control group.
    """

    segment_id: int
    asked: int
    yes: int
    rate: float | None
    low: float
    high: float
    expected: float | None
    expected_low: float | None
    expected_high: float | None
    lift: float | None = None
    lift_low: float | None = None
    lift_high: float | None = None
    chance: float | None = None
    effect: Effect | None = None

    @property
    def small(self) -> bool:
        """Whether there are too few customers to say anything."""
        return self.asked < FEWEST

    @property
    def beyond_chance(self) -> bool:
        """Whether the difference to the others survives the correction for many looks."""
        return self.chance is not None and self.chance < LEVEL


@dataclass(frozen=True)
class Campaign:
    """One campaign's answers: of all customers, then of each segment in its order.

    Attributes
    ----------
    name, label : str
        Column, and how a person reads it.
    overall : Answer
    segments : tuple of Answer
    alike : float
        Belief, after the answers, that the segments do not differ; 0 to 1.
    """

    name: str
    label: str
    overall: Answer
    segments: tuple[Answer, ...]
    alike: float

    @property
    def whole(self) -> bool:
        """Whether this is the answer to any of the campaigns, not to one."""
        return self.name == ANY

    @property
    def best(self) -> Answer | None:
        """The segment to expect most of, among those large enough; None if there is none."""
        known = [a for a in self.segments if a.expected is not None and not a.small]
        return max(known, key=lambda a: (a.expected, a.asked), default=None)

    def answer(self, segment_id: int) -> Answer:
        """Return one segment's answer; 0 is all customers."""
        return next(a for a in (self.overall, *self.segments) if a.segment_id == segment_id)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "name": self.name,
            "label": self.label,
            "alike": self.alike,
            "overall": _plain(self.overall),
            "segments": [_plain(answer) for answer in self.segments],
        }


@dataclass(frozen=True)
class Amount:
    """A number by segment: spend, or purchases with a discount.

    Attributes
    ----------
    segment_id : int
        0 for all customers.
    customers : int
        Of whom it is known.
    mean, low, high : float or None
        A customer, in the column's unit, with a 95 % interval.
    share : float or None
        The segment's part of the sum over all customers, 0 to 1.
    some, some_low, some_high : float or None
        Share of customers with more than none, with Wilson's interval.
    """

    segment_id: int
    customers: int
    mean: float | None
    low: float | None
    high: float | None
    share: float | None
    some: float | None
    some_low: float
    some_high: float

    @property
    def small(self) -> bool:
        """Whether there are too few customers to say anything."""
        return self.customers < FEWEST


def judge_answers(tallies: Sequence[Tally], ids: Sequence[int]) -> tuple[Campaign, ...]:
    """Turn counts into rates: with intervals, shrunk, compared with all, corrected for looks.

    Parameters
    ----------
    tallies : sequence of Tally
    ids : sequence of int
        Segments, in their order.

    Returns
    -------
    tuple of Campaign

    Notes
    -----
    A look is a segment of at least `FEWEST` customers, in one campaign, against all other
    customers; all looks of all campaigns are corrected together (Holm). Effects are another
    question and are corrected by themselves.
    """
    chances = _corrected(
        {(t.column.name, i): _against_rest(t, i) for t in tallies for i in ids if len(ids) > 1}
    )
    effects = _corrected({(t.column.name, i): _effect_chance(t, i) for t in tallies for i in ids})
    return tuple(_campaign(tally, ids, chances, effects) for tally in tallies)


def count_looks(campaigns: Sequence[Campaign]) -> int:
    """Return how many comparisons the correction is for."""
    return sum(a.chance is not None for c in campaigns for a in c.segments)


def amounts(sums: Sums, ids: Sequence[int]) -> tuple[Amount, ...]:
    """Return a number by segment, all customers first."""
    everyone = [*ids, *(key for key in sums.count if key not in ids)]
    whole = sum(sums.total.get(key, 0.0) for key in everyone)
    return tuple(
        _amount(number, keys, sums, whole) for number, keys in ((0, everyone), *_single(ids))
    )


def _single(ids: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Return each segment by itself."""
    return [(number, [number]) for number in ids]


def _amount(number: int, keys: Sequence[int], sums: Sums, whole: float) -> Amount:
    """Return one segment's mean and share."""
    count = sum(sums.count.get(key, 0) for key in keys)
    total = sum(sums.total.get(key, 0.0) for key in keys)
    squares = sum(sums.squares.get(key, 0.0) for key in keys)
    above = sum(sums.above.get(key, 0) for key in keys)
    if not count:
        return Amount(number, 0, None, None, None, None, None, 0.0, 1.0)
    mean = total / count
    spread = max(0.0, squares - count * mean * mean) / (count - 1) if count > 1 else None
    half = None if spread is None else Z_95 * math.sqrt(spread / count)
    return Amount(
        segment_id=number,
        customers=count,
        mean=mean,
        low=None if half is None else mean - half,
        high=None if half is None else mean + half,
        share=total / whole if whole > 0 else None,
        some=above / count,
        some_low=wilson_interval(above, count)[0],
        some_high=wilson_interval(above, count)[1],
    )


def _against_rest(tally: Tally, segment_id: int) -> float | None:
    """Return the chance of a segment's difference to the others; None if it is not looked at."""
    asked, yes = tally.asked.get(segment_id, 0), tally.yes.get(segment_id, 0)
    others, other_yes = sum(tally.asked.values()) - asked, sum(tally.yes.values()) - yes
    if asked < FEWEST or others < FEWEST:
        return None
    return chance_of(yes, asked, other_yes, others)


def _effect_chance(tally: Tally, segment_id: int) -> float | None:
    """Return the chance of a segment's effect; None without control group, or if it is small."""
    asked, held = tally.asked.get(segment_id, 0), tally.held_asked.get(segment_id, 0)
    if asked < FEWEST or held < FEWEST:
        return None
    yes, held_yes = tally.yes.get(segment_id, 0), tally.held_yes.get(segment_id, 0)
    return chance_of(yes, asked, held_yes, held)


def _corrected(
    chances: Mapping[tuple[str, int], float | None],
) -> dict[tuple[str, int], float | None]:
    """Correct all chances that are known for their number."""
    known = [key for key, chance in chances.items() if chance is not None]
    adjusted = correct_for_looks([chances[key] or 0.0 for key in known])
    return {**dict.fromkeys(chances), **dict(zip(known, adjusted, strict=True))}


def _campaign(
    tally: Tally,
    ids: Sequence[int],
    chances: Mapping[tuple[str, int], float | None],
    effects: Mapping[tuple[str, int], float | None],
) -> Campaign:
    """Put one campaign together."""
    asked, yes = sum(tally.asked.values()), sum(tally.yes.values())
    overall = yes / asked if asked else None
    there = [i for i in ids if tally.asked.get(i, 0)]
    shrunk: dict[int, tuple[float, float, float]] = {}
    alike = 1.0
    if there:
        found = shrink_rates(
            [tally.yes.get(i, 0) for i in there], [tally.asked.get(i, 0) for i in there]
        )
        alike = float(found.alike)
        ends = zip(found.rate.tolist(), found.low.tolist(), found.high.tolist(), strict=True)
        shrunk = dict(zip(there, ends, strict=True))
    name = tally.column.name
    segments = tuple(
        _answer(tally, [i], shrunk.get(i), overall, chances.get((name, i)), effects.get((name, i)))
        for i in ids
    )
    return Campaign(name, tally.column.label, _overall(tally), segments, alike)


def _overall(tally: Tally) -> Answer:
    """Return the answer of all customers: what was counted is what is expected."""
    keys = sorted({*tally.asked, *tally.held_asked})
    asked, yes = sum(tally.asked.values()), sum(tally.yes.values())
    held, held_yes = sum(tally.held_asked.values()), sum(tally.held_yes.values())
    known = (yes / asked, *wilson_interval(yes, asked)) if asked else None
    enough = min(asked, held) >= FEWEST
    chance = chance_of(yes, asked, held_yes, held) if enough else None
    return _answer(tally, keys, known, known[0] if known else None, None, chance, number=0)


def _answer(
    tally: Tally,
    keys: Sequence[int],
    expected: tuple[float, float, float] | None,
    overall: float | None,
    chance: float | None,
    effect_chance: float | None,
    number: int | None = None,
) -> Answer:
    """Return what some segments answered together."""
    asked, yes = (sum(held.get(k, 0) for k in keys) for held in (tally.asked, tally.yes))
    low, high = wilson_interval(yes, asked)
    middle, below, above = expected or (None, None, None)

    def lifted(rate: float | None) -> float | None:
        return rate / overall if rate is not None and overall else None

    return Answer(
        segment_id=keys[0] if number is None else number,
        asked=asked,
        yes=yes,
        rate=yes / asked if asked else None,
        low=low,
        high=high,
        expected=middle,
        expected_low=below,
        expected_high=above,
        lift=lifted(middle),
        lift_low=lifted(below),
        lift_high=lifted(above),
        chance=chance,
        effect=_effect(tally, keys, asked, yes, effect_chance),
    )


def _effect(
    tally: Tally, keys: Sequence[int], asked: int, yes: int, chance: float | None
) -> Effect | None:
    """Return what the campaign changed among these segments, where there is a control group."""
    if not tally.held_asked:
        return None
    held = sum(tally.held_asked.get(k, 0) for k in keys)
    held_yes = sum(tally.held_yes.get(k, 0) for k in keys)
    if not held or not asked:
        rate = held_yes / held if held else None
        return Effect(held, held_yes, rate, None, None, None, None, small=True)
    low, high = newcombe_interval(yes, asked, held_yes, held)
    small = min(asked, held) < FEWEST
    difference = yes / asked - held_yes / held
    return Effect(held, held_yes, held_yes / held, difference, low, high, chance, small)


def _plain(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain values, with what follows from it."""
    told = asdict(answer)
    told |= {"small": answer.small, "beyond_chance": answer.beyond_chance}
    if answer.effect is not None:
        told["effect"] |= {"beyond_chance": answer.effect.beyond_chance}
    return told
