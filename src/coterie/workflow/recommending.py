"""Which of several methods to use, and why: k-means, unless another one shows clearly more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.workflow.methods import Row

# Adjusted Rand index with k-means from which another method finds the same groups.
SAME = 0.9
# A challenger cuts at most this share of the links between neighbours that k-means cuts,
CLEARER = 0.5
# leaves out hardly anyone,
MOST_LEFT_OUT = 0.2
# and is found again (Hennig 2007).
STEADY = 0.75


def recommend(rows: Sequence[Row], *, asked_for_categories: bool = False) -> tuple[Row, str]:
    """Return the row to use and the reason for it.

    k-means is the one to beat, because its segments are the easiest to explain and to place
    customers in. Another is recommended only if its groups are natural, others than those of
    k-means, found again, leave out hardly anyone, and run through emptier space: they cut at most
    half as many of the links between neighbouring customers as the same number of groups of
    k-means does. Where categories were asked for, only
    methods that take them are considered.

    Parameters
    ----------
    rows : sequence of Row
        With k-means among them.
    asked_for_categories : bool

    Returns
    -------
    Row
    str
    """
    tried = [row for row in rows if not row.fault]
    if asked_for_categories:
        able = [row for row in tried if row.method in ("kprototypes", "famd")]
        best = max(able, key=lambda row: row.weakest_stability or 0.0)
        return best, (
            f"{best.name}: you asked for categories among the features, and of the methods that "
            f"take them its segments are found again most surely ({_share(best)})."
        )
    plain = next(row for row in tried if row.method == "kmeans")
    better = [row for row in tried if _beats(row)]
    if better:
        best = min(better, key=lambda row: row.links_cut + row.left_out / 2)
        return best, (
            f"{best.name}: its {best.k} groups are natural and run through emptier space, for they "
            f"part {best.links_cut:.1%} of neighbouring customers, where {best.k} of k-means part "
            f"{best.links_cut_plain:.1%}."
        )
    if plain.verdict == "natural":
        return plain, (
            f"k-means: its {plain.k} groups are natural, and no other method shows groups that are "
            "clearly more apart. It is the easiest to explain and to place customers with."
        )
    alike = [r for r in tried if r.verdict == "natural" and r.k > 1 and r.like_plain >= SAME]
    if alike:
        few = alike[0]
        return plain, (
            f"k-means: the {few.k} natural groups that {few.name} shows, k-means finds too when "
            f"asked for {few.k}. Its own {plain.k} segments are a working cut ({_share(plain)})."
        )
    return plain, (
        "k-means: no method shows groups that are clearly apart, so the plainest one serves. Its "
        f"{plain.k} segments are a working cut ({_share(plain)})."
    )


def _beats(row: Row) -> bool:
    """Tell whether a method shows clearly more than as many groups of k-means."""
    return (
        row.method not in ("kmeans", "kprototypes", "famd")
        and row.k > 1
        and row.verdict == "natural"
        and row.left_out <= MOST_LEFT_OUT
        and (row.weakest_stability or 0.0) >= STEADY
        and row.like_plain < SAME
        and row.links_cut <= CLEARER * row.links_cut_plain
    )


def _share(row: Row) -> str:
    """Say how much of its weakest segment resampling finds again."""
    return f"resampling finds {row.weakest_stability or 0.0:.0%} of the least stable one again"
