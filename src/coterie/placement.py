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


@dataclass(frozen=True)
class Placement:
    """One customer's answer.

    Attributes
    ----------
    segment_id : int
    segment : str
    confidence : float
        How likely a model fitted to other customers would place this one the same, 0 to 1.
    runner_up : str or None
        Name of the next nearest segment; None if there is one segment only.
    rule : str
        The rule that held for this customer.
    rule_agrees : bool
        Whether that rule leads to the same segment as the centres do.
    distance, typical_distance : float
        To the segment's centre, and the median of that segment's own customers.
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
