"""Plain values that people see: a Segment, and one customer's Placement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Segment:
    """What people see of one group.

    Attributes
    ----------
    id : int
        From 1, in the canonical order.
    name, description, advice : str
    archetype : str
        The well-known name of such a group, or an empty string.
    size : int
        Customers of the training data in it.
    share : float
        Of all customers, 0 to 1.
    stability : float or None
        Mean Jaccard agreement over bootstrap refits (Hennig 2007); 0.75 and more is stable.
    facts : tuple of str
        What sets it apart, strongest first, in the customers' own units.
    rule : str
    rule_precision, rule_coverage : float or None
        On rows that the rule did not see.
    profile : mapping of str to float
        Mean of each feature in its own unit.
    distances : tuple of float
        Median, 90 % and 99 % quantile of its customers' distance to its centre (scaled units).
    """

    id: int
    name: str
    description: str
    advice: str
    archetype: str
    size: int
    share: float
    stability: float | None
    facts: tuple[str, ...]
    rule: str
    rule_precision: float | None
    rule_coverage: float | None
    profile: Mapping[str, float]
    distances: tuple[float, float, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain = {key: getattr(self, key) for key in self.__dataclass_fields__}
        return {
            **plain,
            "facts": list(self.facts),
            "profile": dict(self.profile),
            "distances": list(self.distances),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Segment:
        """Build from `to_dict`'s result."""
        return cls(
            **{
                **plain,
                "facts": tuple(plain["facts"]),
                "distances": tuple(plain["distances"]),
            }
        )


NO_SEGMENT = "None"
"""What stands for the name of a segment where a customer has none; the id is then 0."""

NOWHERE = Segment(
    id=0,
    name=NO_SEGMENT,
    description="Customers who are like no segment: no dense group of customers is within reach.",
    advice="Look at them one by one; what is right for a segment need not be right for them.",
    archetype="",
    size=0,
    share=0.0,
    stability=None,
    facts=(),
    rule="no segment reaches this customer",
    rule_precision=None,
    rule_coverage=None,
    profile={},
    distances=(0.0, 0.0, 0.0),
)
"""Stands for the segment of customers who have none."""


@dataclass(frozen=True)
class Placement:
    """One customer's answer.

    Attributes
    ----------
    segment_id : int
        0 for none: only methods that leave customers out answer so.
    segment : str
        "None" for none.
    confidence : float
        How likely a model fitted to other customers would place this one the same, 0 to 1; of a
        Gaussian mixture, its probability of membership. Where a feature is missing: how likely
        the segment is, given what is known.
    runner_up : str or None
        Name of the next nearest segment; None if there is one segment only. Where the answer is
        none, the nearest of all.
    rule : str
        The rule that held for this customer; where the answer is none, that no segment reaches.
    rule_agrees : bool
        Whether that rule leads to the same segment as the model does.
    distance, typical_distance : float
        To the segment, and the median of that segment's own customers; where the answer is none,
        of the nearest segment. As the method measures it: from the centre, in standard
        deviations of a mixture's component, or from the nearest core customer in parts of the
        reach.
    unlike : bool
        True if hardly any customer seen in training is as far from its segment as this one.
    outside_range : tuple of str
        Columns whose value lies outside what training saw.
    imputed : tuple of str
        Features whose value was missing or impossible and was filled with the typical one.
    notes : tuple of str
        Sentences on the above.
    """

    segment_id: int
    segment: str
    confidence: float
    runner_up: str | None
    rule: str
    rule_agrees: bool
    distance: float
    typical_distance: float
    unlike: bool
    outside_range: tuple[str, ...]
    imputed: tuple[str, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            key: list(value) if isinstance(value := getattr(self, key), tuple) else value
            for key in self.__dataclass_fields__
        }
