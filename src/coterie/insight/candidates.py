"""The names that a segment could bear, each with the strength of its case and its claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from coterie.insight.archetypes import (
    ARCHETYPES,
    AVERAGE,
    EVERYONE,
    THEME_CLAUSES,
    THEME_WORDS,
    Archetype,
)
from coterie.insight.claims import CLEAR, SLIGHT, Claim, Relation
from coterie.insight.described import DIGITS, Profiles
from coterie.insight.facts import say_in
from coterie.insight.themes import theme_of
from coterie.insight.wording import capital, counts_things, plain_label

if TYPE_CHECKING:
    from coterie.schema import Schema

LONGEST_NAME = 40
_LONGEST_LABEL = 30
_VERY = 0.8
_MOST = 0.5
_NEAR = 0.25
_MIDDLE = 0.35


@dataclass(frozen=True)
class Naming:
    """What naming works with: profiles, schema, features, and the column of each theme."""

    profiles: Profiles
    schema: Schema
    features: tuple[str, ...]
    themes: Mapping[str, str]

    def column(self, theme: str) -> str | None:
        """Return the column that speaks for a theme; "spending" is the score or else the spend."""
        if theme != "spending":
            return self.themes.get(theme)
        found = [self.themes[each] for each in ("score", "spend") if each in self.themes]
        found.sort(key=lambda column: column not in self.features)
        return found[0] if found else None

    def claim(self, key: int, column: str, relation: Relation) -> Claim:
        """Return the claim that a segment stands so towards the overall mean."""
        value = self.profiles[key].value(column)
        against = self.profiles.overall.value(column)
        return Claim(key, column, relation, value or 0.0, against or 0.0)


@dataclass(frozen=True)
class Candidate:
    """A name, what it rests on, and how strong its case is (in overall sd)."""

    name: str
    strength: float
    claims: tuple[Claim, ...]
    archetype: Archetype | None = None
    columns: tuple[str, ...] = ()


def candidates(naming: Naming, key: int) -> list[Candidate]:
    """Return the names a segment could bear, strongest case first; at least one."""
    if len(naming.profiles) == 1:
        return [Candidate(EVERYONE.name, 1.0, (), EVERYONE)]
    found = [c for archetype in ARCHETYPES if (c := _fit(naming, key, archetype))]
    found += _phrases(naming, key)
    return sorted(found, key=lambda c: (-round(c.strength, DIGITS), c.name))


def standings(naming: Naming, key: int) -> list[tuple[str, float]]:
    """Return the features and how far the segment stands from the mean, furthest first."""
    segment, everyone = naming.profiles[key], naming.profiles.overall
    pairs = [
        (name, naming.profiles.standing(key, name))
        for name in naming.features
        if segment.value(name) is not None and everyone.value(name) is not None
    ]
    return sorted(pairs, key=lambda pair: (-round(abs(pair[1]), DIGITS), pair[0]))


def high_low(naming: Naming, key: int, column: str, *, high: bool, slight: bool = False) -> str:
    """Say in a word or two that a column is high or low in a segment."""
    if slight:
        return f"Slightly {comparative(naming, column, more=high)}"
    words = THEME_WORDS.get(theme_of(naming.schema[column]))
    if words and column == naming.themes.get(theme_of(naming.schema[column])):
        return words[0 if high else 1]
    label = plain_label(naming.schema[column], longest=_LONGEST_LABEL)
    if column in naming.profiles.overall.rates:
        return f"{capital(label)}: {_answer(naming, key, column, high=high)}"
    if counts_things(naming.schema[column].unit):
        return f"{'More' if high else 'Fewer'} {label}"
    return f"{'High' if high else 'Low'} {label}"


def _answer(naming: Naming, key: int, column: str, *, high: bool) -> str:
    """Say what a segment answers to a yes-or-no column."""
    rate = naming.profiles[key].value(column) or 0.0
    if rate in (0.0, 1.0):
        return "yes" if rate else "no"
    if high:
        return "mostly yes" if rate > _MOST else "more often yes"
    return "mostly no" if rate < 1.0 - _MOST else "more often no"


def clause(naming: Naming, key: int, column: str, *, high: bool) -> str:
    """Say that a column is high or low in a segment, as what "they" are or do."""
    theme = theme_of(naming.schema[column])
    if theme in THEME_CLAUSES and column == naming.themes.get(theme):
        return THEME_CLAUSES[theme][0 if high else 1]
    label = plain_label(naming.schema[column])
    if column in naming.profiles.overall.rates:
        rate = naming.profiles[key].value(column)
        often = {0.0: "never", 1.0: "always"}.get(rate or 0.0)
        return f"are {often or ('more often' if high else 'less often')} marked as {label}"
    if counts_things(naming.schema[column].unit):
        return f"have {'more' if high else 'fewer'} {label}"
    return f"are {'high' if high else 'low'} on {label}"


def comparative(naming: Naming, column: str, *, more: bool) -> str:
    """Say that a column is higher or lower than in another segment."""
    words = THEME_WORDS.get(theme_of(naming.schema[column]))
    if words and column == naming.themes.get(theme_of(naming.schema[column])):
        return words[2 if more else 3]
    label = plain_label(naming.schema[column], longest=_LONGEST_LABEL)
    if column in naming.profiles.overall.rates:
        return f"{'more' if more else 'less'} often {label}"
    if counts_things(naming.schema[column].unit):
        return f"{'more' if more else 'fewer'} {label}"
    return f"{'higher' if more else 'lower'} {label}"


def distinguish(naming: Naming, key: int, base: Candidate, taken: Mapping[str, int]) -> Candidate:
    """Add to a name that is taken what tells this segment from its holder."""
    holder = taken.get(base.name.casefold())
    for words, claims in _agreeing(naming, _differences(naming, key, holder), base):
        name = f"{base.name}, {words}"
        if len(name) <= LONGEST_NAME and name.casefold() not in taken:
            return replace(base, name=name, claims=base.claims + claims)
    return _with_a_value(naming, key, base, taken)


def _agreeing(
    naming: Naming, differences: Iterator[tuple[str, tuple[Claim, ...]]], base: Candidate
) -> list[tuple[str, tuple[Claim, ...]]]:
    """Put last what sounds like the contrary of the name, and behind it what hardly differs."""
    contrary = {"high": "less than", "low": "more than"}
    against = {(c.column, contrary[c.relation]) for c in base.claims if c.relation in contrary}

    def place(difference: tuple[str, tuple[Claim, ...]]) -> int:
        claims = difference[1]
        if any(_hardly(naming, claim) for claim in claims):
            return 2
        return int(any((claim.column, claim.relation) in against for claim in claims))

    return sorted(differences, key=place)


def _hardly(naming: Naming, claim: Claim) -> bool:
    """Say whether two segments differ too little in a number to be told apart by it."""
    numbers = naming.profiles.overall.numbers.get(claim.column)
    return bool(numbers and abs(claim.value - claim.against) < SLIGHT * (numbers.std or 0.0))


def _fit(naming: Naming, key: int, archetype: Archetype) -> Candidate | None:
    """Return the candidate if a segment is what the archetype wants, else None."""
    claims, sizes, columns = [], [], []
    for theme, level in archetype.wants:
        column = naming.column(theme)
        if level == "absent":
            if column is not None:
                return None
            continue
        if column is None:
            if level in ("not high", "not low"):
                continue
            return None
        standing = naming.profiles.standing(key, column)
        if not _at_level(standing, level):
            return None
        relation = level.removeprefix("very ")
        claims.append(naming.claim(key, column, relation))  # type: ignore[arg-type]
        if level not in ("not high", "not low"):
            columns.append(column)
            size = CLEAR if level == "middle" else abs(standing)
            sizes.append(size if column in naming.features else 0.8 * size)
    strength = archetype.weight * sum(sizes) / len(sizes)
    if archetype.key == "Standard" and _stands_out(naming, key):
        return None
    return Candidate(archetype.name, strength, tuple(claims), archetype, tuple(columns))


def _at_level(standing: float, level: str) -> bool:
    return {
        "high": standing >= CLEAR,
        "low": standing <= -CLEAR,
        "very high": standing >= _VERY,
        "very low": standing <= -_VERY,
        "middle": abs(standing) < _MIDDLE,
        "not high": standing < _NEAR,
        "not low": standing > -_NEAR,
    }[level]


def _stands_out(naming: Naming, key: int) -> bool:
    """Say whether a segment is clearly high or low on any feature."""
    return any(abs(standing) >= CLEAR for _, standing in standings(naming, key))


def _phrases(naming: Naming, key: int) -> Iterator[Candidate]:
    """Yield names that say what is high and low: two facts, then one; weak words for weak facts."""
    ranked = standings(naming, key)
    clear = [pair for pair in ranked if abs(pair[1]) >= CLEAR][:4]
    if not clear:
        yield from _weak_phrases(naming, key, ranked)
        return
    groups = [*combinations(clear, 2), *((pair,) for pair in clear)]
    for pairs in groups:
        words = [high_low(naming, key, column, high=away > 0) for column, away in pairs]
        name = ", ".join([words[0], *(word[0].lower() + word[1:] for word in words[1:])])
        if len(name) > LONGEST_NAME:
            continue
        claims = tuple(
            naming.claim(key, column, "high" if away > 0 else "low") for column, away in pairs
        )
        # Two facts say more than one, but the first decides.
        strength = 0.6 * abs(pairs[0][1]) + 0.15 * sum(abs(away) for _, away in pairs[1:])
        columns = tuple(column for column, _ in pairs)
        yield Candidate(name, strength, claims, None, columns)


def _weak_phrases(naming: Naming, key: int, ranked: list[tuple[str, float]]) -> Iterator[Candidate]:
    """Yield "Slightly older" and the like; "Close to the average" where nothing is worth it."""
    weak = [pair for pair in ranked if abs(pair[1]) >= SLIGHT]
    for column, away in weak:
        name = high_low(naming, key, column, high=away > 0, slight=True)
        if len(name) <= LONGEST_NAME:
            claim = naming.claim(key, column, "slightly high" if away > 0 else "slightly low")
            yield Candidate(name, 0.6 * abs(away), (claim,), None, (column,))
    claims = tuple(naming.claim(key, column, "middle") for column, _ in ranked)
    yield Candidate(AVERAGE.name, 0.05, claims, AVERAGE)


def _differences(
    naming: Naming, key: int, holder: int | None
) -> Iterator[tuple[str, tuple[Claim, ...]]]:
    """Yield what tells a segment from another, the largest difference first."""
    if holder is None or holder == key:
        return
    here, there, everyone = naming.profiles[key], naming.profiles[holder], naming.profiles.overall
    found = []
    for column in everyone.numbers:
        mine, theirs, spread = here.value(column), there.value(column), everyone.numbers[column].std
        if mine is None or theirs is None or not spread or mine == theirs:
            continue
        size = abs(mine - theirs) / spread * (1.0 if column in naming.features else 0.4)
        relation: Relation = "more than" if mine > theirs else "less than"
        claim = Claim(key, column, relation, mine, theirs, other=holder)
        words = comparative(naming, column, more=mine > theirs)
        found.append((-round(size, DIGITS), words, (claim,)))
    for column, profile in here.choices.items():
        for choice, share in profile.shares.items():
            theirs = there.value(column, choice)
            if share > 0.6 and theirs is not None and theirs < 0.5:
                claim = Claim(key, column, "mostly", share, 0.5, choice)
                found.append((-round(share - theirs, DIGITS), f"mostly {choice}", (claim,)))
    found.sort(key=lambda each: each[:2])
    for _, words, claims in found:
        yield words, claims
    for (_, first, claims), (_, second, more) in combinations(found, 2):
        yield f"{first}, {second}", claims + more


def _with_a_value(naming: Naming, key: int, base: Candidate, taken: Mapping[str, int]) -> Candidate:
    """Tell segments apart by a figure, and as a last resort by their size and a count."""
    segment = naming.profiles[key]
    stem = base.name[: LONGEST_NAME - 18].rstrip(" ,")
    for column, _ in standings(naming, key):
        mean = segment.value(column)
        if mean is None or column not in naming.profiles.overall.numbers:
            continue
        said, _ = say_in(naming.schema[column], mean, mean, naming.profiles.overall.numbers[column])
        name = f"{stem} ({said})"
        if len(name) <= LONGEST_NAME and name.casefold() not in taken:
            claim = naming.claim(key, column, "is")
            return replace(base, name=name, claims=(*base.claims, claim))
    count = 2
    while f"{stem} ({segment.size:,}) {count}".casefold() in taken:
        count += 1
    name = f"{stem} ({segment.size:,})"
    return replace(base, name=name if name.casefold() not in taken else f"{name} {count}")
