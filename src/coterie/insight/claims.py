"""Claims: what a name or a description says, in a form that can be checked against the data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from coterie.insight.described import Profiles

Relation = Literal[
    "high", "low", "slightly high", "slightly low", "middle", "not high", "not low",
    "is", "above", "below", "times", "more than", "less than", "share", "mostly",
]  # fmt: skip

CLEAR = 0.5
"""Overall standard deviations from the overall mean at which a segment is called high or low.
Cohen (1988) calls half a standard deviation a medium effect, "visible to the naked eye"."""

SLIGHT = 0.2
"""From here on a difference is worth a "slightly"; below it nothing is said."""


@dataclass(frozen=True)
class Claim:
    """One checkable statement about one segment.

    Attributes
    ----------
    segment : int
    column : str
        Empty for the segment's own size (relation ``"share"``).
    relation : str
        ``"high"``, ``"low"`` (at least `CLEAR` from the overall mean), ``"slightly high"``,
        ``"slightly low"`` (at least `SLIGHT`), ``"middle"`` (less than `CLEAR`),
        ``"not high"``, ``"not low"``; ``"is"`` (a figure by itself);
        ``"above"``, ``"below"`` (than all other customers);
        ``"times"`` (the overall mean); ``"more than"``, ``"less than"`` (the segment `other`);
        ``"mostly"`` (more than half made this choice); ``"share"`` of all customers.
    value : float
        The segment's mean, rate or share that is spoken of.
    against : float
        What it is held against: the overall mean, the others' or the other segment's.
    choice : str
        The choice of a category.
    other : int
        The other segment of ``"more than"`` and ``"less than"``; else 0.
    """

    segment: int
    column: str
    relation: Relation
    value: float
    against: float
    choice: str = ""
    other: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "segment": self.segment,
            "column": self.column,
            "relation": self.relation,
            "value": self.value,
            "against": self.against,
            "choice": self.choice,
            "other": self.other,
        }


def check_claim(claim: Claim, profiles: Profiles) -> bool:
    """Return whether `claim` holds, counted afresh from the profiles.

    Both numbers must be those of the profiles, and the relation between them must be true.
    """
    value, against = _numbers(claim, profiles)
    if value is None or against is None:
        return False
    same = math.isclose(value, claim.value, rel_tol=1e-9, abs_tol=1e-12) and math.isclose(
        against, claim.against, rel_tol=1e-9, abs_tol=1e-12
    )
    return same and _holds(claim, profiles, value, against)


def _numbers(claim: Claim, profiles: Profiles) -> tuple[float | None, float | None]:
    """Look up both sides of a claim."""
    segment = profiles[claim.segment]
    if claim.relation == "share":
        return segment.share, 1.0
    value = segment.value(claim.column, claim.choice)
    if claim.relation in ("above", "below"):
        facts = (f for f in segment.facts if (f.column, f.choice) == (claim.column, claim.choice))
        fact = next(facts, None)
        return value, fact.others if fact else None
    if claim.relation in ("more than", "less than"):
        return value, profiles[claim.other].value(claim.column, claim.choice)
    if claim.relation == "mostly":
        return value, 0.5
    return value, profiles.overall.value(claim.column, claim.choice)


def _holds(claim: Claim, profiles: Profiles, value: float, against: float) -> bool:
    """Decide the relation itself."""
    standing = profiles.standing(claim.segment, claim.column) if claim.column else 0.0
    return {
        "high": standing >= CLEAR,
        "low": standing <= -CLEAR,
        "slightly high": standing >= SLIGHT,
        "slightly low": standing <= -SLIGHT,
        "middle": abs(standing) < CLEAR,
        "not high": standing < CLEAR,
        "not low": standing > -CLEAR,
        "is": True,
        "above": value > against,
        "below": value < against,
        "times": against > 0,
        "more than": value > against,
        "less than": value < against,
        "mostly": value > against,
        "share": 0.0 <= value <= 1.0,
    }[claim.relation]
