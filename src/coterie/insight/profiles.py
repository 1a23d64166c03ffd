"""Profiles: what each segment is like, in the customers' own units, and what sets it apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from coterie.insight.described import (
    ChoiceProfile,
    Fact,
    NumberProfile,
    Profiles,
    RateProfile,
    SegmentProfile,
)
from coterie.insight.effects import wilson_interval
from coterie.insight.facts import find_facts
from coterie.insight.tally import Plan, Tally, plan_tally, run_tally

if TYPE_CHECKING:
    from coterie.schema import Schema

__all__ = [
    "ChoiceProfile",
    "Fact",
    "NumberProfile",
    "Profiles",
    "RateProfile",
    "SegmentProfile",
    "profile_rows",
    "profile_segments",
]


def profile_segments(
    frame: nw.LazyFrame[Any],
    schema: Schema,
    *,
    label: str = "segment_id",
    features: tuple[str, ...],
) -> Profiles:
    """Describe each segment from all its customers: one grouped pass, and one over all.

    Parameters
    ----------
    frame : nw.LazyFrame
        The columns of `schema` in customers' own units (cleaned, uncapped), derived columns,
        and `label`. NaN and infinite values count as missing.
    schema : Schema
        Says which columns are numbers, flags, categories; ignored, personal, id, date and
        text columns are left out unless they are features.
    label : str
        Segment ids, from 1; 0 or null for customers without one, who count as others.
    features : tuple of str
        The columns that took part in the fit.

    Returns
    -------
    Profiles

    Raises
    ------
    ValueError
        If `label` or a feature is no column of the frame.
    """
    plan = plan_tally(frame, schema, features)
    if label not in frame.collect_schema():
        raise ValueError(f"The frame has no column {label} with the segment of each row.")
    groups, everyone = run_tally(frame, plan, label)
    rows = everyone["n"]
    overall = _segment(plan, 0, everyone, rows)
    plain = {key: _segment(plan, key, group, rows) for key, group in sorted(groups.items())}
    facts = find_facts(plain, overall, schema, features)
    segments = tuple(
        replace(segment, facts=facts[key]) for key, segment in plain.items() if key > 0
    )
    return Profiles(rows=rows, features=tuple(features), overall=overall, segments=segments)


def profile_rows(profiles: Profiles, schema: Schema) -> list[dict[str, Any]]:
    """Return one row for each segment and column (and choice), as for ``profiles.csv``.

    Numbers have mean, median, std, q10 and q90; flags and choices have their share as the
    mean. All customers come first, as segment 0.
    """
    rows: list[dict[str, Any]] = []
    for segment in (profiles.overall, *profiles.segments):
        effects = {(fact.column, fact.choice): fact.effect for fact in segment.facts}
        for name, choice, figures in _figures(segment):
            column = schema[name]
            rows.append(
                {
                    "segment_id": segment.id,
                    "size": segment.size,
                    "column": name,
                    "label": column.label,
                    "choice": choice,
                    "unit": column.unit if not choice else "%",
                    "used_in_fit": name in profiles.features,
                    **figures,
                    "effect": effects.get((name, choice)),
                }
            )
    return rows


def _figures(segment: SegmentProfile) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield column, choice and figures of every column of a segment."""
    empty = dict.fromkeys(("count", "missing", "mean", "median", "std", "q10", "q90"))
    for name, number in segment.numbers.items():
        plain = asdict(number)
        yield name, "", {key: plain[key] for key in empty}
    for name, rate in segment.rates.items():
        yield name, "", empty | {"count": rate.count, "missing": rate.missing, "mean": rate.rate}
    for name, chosen in segment.choices.items():
        for choice, share in chosen.shares.items():
            known = {"count": chosen.counts[choice], "missing": chosen.missing, "mean": share}
            yield name, choice, empty | known


def _segment(plan: Plan, key: int, group: Tally, rows: int) -> SegmentProfile:
    """Turn one group's figures into a profile."""
    size = group["n"]
    rates = {}
    for name in plan.rates:
        count, yes = group["count", name], group["yes", name]
        low, high = wilson_interval(yes, count)
        rate = yes / count if count else None
        rates[name] = RateProfile(count, size - count, yes, rate, low, high)
    choices = {}
    for name in plan.choices:
        counts: dict[str, int] = group["choices", name]
        count = sum(counts.values())
        shares = {choice: n / count if count else 0.0 for choice, n in counts.items()}
        choices[name] = ChoiceProfile(count, size - count, counts, shares)
    numbers = {}
    for name in plan.numbers:
        count = group["count", name]
        wanted = ("mean", "median", "std", "q10", "q90", "min", "max")
        numbers[name] = NumberProfile(
            count, size - count, **{figure: group[figure, name] for figure in wanted}
        )
    share = size / rows if rows else 0.0
    return SegmentProfile(key, size, share, numbers, rates, choices)
