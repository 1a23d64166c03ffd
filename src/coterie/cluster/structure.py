"""The verdict: how real the groups are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from coterie.cluster.lookalikes import NULLS, SMOOTH

__all__ = [
    "MEANINGS", "NULLS", "PREDICTS", "SMOOTH", "STABLE", "VALLEY_LEVEL", "Evidence", "Kind",
    "Standing", "Verdict", "in_words", "judge",
]  # fmt: skip

Kind = Literal["natural", "reproducible", "constructed"]


class Evidence(NamedTuple):
    """One figure that the verdict rests on, beside what look-alike data gives.

    Attributes
    ----------
    name : str
        Such as ``"silhouette"``.
    value : float
        Of the customers' own data.
    null_mean, null_sd : float or None
        Of the look-alike data that comes nearest; None where the figure has no null.
    text : str
        What it says, in a sentence.
    """

    name: str
    value: float
    null_mean: float | None
    null_sd: float | None
    text: str


@dataclass(frozen=True)
class Verdict:
    """How real the groups are, and what that means for use.

    Attributes
    ----------
    kind : {"natural", "reproducible", "constructed"}
        Separated groups, a stable cut through a continuum, or an arbitrary cut.
    sentence : str
        The finding, said to the owner of the customers.
    meaning : str
        What to do with it.
    evidence : tuple of Evidence
    """

    kind: Kind
    sentence: str
    meaning: str
    evidence: tuple[Evidence, ...]


MEANINGS: dict[Kind, str] = {
    "natural": (
        "The groups are there whatever method looks for them: plan around them, and expect to "
        "meet them again among new customers."
    ),
    "reproducible": (
        "The lines run through a continuum, but the same lines are found each time: use the "
        "segments to plan, and treat customers near a border as either."
    ),
    "constructed": (
        "The lines are drawn for convenience, and another sample of customers would move them: "
        "use them to sort and to budget, not as kinds of people."
    ),
}

_STEADY_CUT = (
    "The lines are drawn for convenience: a cloud of customers without groups can be cut in the "
    "same places each time. Use them to sort and to budget, not as kinds of people."
)

_UNCUT = "There is nothing to tell customers apart by: treat them alike, or ask for segments."

# Hennig (2007): 0.75 and above is stable. Tibshirani and Walther (2005): 0.8 predicts.
STABLE = 0.75
PREDICTS = 0.8
VALLEY_LEVEL = 0.05
_MOST_BORDERS = 0.2
# Standard deviations apart: more than the halves of a uniform bar.
_DEEP = 3.6
# Groups that resampling dissolves (Hennig 2007: 0.5, here with a margin) are no groups. Touching
# groups of very unequal size, which are there, reach 0.7.
_HELD = 0.6
_SURE = 0.9
# Standard deviations that a silhouette must lie above the look-alikes', and the least that
# one is taken to be: a handful of draws understates it.
_BEYOND = 2.0
_LEAST_SD = 0.01

_NUMBERS = (
    "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)


def in_words(number: int) -> str:
    """Return a small number as a word, a larger one in figures."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else str(number)


@dataclass(frozen=True)
class Standing:
    """All that the verdict on k groups looks at.

    Attributes
    ----------
    k : int
    silhouette : float or None
    nulls : dict of str to tuple of (mean, sd)
        The silhouette of each kind of look-alike data at the same k.
    valleys : tuple of float
        p-value of the dip test between each two neighbouring groups. Low means a valley.
    depths : tuple of float
        Standard deviations that each two neighbouring groups lie apart.
    prediction_strength, stability, weakest_stability : float
    counted : bool
        Whether a count of groups that may find none has found as many as these.
    """

    k: int
    silhouette: float | None
    nulls: dict[str, tuple[float, float]]
    valleys: tuple[float, ...]
    depths: tuple[float, ...]
    prediction_strength: float
    stability: float
    weakest_stability: float
    counted: bool

    def stands_out(self, kinds: tuple[str, ...]) -> bool:
        """Tell whether the silhouette is beyond what every one of these look-alikes gives."""
        value = self.silhouette
        return value is not None and all(
            value > self.nulls[kind][0] + _BEYOND * max(self.nulls[kind][1], _LEAST_SD)
            for kind in kinds
        )

    @property
    def has_valleys(self) -> bool:
        """Whether the borders between neighbours, taken together, run through valleys.

        The geometric mean of the p-values tells whether they are small together, as in
        Fisher's method; the medians, that it is not the work of a few borders, and that many
        rows have not made much of a shallow valley.
        """
        if not self.valleys:
            return False
        together = float(np.exp(np.mean(np.log(self.valleys))))
        usual, depth = float(np.median(self.valleys)), float(np.median(self.depths))
        return together <= VALLEY_LEVEL and usual <= _MOST_BORDERS and depth >= _DEEP


