"""Rules as values: a tree in plain numbers, what each segment's rule says, and how to follow it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coterie.insight.rule_words import Voice, say_box
from coterie.insight.trees import Ints, Tree


@dataclass(frozen=True)
class Rule:
    """The rule of one segment, as shown, measured on rows that the tree did not see.

    Attributes
    ----------
    segment : int
    text : str
        ``"annual income above 70 k$ and spending score above 60"``.
    precision : float or None
        Of the unseen customers the rule holds for, the share that is in the segment. None
        where it holds for none.
    coverage : float or None
        Of the segment's unseen customers, the share that the rule finds. None if none is there.
    count : int
        How many unseen customers the rule holds for.
    leaves, shown : int
        Leaves of the tree that answer with this segment, and those that `text` tells.
    """

    segment: int
    text: str
    precision: float | None
    coverage: float | None
    count: int
    leaves: int
    shown: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "segment": self.segment,
            "text": self.text,
            "precision": self.precision,
            "coverage": self.coverage,
            "count": self.count,
            "leaves": self.leaves,
            "shown": self.shown,
        }


@dataclass(frozen=True)
class Rules:
    """A tree over columns in customers' units, and the rule of each segment.

    Attributes
    ----------
    columns : tuple of str
        The columns of the tree, in the order of `feature`'s numbers.
    voices : tuple of Voice
        How bounds on each column are said.
    segments : tuple of int
        Segment ids; the order of the columns of `counts`.
    feature, threshold, left, right, missing_left : tuple, length n_nodes
        As in `trees.Tree`: a customer goes left where the value is at most the threshold.
    counts : tuple of tuple of int, shape (n_nodes, n_segments)
        Training rows of each segment that reach the node.
    rules : tuple of Rule
        One a segment, in the order of `segments`.
    fidelity : float or None
        Share of unseen customers that tree and centres place alike; None if there are none.
    price : float or None
        Relative rise in inertia on unseen customers when the tree chooses their centre (the
        surrogate cost of [1]_); None without scaled points.
    unseen : int
        Rows that fidelity, price, precision and coverage were measured on.
    reason : str
        Why the tree has the size it has.

    References
    ----------
    .. [1] N. Frost, M. Moshkovitz and C. Rashtchian, "ExKMC: Expanding Explainable k-Means
       Clustering", 2020, arXiv 2006.02399.
    """

    columns: tuple[str, ...]
    voices: tuple[Voice, ...]
    segments: tuple[int, ...]
    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    missing_left: tuple[bool, ...]
    counts: tuple[tuple[int, ...], ...]
    rules: tuple[Rule, ...]
    fidelity: float | None
    price: float | None
    unseen: int
    reason: str = ""

    def __getitem__(self, segment_id: int) -> Rule:
        return next(rule for rule in self.rules if rule.segment == segment_id)

    @cached_property
    def tree(self) -> Tree:
        """The tree as arrays."""
        return Tree(
            np.array(self.feature, dtype=np.int64),
            np.array(self.threshold, dtype=np.float64),
            np.array(self.left, dtype=np.int64),
            np.array(self.right, dtype=np.int64),
            np.array(self.missing_left, dtype=bool),
            np.array(self.counts, dtype=np.int64).reshape(len(self.feature), len(self.segments)),
        )

    @property
    def n_leaves(self) -> int:
        """How many leaves the tree has."""
        return sum(feature < 0 for feature in self.feature)

    def segment_of(self, values: Mapping[str, Any] | Sequence[Any]) -> int:
        """Return the segment the tree puts a customer into.

        Parameters
        ----------
        values : mapping of column to value, or sequence in the order of `columns`
            In customers' units; None or NaN for missing.
        """
        return self.follow(values)[0]

    def rule_that_held(self, values: Mapping[str, Any] | Sequence[Any]) -> str:
        """Return the path of one customer through the tree, in words."""
        return self.follow(values)[1]

    def follow(self, values: Mapping[str, Any] | Sequence[Any]) -> tuple[int, str]:
        """Return the tree's segment of one customer, and the rule that held, in words."""
        row = _row(values, self.columns)
        node = 0
        box: dict[int, tuple[float, float]] = {}
        while self.feature[node] >= 0:
            column, bound = self.feature[node], self.threshold[node]
            low, high = box.get(column, (-math.inf, math.inf))
            value = row[column]
            if self.missing_left[node] if math.isnan(value) else value <= bound:
                node, box[column] = self.left[node], (low, min(high, bound))
            else:
                node, box[column] = self.right[node], (max(low, bound), high)
        return self.segments[int(np.argmax(self.counts[node]))], say_box(box, self.voices)

    def segments_of(self, raw: ArrayLike) -> Ints:
        """Return the tree's segment of each row.

        Parameters
        ----------
        raw : array-like of float, shape (n, n_columns)
            In the order of `columns`, in customers' units; NaN for missing.
        """
        table = np.asarray(raw, dtype=np.float64)
        tree = self.tree
        ids: Ints = np.array(self.segments, dtype=np.int64)[tree.winner[tree.apply(table)]]
        return ids

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain = {key: getattr(self, key) for key in self.__dataclass_fields__}
        for key in ("columns", "segments", "feature", "threshold", "left", "right"):
            plain[key] = list(plain[key])
        return plain | {
            "voices": [voice.to_dict() for voice in self.voices],
            "missing_left": list(self.missing_left),
            "counts": [list(node) for node in self.counts],
            "rules": [rule.to_dict() for rule in self.rules],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Rules:
        """Build from `to_dict`'s result."""
        known = dict(plain)
        for key in ("columns", "segments", "feature", "left", "right", "missing_left"):
            known[key] = tuple(plain[key])
        known["threshold"] = tuple(float(bound) for bound in plain["threshold"])
        known["counts"] = tuple(tuple(node) for node in plain["counts"])
        known["voices"] = tuple(Voice(**voice) for voice in plain["voices"])
        known["rules"] = tuple(Rule(**rule) for rule in plain["rules"])
        return cls(**known)


def _row(values: Mapping[str, Any] | Sequence[Any], columns: tuple[str, ...]) -> list[float]:
    """Return values in the tree's order, NaN where one is missing."""
    found = [values.get(name) for name in columns] if isinstance(values, Mapping) else list(values)
    if len(found) != len(columns):
        raise ValueError(f"The tree has {len(columns)} columns; got {len(found)} values.")
    return [math.nan if value is None else float(value) for value in found]
