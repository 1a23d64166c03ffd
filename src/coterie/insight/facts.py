"""What sets a segment apart: effect sizes against the rest, each with a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from coterie.insight import effects
from coterie.insight.described import DIGITS, Fact, NumberProfile, SegmentProfile
from coterie.insight.themes import theme_of
from coterie.insight.wording import (
    capital,
    counts_things,
    own_unit,
    plain_label,
    say,
    say_pair,
    say_times,
)

if TYPE_CHECKING:
    from coterie.schema import Column, Schema

_GENDERS = {
    **dict.fromkeys(("female", "f", "woman", "women", "w"), "women"),
    **dict.fromkeys(("male", "m", "man", "men"), "men"),
}
_STRONGEST = 99.0
"""An infinite effect (no spread at all on either side) is written as this, for JSON's sake."""


class Moments(NamedTuple):
    """Count, mean and standard deviation (with n - 1) of some customers."""

    n: int
    mean: float
    std: float


def find_facts(
    segments: Mapping[int, SegmentProfile],
    overall: SegmentProfile,
    schema: Schema,
    features: tuple[str, ...],
) -> dict[int, tuple[Fact, ...]]:
    """Compare each segment with all other customers, column by column.

    Parameters
    ----------
    segments : mapping of id to SegmentProfile
        Id 0 holds customers without a segment, who count as others.

    Returns
    -------
    dict of id to tuple of Fact
        Strongest effect first; ties by column and choice.
    """
    unfitted = [
        name
        for group in (overall.numbers, overall.rates, overall.choices)
        for name in group
        if name not in features
    ]
    limit = effects.corrected_z(len(unfitted) * max(len(segments), 1))
    repeated = _repeated(overall, schema, features)
    found: dict[int, tuple[Fact, ...]] = {}
    for key, segment in segments.items():
        others = [other for other_key, other in segments.items() if other_key != key]
        if not others:
            found[key] = ()
            continue
        facts = [
            *_number_facts(segment, others, overall, schema, features, limit),
            *_rate_facts(segment, others, overall, schema, features, limit),
            *_choice_facts(segment, others, overall, schema, features, limit),
        ]
        told = (fact for fact in facts if fact.column not in repeated)
        found[key] = tuple(sorted(told, key=_strongest_first))
    return found


def _repeated(overall: SegmentProfile, schema: Schema, features: tuple[str, ...]) -> set[str]:
    """Return columns that another one says better: the year of birth beside the age."""
    meanings = {schema[name].meaning for name in overall.numbers}
    if "age" not in meanings:
        return set()
    years = {name for name in overall.numbers if schema[name].meaning == "birth_year"}
    return years - set(features)


def _strongest_first(fact: Fact) -> tuple[float, str, str]:
    """Order by effect, rounded: engines differ in the last digits of equal effects."""
    return (-round(abs(fact.effect), DIGITS), fact.column, fact.choice)


def pool(parts: Iterable[NumberProfile]) -> Moments:
    """Join counts, means and deviations of several segments into those of all of them.

    The update that does not cancel: Chan, Golub and LeVeque, "Algorithms for Computing the
    Sample Variance", The American Statistician 37:242, 1983.
    """
    n, mean, squares = 0, 0.0, 0.0
    for part in parts:
        if not part.count or part.mean is None:
            continue
        away = part.mean - mean
        total = n + part.count
        squares += (part.std or 0.0) ** 2 * (part.count - 1)
        squares += away * away * n * part.count / total
        mean += away * part.count / total
        n = total
    return Moments(n, mean, math.sqrt(squares / (n - 1)) if n > 1 else 0.0)


def _number_facts(
    segment: SegmentProfile,
    others: list[SegmentProfile],
    overall: SegmentProfile,
    schema: Schema,
    features: tuple[str, ...],
    limit: float,
) -> Iterable[Fact]:
    """Compare the means of every numeric column."""
    for name, here in segment.numbers.items():
        rest = pool(other.numbers[name] for other in others)
        average = overall.numbers[name].mean
        if here.mean is None or average is None or not rest.n:
            continue
        mine = (here.mean, here.std or 0.0, here.count)
        theirs = (rest.mean, rest.std, rest.n)
        effect = effects.hedges_g(*mine, *theirs)
        fitted = name in features
        chance = None if fitted else abs(effects.two_means_z(*mine, *theirs)) > limit
        column = schema[name]
        sentence = _number_sentence(column, here.mean, rest.mean, overall.numbers[name])
        yield _fact(name, "", effect, "hedges_g", (here.mean, rest.mean, average), sentence, chance)