def judge(standing: Standing, separated: int | None = None) -> Verdict:
    """Say how real k groups are.

    Natural: a count of groups finds as many; the borders run through valleys, which a cut
    through one hump does not show beyond the test's error; resampling does not dissolve the
    groups; and the silhouette is beyond smooth one-peaked look-alikes, or resampling finds the
    groups without fail.
    Reproducible: no valleys, but the same cut is found again, and the silhouette is beyond
    all look-alikes. Constructed: anything else. Stability alone is not enough: the quadrants
    of a uniform square are found again too [1]_.

    Parameters
    ----------
    standing : Standing
    separated : int, optional
        The number of natural groups, where it is another than `standing.k`.

    References
    ----------
    .. [1] S. Dolnicar, F. Leisch, "Evaluation of structure and reproducibility of cluster
       solutions using the bootstrap", Marketing Letters 21:83-101, 2010.
    """
    kind: Kind = "constructed"
    if standing.k < 2 or standing.silhouette is None:
        if separated is None:
            sentence = "All your customers are taken as one group: no line was drawn."
            return Verdict(kind, sentence, _UNCUT, ())
        count = in_words(separated)
        return Verdict(
            kind,
            f"Your customers fall into {count} separated groups; here all are taken as one.",
            f"This says nothing about the groups: ask for {count} segments to see them.",
            (),
        )
    steady = standing.weakest_stability >= STABLE and standing.prediction_strength >= PREDICTS
    held = max(standing.stability, standing.prediction_strength) >= _HELD
    beyond = standing.stands_out(SMOOTH) or (steady and standing.weakest_stability >= _SURE)
    if standing.counted and standing.has_valleys and held and beyond:
        kind = "natural"
    elif steady and standing.stands_out(tuple(standing.nulls)):
        kind = "reproducible"
    if separated is None or kind == "natural":
        sentence, meaning = _sentence(kind, standing), MEANINGS[kind]
        if kind == "constructed" and standing.stability >= STABLE:
            meaning = _STEADY_CUT
    else:
        sentence, meaning = _beside(kind, standing, separated)
    return Verdict(kind, sentence, meaning, _evidence(standing))


def _beside(kind: Kind, standing: Standing, separated: int) -> tuple[str, str]:
    """Return sentence and meaning for k groups where another number of them is natural."""
    more = standing.k > separated
    sentence = (
        f"Your customers fall into {in_words(separated)} separated groups; these "
        f"{in_words(standing.k)} {'cut some of them further' if more else 'join some of them'}, "
        f"and resampling {_again(standing.stability)}."
    )
    if kind == "reproducible":
        return sentence, (
            f"The same segments are found each time, so you can plan with them, but the groups "
            f"themselves are {in_words(separated)}: expect segments to "
            f"{'be alike in pairs' if more else 'hold unlike customers'}."
        )
    advice = f"use {in_words(separated)} if you want kinds of people."
    if more:
        moved = "though resampling finds the same ones"
        if standing.stability < STABLE:
            moved = "and another sample of customers would move them"
        return sentence, f"Some lines are drawn for convenience, {moved}: {advice}"
    return sentence, f"Which groups are joined is a matter of convenience: {advice}"


def _sentence(kind: Kind, standing: Standing) -> str:
    count = in_words(standing.k)
    null, _ = _hardest(standing)
    own = f"look-alike data without groups would give a silhouette of {null[0]:.2f}, yours gives "
    own += f"{standing.silhouette:.2f}"
    again = _again(standing.stability)
    if kind == "natural":
        return f"Your customers fall into {count} separated groups; {own}, and resampling {again}."
    if kind == "reproducible":
        doubt = "most borders run through well-filled ground"
        if standing.has_valleys:
            doubt = "no count of separate humps finds them"
        return (
            f"Your customers form a continuum that can be cut in {count} parts; {own}, and "
            f"resampling {again}, but {doubt}."
        )
    if standing.has_valleys:
        return f"The {count} groups are no clearer than chance would make them; {own}."
    joint = "though" if standing.stability >= STABLE else "and"
    return (
        f"Your customers form one continuum, and the {count} groups are a cut made for "
        f"convenience; {own}, {joint} resampling {again}."
    )


def _again(stability: float) -> str:
    if stability >= 0.95:
        return "finds the same groups every time"
    if stability >= STABLE:
        return "finds much the same groups each time"
    if stability >= _HELD:
        return "finds them again only roughly"
    return "finds other groups each time"


def _hardest(standing: Standing) -> tuple[tuple[float, float], str]:
    """Return mean and sd of the smooth look-alikes that come nearest, and which they are."""
    kind = max(SMOOTH, key=lambda name: standing.nulls[name][0])
    return standing.nulls[kind], kind


def _evidence(standing: Standing) -> tuple[Evidence, ...]:
    null, kind = _hardest(standing)
    value = standing.silhouette or 0.0
    beyond = (value - null[0]) / max(null[1], _LEAST_SD)
    open_borders = sum(p <= VALLEY_LEVEL for p in standing.valleys)
    share = open_borders / max(len(standing.valleys), 1)
    return (
        Evidence(
            "valleys",
            share,
            VALLEY_LEVEL,
            None,
            f"{open_borders} of the {len(standing.valleys)} borders between neighbouring groups "
            "run through a valley with few customers; in a continuum about 1 in 20 would.",
        ),
        Evidence(
            "silhouette",
            value,
            null[0],
            null[1],
            f"The silhouette is {value:.2f}; look-alike data ({kind}) gives {null[0]:.2f}, "
            f"{abs(beyond):.0f} standard deviations {'less' if beyond >= 0 else 'more'}.",
        ),
        Evidence(
            "prediction strength",
            standing.prediction_strength,
            None,
            None,
            "Of any two customers whom one half of the data puts together, the other half puts "
            f"{standing.prediction_strength:.0%} together too, in the worst group.",
        ),
        Evidence(
            "stability of the weakest group",
            standing.weakest_stability,
            None,
            None,
            f"In resampled data the least stable group keeps {standing.weakest_stability:.0%} "
            "of its customers.",
        ),
    )
