"""Rules: a small decision tree that says in words who belongs to which segment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coterie.insight.rebuilding import rebuild_tree
from coterie.insight.rule_words import Voice, join_boxes, say_boxes, voice_of
from coterie.insight.ruleset import Rule, Rules
from coterie.insight.trees import Floats, Ints, Tree, choose_leaves, grow_tree

if TYPE_CHECKING:
    from coterie.schema import Schema

__all__ = ["Rule", "Rules", "grow_rules", "rebuild_tree"]

NO_RULE = "no short rule: too few customers, or too much like others"

_SEEN = 0.7
_MOST_SHOWN = 3
_ENOUGH_SHOWN = 0.85
_LARGEST_TREE = 60
_GOOD_FIDELITY = 0.9
_CLEARLY_BETTER = 0.03


def grow_rules(
    raw: ArrayLike,
    labels: ArrayLike,
    *,
    schema: Schema,
    columns: Sequence[str],
    seed: int,
    features: Sequence[str] = (),
    points: ArrayLike | None = None,
    centres: ArrayLike | None = None,
    max_leaves: int | None = None,
) -> Rules:
    """Grow the tree that says in words who belongs to which segment.

    Grown on 70 % of the rows of each segment; everything that is reported is measured on the
    other 30 %, with the thresholds as they are said. Its size is the smallest whose fidelity
    comes within two points of the best that any size reaches in a threefold check within the
    70 %: a condition more must pay for the reading of it.

    Parameters
    ----------
    raw : array-like of float, shape (n, n_columns)
        In customers' units; missing values filled as in placing.
    labels : array-like of int, shape (n,)
        Segment ids from 1; rows with 0 are left out.
    schema : Schema
        With the derived columns.
    columns : sequence of str
        Names of the columns of `raw`.
    seed : int
    features : sequence of str, optional
        The columns that took part in the fit. The others are used only where these give less
        than 90 % and all together clearly more. All columns if empty.
    points : array-like of float, shape (n, n_dimensions), optional
        The same rows scaled, for the price.
    centres : array-like of float, shape (n_segments, n_dimensions), optional
        Row 0 is segment 1's, and so on; the means of `points` if None.
    max_leaves : int, optional
        The most leaves that may be tried; three a segment (at most 60) if None.

    Returns
    -------
    Rules

    Raises
    ------
    ValueError
        If shapes do not fit, a value is not finite, or no row has a segment.
    """
    table, ids = np.asarray(raw, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    _check(table, ids, columns)
    keep = ids > 0
    table, ids = table[keep], ids[keep]
    segments, classes = np.unique(ids, return_inverse=True)
    voices = tuple(_voice(schema, name, table[:, j]) for j, name in enumerate(columns))
    train = _seen(classes, seed)
    tree, reason = _grow(table[train], classes[train], columns, features, max_leaves, seed)
    unseen = ~train
    leaves = tree.apply(table[unseen])
    placed = tree.winner[leaves]
    right = classes[unseen]
    price = None
    if points is not None:
        scaled = np.asarray(points, dtype=np.float64)[keep]
        middle = _centres(scaled, classes, segments, centres)
        price = _price(scaled[unseen], middle, right, placed)
    return Rules(
        columns=tuple(columns),
        voices=voices,
        segments=tuple(int(each) for each in segments),
        feature=tuple(tree.feature.tolist()),
        threshold=tuple(tree.threshold.tolist()),
        left=tuple(tree.left.tolist()),
        right=tuple(tree.right.tolist()),
        missing_left=tuple(tree.missing_left.tolist()),
        counts=tuple(tuple(node) for node in tree.counts.tolist()),
        rules=tuple(
            _rule(tree, j, int(segment), voices, leaves, right)
            for j, segment in enumerate(segments)
        ),
        fidelity=float((placed == right).mean()) if len(right) else None,
        price=price,
        unseen=len(right),
        reason=reason,
    )


def _check(table: Floats, ids: Ints, columns: Sequence[str]) -> None:
    if table.ndim != 2 or table.shape != (len(ids), len(columns)):
        raise ValueError(
            f"raw of shape {table.shape} does not fit {len(ids)} labels and {len(columns)} columns."
        )
    if not np.isfinite(table).all():
        raise ValueError("raw must be finite: fill missing values as in placing first.")
    if not (ids > 0).any():
        raise ValueError("No row has a segment.")


def _voice(schema: Schema, name: str, values: Floats) -> Voice:
    whole = bool((values == np.floor(values)).all())
    return voice_of(schema[name], whole=whole, largest=float(values.max()))


def _seen(classes: Ints, seed: int) -> NDArray[np.bool_]:
    """Draw 70 % of the rows of each class, at least one."""
    rng = np.random.default_rng([seed, 17])
    order = rng.permutation(len(classes))
    seen = np.zeros(len(classes), dtype=bool)
    for each in range(int(classes.max()) + 1):
        rows = order[classes[order] == each]
        seen[rows[: math.ceil(_SEEN * len(rows))]] = True
    return seen


def _grow(
    raw: Floats,
    classes: Ints,
    columns: Sequence[str],
    features: Sequence[str],
    max_leaves: int | None,
    seed: int,
) -> tuple[Tree, str]:
    """Choose columns and size, grow, and see to it that each segment has a leaf if it can."""
    k = int(classes.max()) + 1
    everything = list(range(len(columns)))
    if k == 1:
        only = np.array([[len(raw)]], dtype=np.int64)
        leaf = np.array([-1])
        tree = Tree(leaf, np.zeros(1), leaf, leaf, np.ones(1, dtype=bool), only)
        return tree, "One segment holds every customer, so there is nothing to tell apart."
    sizes = _sizes(k, max_leaves)
    usable = [j for j in everything if columns[j] in features] or everything
    size, fidelity = choose_leaves(raw, classes, sizes, seed=seed, usable=usable)
    if fidelity < _GOOD_FIDELITY and len(usable) < len(everything):
        wider = choose_leaves(raw, classes, sizes, seed=seed, usable=everything)
        if wider[1] > fidelity + _CLEARLY_BETTER:
            usable, (size, fidelity) = everything, wider
    tree = grow_tree(raw, classes, k, n_leaves=size, usable=usable)
    for larger in [each for each in sizes if each > size]:
        if len(np.unique(tree.winner[tree.leaves])) == k:
            break
        wider_tree = grow_tree(raw, classes, k, n_leaves=larger, usable=usable)
        if len(np.unique(wider_tree.winner[wider_tree.leaves])) > len(
            np.unique(tree.winner[tree.leaves])
        ):
            tree = wider_tree
    return tree, _reason(len(tree.leaves), size, sizes[-1])


def _reason(leaves: int, size: int, largest: int) -> str:
    """Say why the tree has its size."""
    if size < largest:
        return (
            f"The tree has {leaves} leaves. Up to {largest} were tried: more of them agree with "
            "the segments on less than 2 more customers in 100."
        )
    return (
        f"The tree has {leaves} leaves, the most that were tried, because fewer agree with the "
        "segments clearly less. More would agree better and could not be read."
    )


def _sizes(k: int, max_leaves: int | None) -> list[int]:
    """Return the numbers of leaves to try, from one a segment."""
    most = max(2, max_leaves if max_leaves is not None else min(3 * k, _LARGEST_TREE))
    tried = {k, k + 1, k + 2, math.ceil(1.5 * k), 2 * k, 3 * k}
    return sorted({min(max(size, 2), most) for size in tried})


def _rule(
    tree: Tree, index: int, segment: int, voices: tuple[Voice, ...], leaves: Ints, right: Ints
) -> Rule:
    """Say and measure the rule of one segment."""
    own = [int(leaf) for leaf in tree.leaves if tree.winner[leaf] == index]
    own.sort(key=lambda leaf: (-int(tree.counts[leaf, index]), leaf))
    mine = right == index
    if not own:
        return Rule(segment, NO_RULE, None, 0.0 if mine.any() else None, 0, 0, 0)
    total = sum(int(tree.counts[leaf, index]) for leaf in own)
    shown: list[int] = []
    for leaf in own[:_MOST_SHOWN]:
        shown.append(leaf)
        if sum(int(tree.counts[each, index]) for each in shown) >= _ENOUGH_SHOWN * total:
            break
    boxes = tree.boxes()
    holds = np.isin(leaves, shown)
    count, found = int(holds.sum()), int((holds & mine).sum())
    return Rule(
        segment=segment,
        text=say_boxes(join_boxes([boxes[leaf] for leaf in shown]), voices),
        precision=found / count if count else None,
        coverage=found / int(mine.sum()) if mine.any() else None,
        count=count,
        leaves=len(own),
        shown=len(shown),
    )


def _centres(points: Floats, classes: Ints, segments: Ints, centres: ArrayLike | None) -> Floats:
    """Return the centre of each segment that has rows."""
    if centres is not None:
        given: Floats = np.asarray(centres, dtype=np.float64)[segments - 1]
        return given
    return np.stack([points[classes == each].mean(axis=0) for each in range(len(segments))])


def _price(points: Floats, centres: Floats, right: Ints, placed: Ints) -> float | None:
    """Return the relative rise in inertia when the tree chooses the centre of each row."""
    if not len(points):
        return None
    before = float(((points - centres[right]) ** 2).sum())
    after = float(((points - centres[placed]) ** 2).sum())
    if before == 0.0:
        return 0.0 if after == 0.0 else None
    return after / before - 1.0
