"""Charts of campaigns: who answered, by how much more than the average, and whom to contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coterie.figures.chart import Chart
from coterie.figures.words import say_number, say_share

if TYPE_CHECKING:
    from coterie.insight.planning import Outcome, Plan
    from coterie.insight.responses import Answer, Campaign

TOO_FEW = "too few"
STRONGEST = 1.5
"""Lift, on a scale of doublings, at which the colour is strongest."""


def acceptance_heatmap(campaigns: Sequence[Campaign], names: Mapping[int, str]) -> Chart:
    """Draw segments by campaigns: text for the rate to expect, colour for how far it is from all.

    Returns
    -------
    Chart
        kind ``"acceptance"``; data: ``segment_id``, ``campaign``, ``yes``, ``asked``, ``rate``,
        ``expected``, ``lift``, ``difference`` (doublings of the average, for the colour),
        ``marked`` (beyond chance), ``text``.
    """
    rows = [_cell(campaign, campaign.answer(number)) for number in names for campaign in campaigns]
    fields = (
        "segment_id", "campaign", "yes", "asked", "rate", "expected", "lift", "difference",
        "marked", "text",
    )  # fmt: skip
    overall = {c.label: say_share(c.overall.rate) for c in campaigns}
    marked = sum(row["marked"] for row in rows)
    return Chart(
        kind="acceptance",
        title="Who says yes, campaign by campaign",
        subtitle="Share to expect next time, shrunk towards the mean of the segments. Colour: how "
        "far above (teal) or below (brown) all customers. In bold: beyond chance.",
        data={name: tuple(row[name] for row in rows) for name in fields},
        encoding={
            "names": dict(names),
            "campaigns": tuple(campaign.label for campaign in campaigns),
            "overall": tuple(overall[campaign.label] for campaign in campaigns),
            "limit": STRONGEST,
        },
        units={"rate": "share", "expected": "share"},
        note=f"{marked} of {len(rows)} cells differ from the other customers beyond chance, "
        "corrected for all looks (Holm).",
        alt="Rates of yes to expect: "
        + "; ".join(
            f"{names[n]}: "
            + ", ".join(f"{r['campaign']} {r['text']}" for r in rows if r["segment_id"] == n)
            for n in names
        )
        + ".",
    )


def _cell(campaign: Campaign, answer: Answer) -> dict[str, Any]:
    """Return one cell of the heatmap."""
    import math

    lift = None if answer.small else answer.lift
    doublings = math.log2(max(lift, 0.05)) if lift is not None else 0.0
    text = TOO_FEW if answer.small else say_share(answer.expected)
    return {
        "segment_id": answer.segment_id,
        "campaign": campaign.label,
        "yes": answer.yes,
        "asked": answer.asked,
        "rate": answer.rate,
        "expected": answer.expected,
        "lift": lift,
        "difference": doublings,
        "marked": answer.beyond_chance,
        "text": text,
    }


def campaign_lift(campaign: Campaign, names: Mapping[int, str]) -> Chart:
    """Draw for each segment the rate to expect next time, its range, and the rate as counted.

    Returns
    -------
    Chart
        kind ``"lift"``; data: ``segment_id``, ``segment``, ``rate``, ``expected``, ``low``,
        ``high``, ``lift``, ``small``, ``text``.
    """
    there = [a for a in campaign.segments if a.expected is not None]
    texts = tuple(_lift_text(answer) for answer in there)
    said = ", ".join(f"{names[a.segment_id]} {t}" for a, t in zip(there, texts, strict=True))
    return Chart(
        kind="lift",
        title=f"{campaign.label}: what to expect next time",
        subtitle="Dot: the rate to expect, shrunk towards the mean, with its 95 % range. Ring: "
        "the rate as counted. Upright line: all customers.",
        data={
            "segment_id": tuple(a.segment_id for a in there),
            "segment": tuple(names[a.segment_id] for a in there),
            "rate": tuple(a.rate for a in there),
            "expected": tuple(a.expected for a in there),
            "low": tuple(a.expected_low for a in there),
            "high": tuple(a.expected_high for a in there),
            "lift": tuple(a.lift for a in there),
            "small": tuple(a.small for a in there),
            "text": texts,
        },
        encoding={
            "average": campaign.overall.rate,
            "average_text": f"all customers {say_share(campaign.overall.rate)}",
            "x_label": "Share of customers who say yes",
        },
        units={"rate": "share", "expected": "share"},
        alt=f"{campaign.label}, rates to expect: {said}.",
    )


def _lift_text(answer: Answer) -> str:
    """Say a segment's expected rate and lift."""
    if answer.small:
        return TOO_FEW
    told = say_share(answer.expected)
    return f"{told}, {say_number(answer.lift)}×" if answer.lift is not None else told


