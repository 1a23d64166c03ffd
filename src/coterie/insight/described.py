"""What a profile is made of: plain frozen values, segment by segment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

SMALL = 0.2
"""Effects below this are not worth telling."""

DIGITS = 9
"""Places behind the point that are compared: engines differ in the last digits."""

_FOLLOWING = 0.6
_NORMAL_80 = 2.5631
"""Width of the middle 80 % of a normal distribution, in sd."""


@dataclass(frozen=True)
class NumberProfile:
    """A numeric column within one segment, in the column's own unit.

    None where there is nothing to count: no value at all, or (for `std`) a single one.
    """

    count: int
    missing: int
    mean: float | None
    median: float | None
    std: float | None
    q10: float | None
    q90: float | None
    min: float | None
    max: float | None


@dataclass(frozen=True)
class RateProfile:
    """A flag or a response within one segment: how many said yes.

    `low` and `high` are the ends of Wilson's 95 % interval of `rate`; `rate` is None where the
    column has no value in the segment.
    """

    count: int
    missing: int
    yes: int
    rate: float | None
    low: float
    high: float


@dataclass(frozen=True)
class ChoiceProfile:
    """A category within one segment: the customers that made each choice, and their share."""

    count: int
    missing: int
    counts: dict[str, int]
    shares: dict[str, float]


@dataclass(frozen=True)
class Fact:
    """One thing that sets a segment apart from the rest.

    Attributes
    ----------
    column : str
    choice : str
        The choice of a category; empty for other columns.
    effect : float
        How far apart, with its sign. Hedges' g for numbers, Cohen's h for flags and choices.
    measure : {"hedges_g", "cohens_h"}
    value, others, overall : float
        Mean (or share) in the segment, among all other customers, among all.
    sentence : str
        For people, in the column's unit.
    fitted : bool
        Whether the column took part in the fit. Then a difference is no discovery.
    beyond_chance : bool or None
        For columns that took no part in the fit: whether the difference exceeds what chance
        gives, corrected for all comparisons. None for fitted columns, of which a test would
        say "significant" whatever the data.
    """

    column: str
    choice: str
    effect: float
    measure: str
    value: float
    others: float
    overall: float
    sentence: str
    fitted: bool
    beyond_chance: bool | None


@dataclass(frozen=True)
class SegmentProfile:
    """One segment, or (with id 0) all customers.

    Attributes
    ----------
    id : int
    size : int
    share : float
        Of all customers, 0 to 1.
    numbers, rates, choices : dict of column name to profile
    facts : tuple of Fact
        Strongest first; empty for all customers.
    """

    id: int
    size: int
    share: float
    numbers: dict[str, NumberProfile]
    rates: dict[str, RateProfile]
    choices: dict[str, ChoiceProfile]
    facts: tuple[Fact, ...] = ()

    def value(self, column: str, choice: str = "") -> float | None:
        """Return the mean of a number, the rate of a flag or the share of a choice."""
        if choice:
            profile = self.choices.get(column)
            return profile.shares.get(choice, 0.0) if profile and profile.count else None
        if column in self.numbers:
            return self.numbers[column].mean
        return self.rates[column].rate if column in self.rates else None

    def telling(self, most: int = 6) -> tuple[Fact, ...]:
        """Return the strongest facts that are worth telling.

        Small effects (under 0.2, Cohen's "small") are left out, and so are differences that
        chance explains. What the segments were made from comes before what merely follows from
        it, unless that is far stronger.
        """
        worth = [f for f in self.facts if abs(f.effect) >= SMALL and f.beyond_chance is not False]
        worth.sort(key=_telling_first)
        return tuple(worth[:most])

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self) | {"facts": [asdict(fact) for fact in self.facts]}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> SegmentProfile:
        """Build from `to_dict`'s result."""
        return cls(
            id=plain["id"],
            size=plain["size"],
            share=plain["share"],
            numbers={key: NumberProfile(**value) for key, value in plain["numbers"].items()},
            rates={key: RateProfile(**value) for key, value in plain["rates"].items()},
            choices={key: ChoiceProfile(**value) for key, value in plain["choices"].items()},
            facts=tuple(Fact(**fact) for fact in plain["facts"]),
        )


def _spread(everyone: NumberProfile) -> float:
    """Return the sd of a column, or that of its middle 80 % if that is smaller (and not 0)."""
    std = everyone.std or 0.0
    if everyone.q10 is None or everyone.q90 is None or everyone.q90 <= everyone.q10:
        return std
    return min(std, (everyone.q90 - everyone.q10) / _NORMAL_80)


def _telling_first(fact: Fact) -> tuple[float, str, str]:
    """Order facts by how much they tell; equal ones by column and choice."""
    weight = 1.0 if fact.fitted else _FOLLOWING
    return (-round(abs(fact.effect) * weight, DIGITS), fact.column, fact.choice)


@dataclass(frozen=True)
class Profiles:
    """What each segment is like.

    Attributes
    ----------
    rows : int
        Customers in all, those without a segment included.
    features : tuple of str
        The columns that took part in the fit.
    overall : SegmentProfile
        All customers, as id 0.
    segments : tuple of SegmentProfile
        In the order of their ids.
    """

    rows: int
    features: tuple[str, ...]
    overall: SegmentProfile
    segments: tuple[SegmentProfile, ...]
    _by_id: dict[int, SegmentProfile] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {segment.id: segment for segment in self.segments})

    def __iter__(self) -> Iterator[SegmentProfile]:
        return iter(self.segments)

    def __len__(self) -> int:
        return len(self.segments)

    def __getitem__(self, segment_id: int) -> SegmentProfile:
        return self._by_id[segment_id]

    def standing(self, segment_id: int, column: str) -> float:
        """Return how far a segment's mean lies from the overall mean, in overall sd.

        Where a few extreme values make the sd larger than the bulk of customers has it, that of
        the bulk counts: else a mean ten times the others' would be called slightly higher.
        0 where the column is unknown or does not vary. Where the segment's median lies on the
        other side of the overall median, a few extreme values made the mean: then it is 0 too.
        """
        here, everyone = self[segment_id].numbers.get(column), self.overall.numbers.get(column)
        if here is None or everyone is None:
            return self._rate_standing(segment_id, column)
        if here.mean is None or everyone.mean is None or not everyone.std:
            return 0.0
        away = (here.mean - everyone.mean) / _spread(everyone)
        if here.median is not None and everyone.median is not None:
            middle = here.median - everyone.median
            if middle * away < 0:
                return 0.0
        return away

    def _rate_standing(self, segment_id: int, column: str) -> float:
        """Return the same for a flag: a 0/1 number with the sd of its rate."""
        here, everyone = self[segment_id].value(column), self.overall.value(column)
        if here is None or everyone is None or not 0.0 < everyone < 1.0:
            return 0.0
        return float((here - everyone) / (everyone * (1.0 - everyone)) ** 0.5)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "rows": self.rows,
            "features": list(self.features),
            "overall": self.overall.to_dict(),
            "segments": [segment.to_dict() for segment in self.segments],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Profiles:
        """Build from `to_dict`'s result."""
        return cls(
            rows=plain["rows"],
            features=tuple(plain["features"]),
            overall=SegmentProfile.from_dict(plain["overall"]),
            segments=tuple(SegmentProfile.from_dict(segment) for segment in plain["segments"]),
        )
