"""What changes with one segment fewer or one more: which become one, and which splits, in what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.matching import match_rows
from coterie.figures.charts_comparing import number_flow
from coterie.figures.words import say_share
from coterie.insight.wording import own_unit, plain_label, say

if TYPE_CHECKING:
    from coterie.figures.chart import Chart
    from coterie.schema import Column
    from coterie.workflow.study import Study

WHOLE = 0.7
"""A segment goes into another, or comes out of one, where so much of it does."""

WORTH_TELLING = 0.15
"""A smaller part of a segment is not told of."""

CHIEF = 0.25
"""A group is called after those that make up so much of it."""

STEADY = 0.9
"""The other segments stay as they are where so many of their customers do."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class OtherNumber:
    """The segments in use beside those of another number, on the same customers.

    Attributes
    ----------
    k : int
        The other number.
    in_use : int
    sentence : str
        What changes, in plain words.
    flow : tuple of (int, str, str, int)
        Id and name of a segment in use, what its part of the other division is called, customers.
    """

    k: int
    in_use: int
    sentence: str
    flow: tuple[tuple[int, str, str, int], ...]

    @cached_property
    def chart(self) -> Chart:
        """The flow of customers between the two."""
        return number_flow(self.flow, in_use=self.in_use, other=self.k, sentence=self.sentence)


def other_numbers(study: Study) -> tuple[OtherNumber, ...]:
    """Return what changes with one segment fewer and with one more, as far as both were tried.

    The segments of the other number are those that the choice of k looked at; whose customers
    they are is told on the sample that pictures draw, so that it costs next to nothing.

    Parameters
    ----------
    study : Study

    Returns
    -------
    tuple of OtherNumber
        Empty where the method finds the number itself.
    """
    tried = study.quality.clusterings
    return tuple(
        _beside(study, k) for k in (study.k - 1, study.k + 1) if k > 1 and k in tried
    )  # fmt: skip


def _beside(study: Study, k: int) -> OtherNumber:
    """Set the segments in use beside those of another number."""
    sample = study.sample
    inside = sample.labels > 0
    own = sample.labels[inside] - 1
    other = study.quality.clusterings[k].assign(sample.points[inside]).labels
    counts = np.zeros((study.k, k), dtype=np.int64)
    np.add.at(counts, (own, other), 1)
    names = [segment.name for segment in study.segments]
    partner = _matched(counts)
    called = _called(counts, names)
    if k < study.k:
        sentence = _fewer(counts, partner, names)
    else:
        sentence, known = _more(counts, partner, names, study, own, other)
        called = [known.get(j, text) for j, text in enumerate(called)]
    order = np.argsort([_place(counts[:, j]) for j in range(k)], kind="stable").tolist()
    flow = tuple(
        (i + 1, names[i], called[j], int(counts[i, j]))
        for i in range(study.k)
        for j in order
        if counts[i, j]
    )
    return OtherNumber(k, study.k, sentence, flow)


def _matched(counts: Counts) -> list[int | None]:
    """Return for each column the row that it shares most customers with, each row once."""
    rows, columns = counts.shape
    size = max(rows, columns)
    cost = np.zeros((size, size))
    cost[:rows, :columns] = -counts
    partner: list[int | None] = [None] * columns
    for row, column in enumerate(match_rows(cost).tolist()):
        if row < rows and column < columns:
            partner[column] = row
    return partner


def _place(column: Counts) -> float:
    """Return where a group stands so that bands cross little: the mean place of its sources."""
    return float(np.average(np.arange(len(column)), weights=column)) if column.sum() else np.inf


def _fewer(counts: Counts, partner: list[int | None], names: list[str]) -> str:
    """Say which segment is no more, and where its customers go."""
    k = counts.shape[1]
    gone = next(i for i in range(len(names)) if i not in partner)
    shares = counts[gone] / max(counts[gone].sum(), 1)
    into = [(partner[j], float(shares[j])) for j in np.argsort(-shares, kind="stable").tolist()]
    known = [(i, share) for i, share in into if i is not None]
    touched = {gone}
    if known[0][1] >= WHOLE:
        touched.add(known[0][0])
        both = listed([names[i] for i in sorted(touched)])
        but = f", but for {say_share(1 - known[0][1])} of {quoted(names[gone])}"
        said = f"With {k}, {both} become one{but if known[0][1] < STEADY else ''}."
    else:
        parts = [pair for pair in known if pair[1] >= WORTH_TELLING] or known[:1]
        where = _joined([f"{say_share(share)} to {names[i]}" for i, share in parts])
        said = f"With {k}, {names[gone]} is no segment of its own: its customers go {where}."
    return f"{said} {_others(counts, partner, touched)}".strip()


