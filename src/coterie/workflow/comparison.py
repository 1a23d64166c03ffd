"""What comparing two studies found: plain values, words for them, and the flow between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from coterie.figures.charts_comparing import study_flow
from coterie.figures.words import say_share

if TYPE_CHECKING:
    from coterie.figures.chart import Chart

Kind = Literal["same", "joins", "splits"]

AGREEMENTS = (
    (0.9, "The two say nearly the same"),
    (0.65, "The two are largely alike"),
    (0.3, "The two are related"),
    (float("-inf"), "The two have little in common"),
)


ALL = 0.995
"""From this share on, all customers are meant."""


class Pair(NamedTuple):
    """One value of both studies; None where a study has none."""

    name: str
    left: Any
    right: Any

    @property
    def same(self) -> bool:
        """Whether the two are equal."""
        return bool(self.left == self.right)


class Flow(NamedTuple):
    """Customers of one segment on the left and one on the right; id 0 is no segment."""

    left_id: int
    left: str
    right_id: int
    right: str
    customers: int


@dataclass(frozen=True)
class Became:
    """What became of one segment of the left study.

    Attributes
    ----------
    id, name : int, str
        Of the left study's segment.
    customers : int
        Of it, among those compared.
    kind : {"same", "joins", "splits"}
        It stayed together and is the other; it stayed together within a larger one; it did not
        stay together.
    parts : tuple of (int, str, float, float)
        Id and name of a segment on the right, the share of this one's customers there, and the
        share of that one's customers from here; largest first, parts below 10 % left out.
    """

    id: int
    name: str
    customers: int
    kind: Kind
    parts: tuple[tuple[int, str, float, float], ...]

    @property
    def sentence(self) -> str:
        """What became of it, in words."""
        _number, name, out, back = self.parts[0]
        if self.kind == "same":
            became = "stays" if name == self.name else f"is now {name}"
            if min(out, back) >= ALL:
                return f"{self.name} {became}, with the same customers."
            return (
                f"{self.name} {became}: {say_share(out)} of its customers are there, and make up "
                f"{say_share(back)} of it."
            )
        if self.kind == "joins":
            return (
                f"{self.name} went into {name}, {say_share(1 - back)} of which is from elsewhere."
            )
        where = ", ".join(f"{say_share(share)} {name}" for _, name, share, _ in self.parts)
        return f"{self.name} split: {where}."


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two studies side by side.

    Attributes
    ----------
    left, right : str
        What they are called.
    settings, figures : tuple of Pair
    customers : int
        Placed by both; 0 where that could not be.
    flow : tuple of Flow
        By the ids of the left, then of the right.
    adjusted_rand : float or None
        Agreement beyond chance: 1 the same groups, 0 as chance would. Whoever has no segment
        counts as a group.
    became : tuple of Became
        One for each segment of the left that has customers among those compared.
    new : tuple of (int, str)
        Segments of the right that are the chief part of none of the left's.
    why_not : str
        Why customers could not be placed by both; empty where they were.
    """

    left: str
    right: str
    settings: tuple[Pair, ...]
    figures: tuple[Pair, ...]
    customers: int = 0
    flow: tuple[Flow, ...] = ()
    adjusted_rand: float | None = None
    became: tuple[Became, ...] = ()
    new: tuple[tuple[int, str], ...] = ()
    why_not: str = ""

    @property
    def agreement(self) -> str:
        """How alike the two are, in a sentence."""
        if self.adjusted_rand is None:
            return self.why_not
        words = next(words for least, words in AGREEMENTS if self.adjusted_rand >= least)
        return f"{words}: adjusted Rand {self.adjusted_rand:.2f} (1 the same, 0 as chance)."

    @cached_property
    def chart(self) -> Chart | None:
        """The flow of customers from one's segments to the other's; None where there is none."""
        if not self.flow:
            return None
        return study_flow(
            self.flow,
            left_title=self.left,
            right_title=self.right,
            agreement=self.agreement,
            note=f"{self.customers:,} customers, placed by both.",
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "left": self.left,
            "right": self.right,
            "settings": [{**pair._asdict(), "same": pair.same} for pair in self.settings],
            "figures": [{**pair._asdict(), "same": pair.same} for pair in self.figures],
            "customers": self.customers,
            "adjusted_rand": self.adjusted_rand,
            "agreement": self.agreement,
            "flow": [one._asdict() for one in self.flow],
            "became": [
                {
                    "id": one.id,
                    "segment": one.name,
                    "customers": one.customers,
                    "kind": one.kind,
                    "sentence": one.sentence,
                    "parts": [
                        {"id": number, "segment": name, "share": out, "share_of_other": back}
                        for number, name, out, back in one.parts
                    ],
                }
                for one in self.became
            ],
            "new": [{"id": number, "segment": name} for number, name in self.new],
        }
