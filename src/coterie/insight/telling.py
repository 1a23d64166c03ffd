"""Descriptions and advice: sentences that each rest on claims."""

from __future__ import annotations

from coterie.insight.archetypes import EVERYONE, THEME_ADVICE
from coterie.insight.candidates import Candidate, Naming, clause, comparative, high_low, standings
from coterie.insight.claims import CLEAR, SLIGHT, Claim, Relation
from coterie.insight.described import Fact
from coterie.insight.facts import say_in
from coterie.insight.themes import theme_of
from coterie.insight.wording import capital, join_words, plain_label, say_pair

_WORTH_TELLING = 0.3
_RESPONSE_WORTH_TELLING = 0.2
_MOST_FIGURES = 3

Told = tuple[str, tuple[Claim, ...]]


def in_short(naming: Naming, key: int, candidate: Candidate) -> str:
    """Say in a phrase what is high and low."""
    words = []
    columns = [*candidate.columns, *(c for c, _ in standings(naming, key))]
    for column in dict.fromkeys(columns):
        away = naming.profiles.standing(key, column)
        if abs(away) >= CLEAR:
            words.append(high_low(naming, key, column, high=away > 0))
    if not words:
        weak = [pair for pair in standings(naming, key) if abs(pair[1]) >= SLIGHT]
        words = [high_low(naming, key, c, high=away > 0, slight=True) for c, away in weak[:2]]
    phrase = ", ".join(word[0].lower() + word[1:] for word in words[:3])
    if not phrase:
        phrase = "everyone" if len(naming.profiles) == 1 else "close to the average"
    return phrase


def describe(naming: Naming, key: int, candidate: Candidate) -> Told:
    """Return two or three sentences on a segment, and the claims they rest on."""
    opening, opened = _opening(naming, key, candidate)
    facts = {(f.column, f.choice): f for f in naming.profiles[key].facts}
    told = [facts[c, ""] for c in candidate.columns if (c, "") in facts]
    more = [
        fact
        for fact in naming.profiles[key].facts
        if fact.fitted and fact not in told and abs(fact.effect) >= _WORTH_TELLING
    ]
    told = (told + more)[:_MOST_FIGURES]
    if candidate.archetype is EVERYONE:
        return _describe_everyone(naming, key, opening)
    sentences, claims = [opening], list(opened)
    if told:
        sentences.append(_figures(naming, told))
        claims += [_claim(key, fact) for fact in told]
    beside = _beside(naming, key)
    if beside:
        sentences.append(f"{beside.sentence}.")
        claims.append(_claim(key, beside))
    return " ".join(sentences), tuple(claims)


def advise(naming: Naming, key: int, candidate: Candidate) -> Told:
    """Return what to do, and the claims behind the figures in it."""
    if candidate.archetype:
        sentences = [candidate.archetype.advice]
    else:
        sentences = _theme_advice(naming, key, candidate)
    best = _best_response(naming, key)
    if best is None:
        return " ".join(sentences), ()
    sentences.append(f"{_response_sentence(naming.schema[best.column].label, best)}.")
    return " ".join(sentences), (_claim(key, best),)


def _response_sentence(label: str, best: Fact) -> str:
    """Say how often a response was given, against the others."""
    mine, others = say_pair(best.value, best.others, "%")
    accepted = label.removeprefix("Accepted ")
    if accepted != label:
        return f"{capital(accepted)} found {mine} of them willing, against {others} of others"
    return f"{capital(label)}: {mine} of them, against {others} of others"


def _opening(naming: Naming, key: int, candidate: Candidate) -> Told:
    """Say what kind of customers they are."""
    if candidate.archetype:
        return candidate.archetype.opening, ()
    clauses, weak, claims = [], [], []
    for column in candidate.columns:
        away = naming.profiles.standing(key, column)
        level: Relation = "high" if away > 0 else "low"
        if abs(away) < CLEAR:
            level = "slightly high" if away > 0 else "slightly low"
            weak.append(f"slightly {comparative(naming, column, more=away > 0)}")
        else:
            clauses.append(clause(naming, key, column, high=away > 0))
        claims.append(naming.claim(key, column, level))
    if clauses:
        return f"Compared with others, they {join_words(clauses)}.", tuple(claims)
    return f"They differ little from other customers: {join_words(weak)}.", tuple(claims)


def _describe_everyone(naming: Naming, key: int, opening: str) -> Told:
    """Say the averages of the only segment there is."""
    parts, claims = [], []
    for column, _ in standings(naming, key)[:_MOST_FIGURES]:
        mean = naming.profiles[key].value(column)
        if mean is None or column not in naming.profiles.overall.numbers:
            continue
        overall = naming.profiles.overall.numbers[column]
        said, _ = say_in(naming.schema[column], mean, mean, overall)
        parts.append(f"{plain_label(naming.schema[column])} {said}")
        claims.append(naming.claim(key, column, "is"))
    figures = f" On average: {', '.join(parts)}." if parts else ""
    return f"{opening}{figures}", tuple(claims)


def _figures(naming: Naming, facts: list[Fact]) -> str:
    """Say the figures of a few facts in one sentence."""
    parts = []
    for fact in facts:
        column = naming.schema[fact.column]
        if fact.measure == "cohens_h":
            mine, others = say_pair(fact.value, fact.others, "%")
        else:
            overall = naming.profiles.overall.numbers[fact.column]
            mine, others = say_in(column, fact.value, fact.others, overall)
        parts.append(f"{plain_label(column)} {mine} (others {others})")
    return f"On average: {', '.join(parts)}."


def _beside(naming: Naming, key: int) -> Fact | None:
    """Return the strongest fact outside the fit that chance does not explain."""
    for fact in naming.profiles[key].facts:
        role = naming.schema[fact.column].role
        clear = fact.beyond_chance and abs(fact.effect) >= _WORTH_TELLING
        if not fact.fitted and clear and role != "response":
            return fact
    return None


def _best_response(naming: Naming, key: int) -> Fact | None:
    """Return the response that this segment gave more often than others, beyond chance."""
    for fact in naming.profiles[key].facts:
        response = naming.schema[fact.column].role == "response"
        rate = fact.column in naming.profiles.overall.rates
        if response and rate and fact.beyond_chance and fact.effect >= _RESPONSE_WORTH_TELLING:
            return fact
    return None


def _theme_advice(naming: Naming, key: int, candidate: Candidate) -> list[str]:
    """Return advice on the strongest facts of a segment that no archetype fits."""
    known, unknown = [], []
    for column in candidate.columns[:2]:
        away = naming.profiles.standing(key, column)
        pair = THEME_ADVICE.get(theme_of(naming.schema[column]))
        label = plain_label(naming.schema[column])
        level = "high" if away > 0 else "low"
        if pair:
            known.append(pair[0 if away > 0 else 1])
        else:
            unknown.append(
                f"Find out why {label} is {level} with them, and test one offer that answers it."
            )
    return known or unknown[:1]


def _claim(key: int, fact: Fact) -> Claim:
    relation: Relation = "above" if fact.value > fact.others else "below"
    return Claim(key, fact.column, relation, fact.value, fact.others, fact.choice)
