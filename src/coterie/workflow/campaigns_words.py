"""What campaigns and plans say, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coterie.figures.words import NARROW_SPACE, say_number, say_share
from coterie.insight.responses import FEWEST
from coterie.insight.wording import join_words

if TYPE_CHECKING:
    from coterie.insight.planning import Outcome
    from coterie.insight.responses import Answer, Campaign
    from coterie.workflow.campaign_plans import CampaignPlan
    from coterie.workflow.campaigns import Campaigns

NOT_AN_EFFECT = (
    "A response is not an effect: it tells who said yes, not whom the campaign changed. Some "
    "would have bought anyway. Only customers left out on purpose, by chance, can show it."
)
SHRUNK = (
    "The rate to expect is shrunk towards the mean of the segments, so that the best one holds "
    "next time; the fewer the answers, the more."
)


def tell_campaigns(found: Campaigns) -> list[str]:
    """Say what matters: who answers most, what is circular, what is not known; a sentence each."""
    said = [headline(found)]
    if found.circular:
        labels = join_words(found.circular)
        verb = "was" if len(found.circular) == 1 else "were"
        said.append(
            f"{labels} {verb} used to make the segments, so this result is circular: the segments "
            "differ in these answers because they were cut by them."
        )
    said += [tell_campaign(each, found) for each in found.single]
    if none := tell_in_none(found):
        said.append(none)
    said.append(tell_looks(found))
    small = sorted({a.segment_id for c in found.campaigns for a in c.segments if a.small})
    if small:
        names = join_words([found.name(number) for number in small])
        verb = "is" if len(small) == 1 else "are"
        said.append(f"{names} {verb} too small to say anything (fewer than {FEWEST} asked).")
    said.append(_control_sentence(found) if found.control else NOT_AN_EFFECT)
    return said


def headline(found: Campaigns) -> str:
    """Say in one sentence who answers most."""
    first = found.campaigns[0]
    best = first.best
    if not first.overall.yes:
        return f"Nobody said yes to {_mid(first)}."
    if len(found.names) < 2:
        return f"{say_share(first.overall.rate)} of all customers said yes to {_mid(first)}."
    if best is None:
        return "Every segment is too small to say who answers most."
    if not best.beyond_chance:
        return (
            f"No segment stands out: expect about {say_share(first.overall.rate)} in each. "
            "Differences this small are what chance gives."
        )
    return (
        f"{found.name(best.segment_id)} say yes most often: expect {say_share(best.expected)} "
        f"to {_mid(first)}, {times(best.lift)} the average of {say_share(first.overall.rate)}."
    )


def tell_campaign(campaign: Campaign, found: Campaigns) -> str:
    """Say who is expected to answer most to one campaign, and who differs beyond chance."""
    overall, best, label = campaign.overall, campaign.best, campaign.label
    if not overall.asked:
        return f"{label}: nobody's answer is known."
    if not overall.yes:
        return f"{label}: nobody of {overall.asked:,} said yes, so it tells no segments apart."
    if len(found.names) < 2:
        return (
            f"{label}: {say_share(overall.rate)} said yes ({overall.yes:,} of {overall.asked:,})."
        )
    if best is None:
        return f"{label}: every segment is too small to say anything."
    apart = [a for a in campaign.segments if a.beyond_chance]
    if not apart:
        return (
            f"{label}: no segment differs beyond chance; expect about "
            f"{say_share(overall.rate)} in each."
        )
    if best not in apart:
        below = join_words([found.name(a.segment_id) for a in apart])
        return f"{label}: no segment stands out above; {below} {_differ(apart)} below the others."
    return (
        f"{label}: expect most from {found.name(best.segment_id)}, {say_share(best.expected)} "
        f"({span(best.expected_low, best.expected_high)}), {times(best.lift)} the average; "
        f"{best.yes:,} of {best.asked:,} said yes."
    )


def tell_in_none(found: Campaigns) -> str:
    """Say how many of those asked are in no segment; empty where all are in one."""
    first = found.campaigns[0]
    asked = first.overall.asked
    left = asked - sum(answer.asked for answer in first.segments)
    if left <= 0:
        return ""
    verb = "is" if left == 1 else "are"
    return (
        f"{left:,} of the {asked:,} customers asked ({say_share(left / asked)}) {verb} in no "
        "segment: they count among all customers, and in no segment's rate."
    )


def tell_looks(found: Campaigns) -> str:
    """Say how many differences survive the correction, of how many looked at."""
    if not found.looks:
        return "No difference could be tested: it takes two segments that are large enough."
    survive = sum(a.beyond_chance for c in found.campaigns for a in c.segments)
    word = "survives" if survive == 1 else "survive"
    return (
        f"{survive} of {found.looks} differences between a segment and the other customers "
        f"{word} the correction for so many looks (Holm)."
    )


def tell_effect(answer: Answer, name: str) -> str:
    """Say what a campaign changed in one segment."""
    effect = answer.effect
    if effect is None or effect.difference is None or effect.small:
        return f"{name}: too few contacted or left out to say anything."
    change = "more" if effect.difference >= 0 else "fewer"
    sure = "beyond chance" if effect.beyond_chance else "which may be chance"
    return (
        f"{name}: {points(abs(effect.difference))} {change} of a hundred said yes because of the "
        f"contact ({points(effect.low)} to {points(effect.high)}), {sure}."
    )


def tell_plan(found: CampaignPlan) -> list[str]:
    """Say whom to contact and what to expect, a sentence each."""
    plan = found.plan
    terms = plan.terms
    said = [plan_headline(found)]
    break_even = terms.break_even
    if break_even is None:
        said.append(
            f"A yes is worth {money(terms.value)} and a contact costs {money(terms.cost)}: no "
            "rate of yes pays for it."
        )
    elif plan.terms.cost > 0:
        said.append(f"A contact pays from a rate of {say_share(break_even)} on.")
    if plan.limited and plan.chosen:
        said.append("The budget ends the list: more contacts would pay.")
    if plan.kept_aside:
        said.append(
            f"{plan.kept_aside:,} of them are kept aside by chance, so that the next campaign "
            "shows its effect."
        )
    if found.in_none:
        verb, they = ("is", "it does") if found.in_none == 1 else ("are", "they do")
        noun = "customer" if found.in_none == 1 else "customers"
        said.append(
            f"{found.in_none:,} {noun} {verb} in no segment; {they} not take part, for no rate is "
            "known to expect."
        )
    if found.circular:
        said.append(
            "The segments were made from these answers: the rates are circular, and too good."
        )
    if not plan.incremental:
        said.append(
            "Every yes counts here, also of those who would have bought anyway: without a control "
            "group, the profit is an upper bound of what the contacts bring."
        )
    return said


def plan_headline(found: CampaignPlan) -> str:
    """Say in one sentence whom to contact."""
    plan = found.plan
    outcome = plan.outcome
    if not outcome.contacts:
        best = plan.steps[0]
        if plan.terms.affordable == 0 and best.profit_each > 0:
            return "The budget does not allow a single contact."
        return (
            "Contact nobody: no group of customers is expected to pay for its contacts; the best "
            f"says yes at {say_share(max(best.rate, 0.0))}."
        )
    rows = [row for row in plan.by_segment(list(found.names)) if row["contacts"]]
    rows.sort(key=lambda row: -row["contacts"])
    names = join_words([f"{found.names[r['segment_id']]} ({r['contacts']:,})" for r in rows])
    return (
        f"Contact {outcome.contacts:,} customers: {names}. Expected profit "
        f"{money(outcome.profit)} ({profit_span(outcome)}), against {money(plan.everybody.profit)} "
        "if everybody is contacted."
    )


def times(lift: float | None) -> str:
    """Say a lift.

    Examples
    --------
    >>> times(1.92), times(1.0), times(0.31)
    ('1.9 times', '1 times', '0.31 times')
    """
    return f"{say_number(lift)} times"


def span(low: float | None, high: float | None) -> str:
    """Say between what rates the true one lies.

    Examples
    --------
    >>> span(0.12, 0.31).replace(NARROW_SPACE, " ")
    '12 to 31 %'
    """
    return f"{say_share(low).removesuffix(NARROW_SPACE + '%')} to {say_share(high)}"


def points(share: float | None) -> str:
    """Say a difference of rates in customers of a hundred."""
    return say_number(None if share is None else 100 * share)


def money(amount: float) -> str:
    """Say an amount, whole from a hundred on.

    Examples
    --------
    >>> money(1234.5), money(-3.0), money(11)
    ('1,234', '−3', '11')
    """
    shown = f"{amount:,.0f}" if abs(amount) >= 100 or amount == int(amount) else f"{amount:,.2f}"
    return shown.replace("-", "\N{MINUS SIGN}") if shown != "-0" else "0"


def profit_span(outcome: Outcome) -> str:
    """Say between what amounts the profit will lie."""
    return f"{money(outcome.low)} to {money(outcome.high)}"


def _mid(campaign: Campaign) -> str:
    """Name a campaign within a sentence."""
    return "any campaign" if campaign.whole else campaign.label


def _differ(answers: list[Answer]) -> str:
    return "is" if len(answers) == 1 else "are"


def _control_sentence(found: Campaigns) -> str:
    """Say what is compared where there is a control group."""
    held = found.campaigns[0].overall.effect
    left = held.asked if held is not None else 0
    return (
        f"{left:,} customers were left out ({found.control}): the effect is the rate of those "
        "contacted less the rate of those left out."
    )
