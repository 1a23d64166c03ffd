"""Names, descriptions and advice for segments: from their profile, never from their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coterie.errors import ConfigError
from coterie.insight.candidates import Candidate, Naming, candidates, distinguish
from coterie.insight.claims import Claim, check_claim
from coterie.insight.described import DIGITS, Profiles
from coterie.insight.telling import advise, describe, in_short
from coterie.insight.themes import columns_by_theme

if TYPE_CHECKING:
    from coterie.schema import Schema

__all__ = [
    "Claim",
    "SegmentText",
    "check_claim",
    "name_segments",
    "order_segments",
    "read_names",
]

_NEXT_BEST = 0.6
_VALUE_THEMES = ("spend", "score", "basket", "frequency", "income", "savings")


@dataclass(frozen=True)
class SegmentText:
    """What is said of one segment.

    Attributes
    ----------
    id : int
    name : str
        At most 40 characters (a name given by the user is kept whole); unique in the study.
    short : str
        A phrase: what is high and low.
    description : str
        Two or three sentences, in the customers' units.
    advice : str
        One to three sentences of what to do.
    claims : tuple of Claim
        What name, short and description rest on, and the figures in the advice; each can be
        checked with `check_claim`.
    archetype : str
        The classical word ("Stars", "Careless", "Miser" ...); empty where none fits.
    given : bool
        Whether the name was given by the user.
    """

    id: int
    name: str
    short: str
    description: str
    advice: str
    claims: tuple[Claim, ...]
    archetype: str = ""
    given: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "id": self.id,
            "name": self.name,
            "short": self.short,
            "description": self.description,
            "advice": self.advice,
            "claims": [claim.to_dict() for claim in self.claims],
            "archetype": self.archetype,
            "given": self.given,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> SegmentText:
        """Build from `to_dict`'s result."""
        claims = tuple(Claim(**claim) for claim in plain["claims"])
        return cls(**{**plain, "claims": claims})


def name_segments(
    profiles: Profiles,
    schema: Schema,
    *,
    features: tuple[str, ...],
    given: Mapping[int, str] | None = None,
) -> tuple[SegmentText, ...]:
    """Name and describe each segment from what its customers are like.

    Archetypes are tried first (on income and spending, then on behaviour); where none fits
    well, the name says what is high and low. Of two segments with a claim to the same name, the
    stronger case has it; the other takes its next best or adds what tells it from the first.
    The answer depends on the profiles alone, not on how segments are numbered.

    Parameters
    ----------
    profiles : Profiles
    schema : Schema
        With the derived columns.
    features : tuple of str
        The columns that took part in the fit; they come first in names.
    given : mapping of int to str, optional
        Names by segment id that override.

    Returns
    -------
    tuple of SegmentText
        In the order of `profiles`.

    Raises
    ------
    ConfigError
        If a name is given for a segment that is not there, or two given names are the same.
    """
    names = {key: text.strip() for key, text in (given or {}).items()}
    _check_given(names, profiles)
    present = (*profiles.overall.numbers, *profiles.overall.rates)
    naming = Naming(profiles, schema, features, columns_by_theme(schema, present, features))
    chosen = _assign(naming, names)
    texts = []
    for segment in profiles:
        candidate = chosen[segment.id]
        description, said = describe(naming, segment.id, candidate)
        advice, advised = advise(naming, segment.id, candidate)
        texts.append(
            SegmentText(
                id=segment.id,
                name=names.get(segment.id, candidate.name),
                short=in_short(naming, segment.id, candidate),
                description=description,
                advice=advice,
                claims=tuple(dict.fromkeys((*candidate.claims, *said, *advised))),
                archetype=candidate.archetype.key if candidate.archetype else "",
                given=segment.id in names,
            )
        )
    return tuple(texts)