def _more(
    counts: Counts,
    partner: list[int | None],
    names: list[str],
    study: Study,
    own: NDArray[np.int64],
    other: NDArray[np.int32],
) -> tuple[str, dict[int, str]]:
    """Say where the segment that is new comes from, and in what; name what is known by that."""
    k = counts.shape[1]
    new = partner.index(None)
    shares = counts[:, new] / max(counts[:, new].sum(), 1)
    order = np.argsort(-shares, kind="stable").tolist()
    source = order[0]
    if shares[source] >= WHOLE:
        rest = partner.index(source)
        column, first, second = _difference(study, own == source, other, rest, new)
        label = plain_label(column)
        split = f"the segment {quoted(names[source])}" if len(names) > 1 else "the one segment"
        higher = [first[1], second[1]] if first[0] > second[0] else [second[1], first[1]]
        said = f"With {k}, {split} splits in two, by {label}: {_joined(higher)} on average."
        called = {
            rest: f"{names[source]}: {label} {first[1]}",
            new: f"{names[source]}: {label} {second[1]}",
        }
        return f"{said} {_others(counts, partner, {source})}".strip(), called
    parts = [i for i in order if shares[i] >= WORTH_TELLING]
    whence = _joined([f"{say_share(shares[i])} from {names[i]}" for i in parts])
    column, mean = _apart(study, other == new)
    text = f"{plain_label(column)} {mean}"
    said = f"With {k}, there is one more segment ({text} on average): {whence}."
    return f"{said} {_others(counts, partner, set(parts))}".strip(), {new: f"New: {text}"}


def quoted(name: str) -> str:
    """Return a name as it stands in a sentence: in marks where it is a phrase with a comma.

    Examples
    --------
    >>> quoted("Stars"), quoted("Older, low spending")
    ('Stars', '“Older, low spending”')
    """
    return (
        f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"
        if "," in name
        else name
    )


def listed(names: Sequence[str]) -> str:
    """Return names as a list within a sentence.

    Examples
    --------
    >>> listed(["Stars"]), listed(["Stars", "Misers", "Others"])
    ('Stars', 'Stars, Misers and Others')
    """
    return _joined([quoted(name) for name in names])


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _others(counts: Counts, partner: list[int | None], touched: set[int]) -> str:
    """Say whether the customers of the other segments stay together."""
    rest = [i for i in range(len(counts)) if i not in touched]
    if not rest:
        return ""
    kept = sum(int(counts[i, partner.index(i)]) for i in rest if i in partner)
    share = kept / max(int(counts[rest].sum()), 1)
    if share < STEADY:
        return f"{say_share(1 - share)} of the other customers change sides as well."
    if len(rest) == 1:
        return "The other segment stays nearly as it is."
    return "The other segments stay nearly as they are."


def _called(counts: Counts, names: list[str]) -> list[str]:
    """Return what each group of the other number is called: by whom it is made of."""
    called = []
    out = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    for j in range(counts.shape[1]):
        shares = counts[:, j] / max(counts[:, j].sum(), 1)
        chief = [i for i in range(len(names)) if shares[i] >= CHIEF]
        words = [names[i] if out[i, j] >= 0.5 else f"part of {names[i]}" for i in chief]
        text = listed(words) if words else "A part of each"
        called.append(text[:1].upper() + text[1:])
    # No two alike: a picture tells groups apart by what they are called.
    return [
        text if called.count(text) == 1 else f"{text} ({called[: j + 1].count(text)})"
        for j, text in enumerate(called)
    ]


def _difference(
    study: Study, inside: NDArray[np.bool_], other: NDArray[np.int32], rest: int, new: int
) -> tuple[Column, tuple[float, str], tuple[float, str]]:
    """Return the feature in which two parts of a segment differ most, and each one's mean of it."""
    parts = [inside & (other == rest), inside & (other == new)]
    name, column = _widest(study, parts[0], parts[1])
    raw = study.sample.raw[name][study.sample.labels > 0]
    means = [float(np.nanmean(raw[part])) for part in parts]
    first, second = ((mean, _said(column, mean, max(means))) for mean in means)
    return column, first, second


def _apart(study: Study, part: NDArray[np.bool_]) -> tuple[Column, str]:
    """Return in which feature a group differs most from all others, and its mean of it."""
    name, column = _widest(study, part, ~part)
    mean = float(np.nanmean(study.sample.raw[name][study.sample.labels > 0][part]))
    return column, _said(column, mean, mean)


def _widest(study: Study, one: NDArray[np.bool_], two: NDArray[np.bool_]) -> tuple[str, Column]:
    """Return the feature in which two groups lie farthest apart, in its own spread."""
    inside = study.sample.labels > 0
    best, widest = next(iter(study.sample.raw)), -1.0
    for name, values in study.sample.raw.items():
        raw = values[inside]
        first, second = raw[one], raw[two]
        if not (np.isfinite(first).any() and np.isfinite(second).any()):
            continue
        spread = float(np.nanstd(raw)) or 1.0
        apart = abs(float(np.nanmean(first)) - float(np.nanmean(second))) / spread
        if apart > widest:
            best, widest = name, apart
    return best, study.segmentation.described[best]


def _said(column: Column, value: float, largest: float) -> str:
    """Say a mean in the column's own unit."""
    if column.kind == "flag":
        return say(value, "%")
    unit = own_unit(column)
    # Shares come as 0 to 1 or as 0 to 100, and are said as the former.
    return say(0.01 * value if unit == "%" and largest > 1.0 else value, unit)