def campaign_effect(campaign: Campaign, names: Mapping[int, str]) -> Chart:
    """Draw for each segment what the contact changed, with its range.

    Returns
    -------
    Chart
        kind ``"effect"``; data: ``segment_id``, ``segment``, ``expected`` (the difference),
        ``low``, ``high``, ``small``, ``text``.
    """
    there = [
        (a, a.effect)
        for a in campaign.segments
        if a.effect is not None and a.effect.difference is not None
    ]
    texts = tuple(TOO_FEW if e.small else _points(e.difference) for _, e in there)
    said = ", ".join(f"{names[a.segment_id]} {t}" for (a, _), t in zip(there, texts, strict=True))
    return Chart(
        kind="effect",
        title=f"{campaign.label}: what the contact changed",
        subtitle="Rate of those contacted less rate of those left out, with its 95 % range. "
        "Upright line: no effect.",
        data={
            "segment_id": tuple(a.segment_id for a, _ in there),
            "segment": tuple(names[a.segment_id] for a, _ in there),
            "expected": tuple(e.difference for _, e in there),
            "low": tuple(e.low for _, e in there),
            "high": tuple(e.high for _, e in there),
            "small": tuple(e.small for _, e in there),
            "text": texts,
        },
        encoding={
            "average": 0.0,
            "average_text": "no effect",
            "x_label": "More who say yes, share of customers",
        },
        units={"expected": "share"},
        alt=f"{campaign.label}, effect: {said}.",
    )


def _points(difference: float | None) -> str:
    """Say a difference of rates."""
    text = say_share(abs(difference or 0.0))
    return ("+" if (difference or 0.0) >= 0 else "\N{MINUS SIGN}") + text


def plan_curve(plan: Plan, *, label: str) -> Chart:
    """Draw expected profit by the number of contacts, from nobody to everybody.

    Returns
    -------
    Chart
        kind ``"plan_curve"``; data: ``contacts``, ``profit``, ``low``, ``high``.
    """
    points = plan.curve
    best = max(points, key=lambda point: point.profit)
    planned = plan.outcome
    return Chart(
        kind="plan_curve",
        title=f"{label}: profit by how many are contacted",
        subtitle="Best customers first. The band holds the profit 19 times in 20.",
        data=_curve(points),
        encoding={
            "planned": (planned.contacts, planned.profit),
            "planned_text": f"the plan: {planned.contacts:,} contacts",
            "best": (best.contacts, best.profit),
            "x_label": "Customers contacted",
            "y_label": "Expected profit",
        },
        units={"contacts": "customers"},
        alt=f"Expected profit is {_amount(points[0])} for nobody, {_amount(best)} at "
        f"{best.contacts:,} contacts and {_amount(points[-1])} for everybody.",
    )


def reach_curve(plan: Plan, *, label: str) -> Chart:
    """Draw the yes to expect by the number of contacts, where cost and value are not known.

    Parameters
    ----------
    plan : Plan
        With a cost of 0 and a value of 1, so that profit counts answers of yes.
    label : str

    Returns
    -------
    Chart
        kind ``"plan_curve"``; data as `plan_curve`, in answers of yes.
    """
    points = plan.curve
    half = next((p for p in points if p.profit >= points[-1].profit / 2), points[-1])
    return Chart(
        kind="plan_curve",
        title=f"{label}: yes by how many are contacted",
        subtitle="Best customers first, from nobody to everybody. The band holds the number of "
        "yes 19 times in 20.",
        data=_curve(points),
        encoding={
            "planned": (half.contacts, half.profit),
            "planned_text": f"half of all yes: {half.contacts:,} contacts",
            "best": (half.contacts, half.profit),
            "x_label": "Customers contacted",
            "y_label": "Expected yes",
        },
        units={"contacts": "customers"},
        alt=f"Half of the {_amount(points[-1])} expected yes come from the best "
        f"{half.contacts:,} of {points[-1].contacts:,} customers.",
    )


def _curve(points: Sequence[Outcome]) -> dict[str, tuple[float, ...]]:
    """Return the columns of a curve over the number of contacts."""
    return {
        name: tuple(getattr(point, name) for point in points)
        for name in ("contacts", "profit", "low", "high")
    }


def _amount(point: Outcome) -> str:
    """Say an expected profit."""
    return say_number(point.profit)