def _rate_facts(
    segment: SegmentProfile,
    others: list[SegmentProfile],
    overall: SegmentProfile,
    schema: Schema,
    features: tuple[str, ...],
    limit: float,
) -> Iterable[Fact]:
    """Compare the rates of every flag and response."""
    for name, here in segment.rates.items():
        yes = sum(other.rates[name].yes for other in others)
        n = sum(other.rates[name].count for other in others)
        average = overall.rates[name].rate
        if here.rate is None or average is None or not n:
            continue
        z = effects.two_shares_z(here.yes, here.count, yes, n)
        chance = None if name in features else abs(z) > limit
        mine, theirs = say_pair(here.rate, yes / n, "%")
        sentence = f"{schema[name].label}: {mine}, against {theirs} of others"
        effect = effects.cohens_h(here.rate, yes / n)
        values = (here.rate, yes / n, average)
        yield _fact(name, "", effect, "cohens_h", values, sentence, chance)


def _choice_facts(
    segment: SegmentProfile,
    others: list[SegmentProfile],
    overall: SegmentProfile,
    schema: Schema,
    features: tuple[str, ...],
    limit: float,
) -> Iterable[Fact]:
    """Compare the shares of every choice; of two choices, only the commoner one here."""
    for name, here in segment.choices.items():
        n = sum(other.choices[name].count for other in others)
        if not here.count or not n:
            continue
        everyone = overall.choices[name]
        choices = list(everyone.shares)
        if len(choices) == 2:
            choices = [max(choices, key=lambda choice: here.shares.get(choice, 0.0))]
        for choice in choices:
            mine = here.counts.get(choice, 0)
            theirs = sum(other.choices[name].counts.get(choice, 0) for other in others)
            z = effects.two_shares_z(mine, here.count, theirs, n)
            chance = None if name in features else abs(z) > limit
            shares = (mine / here.count, theirs / n, everyone.shares[choice])
            sentence = _choice_sentence(schema[name], choice, shares[0], shares[1])
            effect = effects.cohens_h(shares[0], shares[1])
            yield _fact(name, choice, effect, "cohens_h", shares, sentence, chance)


def _fact(
    column: str,
    choice: str,
    effect: float,
    measure: str,
    values: tuple[float, float, float],
    sentence: str,
    beyond_chance: bool | None,
) -> Fact:
    """Build a Fact whose effect is finite."""
    if not math.isfinite(effect):
        effect = 0.0 if math.isnan(effect) else math.copysign(_STRONGEST, effect)
    fitted = beyond_chance is None
    return Fact(column, choice, effect, measure, *values, sentence, fitted, beyond_chance)


def _number_sentence(column: Column, mean: float, others: float, overall: NumberProfile) -> str:
    """Say a mean against the others', or as a multiple of the average where that is plainer."""
    average = overall.mean or 0.0
    theme = theme_of(column)
    counted_up = theme in ("spend", "basket") or (
        theme != "score" and column.meaning.startswith("spend")
    )
    grows_from_zero = overall.min is not None and overall.min >= 0.0 and average > 0.0
    if counted_up and grows_from_zero:
        times = mean / average
        if times >= 1.5 or times <= 0.5:
            amount = say(mean, own_unit(column))
            verb = "Spends" if theme == "spend" else f"{capital(_label(column))}"
            return f"{verb} {say_times(times)} the average ({amount})"
    mine, theirs = say_in(column, mean, others, overall)
    return f"{capital(_label(column))} {mine}, against {theirs} for others"


def say_in(column: Column, first: float, second: float, overall: NumberProfile) -> tuple[str, str]:
    """Say two values of a column, told apart where they differ; a unit in words only once."""
    unit = own_unit(column)
    if unit == "%" and overall.max is not None and overall.max > 1.0:
        first, second = first / 100.0, second / 100.0
    if counts_things(column.unit):  # nobody has 0.037 children
        first, second = round(first, 2), round(second, 2)
    mine, theirs = say_pair(first, second, unit)
    return mine, theirs.rsplit(" ", 1)[0] if unit.isalpha() and len(unit) > 2 else theirs


def _choice_sentence(column: Column, choice: str, share: float, others: float) -> str:
    """Say the share of a choice against the others'."""
    mine, theirs = say_pair(share, others, "%")
    if column.meaning == "gender" and choice.lower() in _GENDERS:
        return f"{mine} {_GENDERS[choice.lower()]}, against {theirs} of others"
    return f"{capital(_label(column))} {choice}: {mine}, against {theirs} of others"


def _label(column: Column) -> str:
    return plain_label(column)