def order_segments(
    profiles: Profiles, schema: Schema, features: tuple[str, ...] = ()
) -> tuple[int, ...]:
    """Return the ids of `profiles` in canonical order: by what segments are.

    The highest mean of what customers are worth comes first: total spend, else spending score,
    basket, frequency, income, savings, whichever of them is there first (features of the fit
    before other columns). Then the larger segment, then higher means of the other columns.
    """
    features = features or profiles.features
    present = (*profiles.overall.numbers, *profiles.overall.rates)
    themes = columns_by_theme(schema, present, features)
    ranked = [themes[theme] for theme in _VALUE_THEMES if theme in themes]
    ranked.sort(key=lambda column: column not in features)

    def place(segment_id: int) -> tuple[float, ...]:
        segment = profiles[segment_id]
        value = (segment.value(ranked[0]) if ranked else None) or 0.0
        means = (segment.value(column) or 0.0 for column in present)
        return (-_told(value), -segment.size, *(-_told(mean) for mean in means))

    return tuple(sorted((segment.id for segment in profiles), key=place))


def read_names(text: str) -> dict[int, str]:
    r"""Read the names that a user gave in a ``names.toml``.

    Raises
    ------
    ConfigError
        Telling everything that is wrong with it.

    Examples
    --------
    >>> read_names('[names]\n3 = "VIPs"')
    {3: 'VIPs'}
    """
    import tomllib

    example = 'Write a line [names], and under it lines such as 3 = "VIPs".'
    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"The file of names is not TOML: {error}. {example}"]) from None
    names = table.get("names")
    if not isinstance(names, dict):
        found = ", ".join(table) or "nothing"
        raise ConfigError([f"The file of names has no section [names]; it has {found}. {example}"])
    faults = []
    read: dict[int, str] = {}
    for key, name in names.items():
        if not (key.isascii() and key.isdigit()) or int(key) < 1:
            faults.append(f"Segments are numbered from 1; a name is given for {key}.")
        elif not isinstance(name, str) or not name.strip():
            faults.append(f"The name of segment {key} must be text in quotes; it is {name!r}.")
        elif int(key) in read:
            faults.append(f"Segment {int(key)} is named twice.")
        else:
            read[int(key)] = name.strip()
    if faults:
        raise ConfigError(faults)
    return read


def _told(mean: float) -> float:
    """Return a mean without its last digits, in which engines differ."""
    return float(f"{mean:.12g}")


def _check_given(names: Mapping[int, str], profiles: Profiles) -> None:
    """Refuse names for segments that are not there, and names given twice."""
    ids = [segment.id for segment in profiles]
    faults = [
        f"A name is given for segment {key} ({name}), but the segments are "
        f"{', '.join(map(str, ids))}. Remove it or name one of these."
        for key, name in names.items()
        if key not in ids
    ]
    taken = [name.casefold() for name in names.values()]
    if len(set(taken)) < len(taken):
        faults.append(f"Segment names must differ; they are {', '.join(names.values())}.")
    if faults:
        raise ConfigError(faults)


def _assign(naming: Naming, given: Mapping[int, str]) -> dict[int, Candidate]:
    """Give each segment its best name that is still free, the strongest case first."""
    wanted = {segment.id: candidates(naming, segment.id) for segment in naming.profiles}
    taken: dict[str, int] = {name.casefold(): key for key, name in given.items()}
    chosen: dict[int, Candidate] = {}

    def case(key: int) -> tuple[float, ...]:
        segment = naming.profiles[key]
        means = [segment.value(column) or 0.0 for column in segment.numbers]
        return (-round(wanted[key][0].strength, DIGITS), -segment.size, *map(_told, means))

    for key in sorted(wanted, key=case):
        if key in given:
            chosen[key] = wanted[key][0]
            continue
        best = wanted[key][0]
        free = (
            c
            for c in wanted[key]
            if c.strength >= _NEXT_BEST * best.strength
            and c.name.casefold() not in taken
            and (c.archetype is not None or best.archetype is None)
        )
        candidate = next(free, None) or distinguish(naming, key, best, taken)
        chosen[key] = candidate
        taken[candidate.name.casefold()] = key
    return chosen
