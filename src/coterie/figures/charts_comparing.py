"""The chart of two studies beside each other: where the customers of one stand in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from coterie.figures.chart import Chart
from coterie.figures.charts_profiles import flow

Pair = tuple[int, str, int, str, int]


def study_flow(
    pairs: Sequence[Pair], *, left_title: str, right_title: str, agreement: str, note: str = ""
) -> Chart:
    """Draw where the customers of one study's segments stand in another's.

    Parameters
    ----------
    pairs : sequence of (int, str, int, str, int)
        Segment id and name on the left, the same on the right, customers in both; id 0 is no
        segment.
    left_title, right_title : str
        What the two studies are called.
    agreement : str
        How alike the two are, in a sentence.
    note : str
        What a careful reader should know.

    Returns
    -------
    Chart
        kind ``"flow"``; data: ``left``, ``right``, ``customers``, ``share_of_left`` and
        ``share_of_right`` (0 to 1).

    Examples
    --------
    >>> chart = study_flow(
    ...     [(1, "Stars", 1, "Target", 30), (2, "Misers", 1, "Target", 10)],
    ...     left_title="May", right_title="June", agreement="Little in common.",
    ... )
    >>> chart.data["share_of_right"]
    (0.75, 0.25)
    """
    # Whoever has no segment comes last; its band is grey.
    kept = sorted((p for p in pairs if p[4] > 0), key=lambda p: (p[0] <= 0, p[0], p[2] <= 0, p[2]))
    named = [(_label(p[0], p[1]), _label(p[2], p[3]), p[4]) for p in kept]
    drawn = flow(named, left_title=left_title, right_title=right_title)
    lefts: dict[int, int] = {}
    rights: dict[int, int] = {}
    for left, _, right, _, count in kept:
        lefts[left] = lefts.get(left, 0) + count
        rights[right] = rights.get(right, 0) + count
    shares = {
        "share_of_left": tuple(p[4] / lefts[p[0]] for p in kept),
        "share_of_right": tuple(p[4] / rights[p[2]] for p in kept),
    }
    ids = {_label(p[0], p[1]): p[0] for p in kept}
    return replace(
        drawn,
        subtitle=f"{agreement} The wider the band, the more customers.",
        data={**drawn.data, **shares},
        encoding={**drawn.encoding, "left_ids": ids},
        units={**drawn.units, "share_of_left": "share", "share_of_right": "share"},
        note=note,
    )


def number_flow(
    pairs: Sequence[tuple[int, str, str, int]], *, in_use: int, other: int, sentence: str
) -> Chart:
    """Draw which segments split or become one where another number of them is chosen.

    Parameters
    ----------
    pairs : sequence of (int, str, str, int)
        Id and name of a segment in use, what a group of the other number is called, customers.
    in_use, other : int
        The two numbers.
    sentence : str
        What changes.

    Returns
    -------
    Chart
        kind ``"flow"``; data: ``left``, ``right``, ``customers``.

    Examples
    --------
    >>> chart = number_flow([(1, "Stars", "Stars and Misers", 30), (2, "Misers",
    ...     "Stars and Misers", 10)], in_use=2, other=1, sentence="With 1, both become one.")
    >>> chart.title, chart.data["left"]
    ('From 2 segments to 1', ('1 Stars', '2 Misers'))
    """
    drawn = flow(
        [(_label(number, name), right, count) for number, name, right, count in pairs],
        left_title=f"{in_use} segments" if in_use > 1 else "1 segment",
        right_title=str(other),
    )
    ids = {_label(number, name): number for number, name, _right, _count in pairs}
    return replace(
        drawn,
        subtitle=sentence,
        encoding={**drawn.encoding, "left_ids": ids},
        note="The wider the band, the more customers.",
    )


def _label(segment_id: int, name: str) -> str:
    """Return a segment as it stands beside the bands."""
    return f"{segment_id} {name}" if segment_id > 0 else "No segment"
