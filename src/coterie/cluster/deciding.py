"""From votes to a number with its reason, and to the verdict on the number that is used."""

from __future__ import annotations

import numpy as np

from coterie.cluster.base import Floats
from coterie.cluster.structure import PREDICTS, STABLE, Verdict, in_words, judge
from coterie.cluster.sweep import KQuality, Sweep
from coterie.cluster.votes import Vote

# Densities are not trusted in more columns.
_COUNTED_COLUMNS = 10
# The numbers of segments that people can work with where the data does not say.
_WORKABLE = range(2, 7)
# Hennig (2007): a cluster with a mean Jaccard overlap up to here is dissolved.
_DISSOLVED = 0.5
# A mean Jaccard overlap from here on says that a partition is found again as it was.
_FIRM = 0.85
# So many of these criteria together can correct the mixture's count by one, and by more.
_CRITERIA = ("prediction strength", "silhouette", "Calinski-Harabasz", "Davies-Bouldin")
_AGREEING, _AGREEING_AFAR = 2, 3


def decide(
    seen: Sweep,
    votes: tuple[Vote, ...],
    low: int,
    high: int,
    min_share: float,
    smooth: Floats,
    rng: np.random.Generator,
    *,
    held: bool = False,
) -> tuple[int, str]:
    """Return the recommended number and two sentences on why.

    With `held` a count of groups is only followed where resampling finds as many again: the count
    looks at the customers alone, and a method need not divide them so.
    """
    said = _said(votes)
    allowed = [
        row for row in seen.table if low <= row.k <= high and row.smallest >= min_share
    ] or list(seen.table[:1])
    counted, source = _counted(said, seen.table, smooth.shape[1])
    if counted is not None:
        fitting = [row.k for row in allowed if row.k <= counted]
        best = max(fitting, default=allowed[0].k)
        standing = seen.standing(best, smooth, rng, counted=True)
        doubtful = source == "mixture" and said.get("mixture, valleys alone") is None
        if held and standing.weakest_stability < STABLE:
            return _held_cut(allowed, counted)
        hopeless = doubtful and float(np.median(standing.valleys or (1.0,))) > 0.5
        if not hopeless or standing.weakest_stability > _DISSOLVED:
            return best, _reason(best, source, said)
    return _working_cut(allowed)


def judge_choice(
    chosen: int,
    best: int,
    seen: Sweep,
    votes: tuple[Vote, ...],
    smooth: Floats,
    rng: np.random.Generator,
) -> tuple[Verdict, int | None]:
    """Return the verdict on the chosen number, and the number that is natural if another."""
    said = _said(votes)
    counted, _ = _counted(said, seen.table, smooth.shape[1])
    if said.get("mixture") is None and smooth.shape[1] <= _COUNTED_COLUMNS:
        counted = None  # Resampling alone finds continua again too: that is no count of groups.
    counts = {counted, said.get("density")} - {None}
    own = judge(seen.standing(chosen, smooth, rng, counted=chosen in counts))
    if chosen == best or own.kind == "natural" or best not in counts:
        return own, None
    if judge(seen.standing(best, smooth, rng, counted=True)).kind != "natural":
        return own, None
    return judge(seen.standing(chosen, smooth, rng, counted=False), best), best


def overruled(chosen: int, best: int, separated: int | None, verdict: Verdict) -> str:
    """Return two sentences on a number that was asked for against the evidence."""
    first = f"You asked for {chosen}; the evidence recommends {best}."
    if verdict.kind == "natural":
        return f"{first} Both numbers divide the customers along valleys."
    if separated is None:
        return f"{first} Neither has valleys all round its groups, so yours may serve as well."
    how = "cut some of them further" if chosen > best else "join some of them"
    verb = how if chosen > 1 else "join them all"
    return f"{first} The customers form {best} groups with valleys between, and {chosen} {verb}."


def _said(votes: tuple[Vote, ...]) -> dict[str, int | None]:
    return {vote.criterion: vote.k for vote in votes}


def _counted(
    said: dict[str, int | None], table: tuple[KQuality, ...], n_columns: int
) -> tuple[int | None, str]:
    """Return the count of groups to trust, None for none, and where it comes from.

    The mixture's, as a rule. Not where resampling does not find its groups, but finds another
    number, on which other criteria agree; nor where empty space divides the customers in
    another way, which says that the groups are rings or bars and the mixture counts their
    pieces; unless resampling finds the mixture's groups again and either some regions stay whole
    in it, or there are significant valleys inside the regions.
    """
    strength, silhouette = said.get("prediction strength"), said.get("silhouette")
    mixture, density = said.get("mixture"), said.get("density")
    if n_columns > _COUNTED_COLUMNS and strength is not None and strength == silhouette:
        return strength, "prediction strength"
    again = {row.k for row in table if row.weakest_stability >= STABLE and row.stability >= _FIRM}
    clear = said.get("mixture, valleys alone") or 1
    if density is not None and mixture is not None:
        finer = density < mixture and (mixture < 2 * density or clear > density)
        if not (finer and mixture in again) and not mixture == strength == silhouette:
            return density, "density"
    elif density is not None:
        return density, "density"
    if mixture is None:
        return (strength, "prediction strength") if strength == silhouette else (None, "mixture")
    criteria = [said.get(name) for name in _CRITERIA]
    if mixture in again:
        return mixture, "mixture"
    for other in sorted(again - {1}, key=lambda k: (abs(k - mixture), k)):
        needed = _AGREEING if abs(other - mixture) == 1 else _AGREEING_AFAR
        if clear <= other and criteria.count(other) >= needed:
            return other, "agreement"
    return mixture, "mixture"


_SOURCES = {
    # How real they are, the verdict says: a count finds humps in a continuum too.
    "mixture": "counting the humps in the crowd of customers finds {count}",
    "density": "counting the dense regions with emptier space between finds {count}",
    "agreement": "resampling finds {count} again, and no number beside it",
    "prediction strength": "{count} is the most groups that one half of the data predicts in the "
    "other, and where the silhouette is highest",
}


def _reason(best: int, source: str, said: dict[str, int | None]) -> str:
    count = in_words(best)
    agree = [
        name
        for name, number in said.items()
        if number == best and name not in (source, "range") and not name.startswith("mixture")
    ]
    first = f"{count.capitalize()} groups, because {_SOURCES[source].format(count=count)}."
    if not agree:
        return f"{first} The usual criteria alone would have chosen otherwise."
    listed = agree[0] if len(agree) == 1 else f"{', '.join(agree[:-1])} and {agree[-1]}"
    verb = "points" if len(agree) == 1 else "point"
    return f"{first} {listed[0].upper()}{listed[1:]} {verb} to the same number."


def _held_cut(allowed: list[KQuality], counted: int) -> tuple[int, str]:
    """Return the most groups that a method finds again where it does not find those counted."""
    best, why = _working_cut(allowed)
    if best in (1, counted):
        return best, why
    return best, (
        f"The customers may form {in_words(counted)} groups, which this method does not find "
        f"again in other customers. {in_words(best).capitalize()} segments it does find again best."
    )


def _working_cut(allowed: list[KQuality]) -> tuple[int, str]:
    """Return the most workable segments that are found again, for data that has no groups."""
    workable = [row for row in allowed if row.k in _WORKABLE] or allowed
    stable = [row for row in workable if row.weakest_stability >= STABLE]
    # Of cuts that bootstrap samples find again, those that one half also predicts in the other.
    stable = [row for row in stable if row.prediction_strength > PREDICTS] or stable
    best = stable[-1] if stable else max(workable, key=lambda row: row.weakest_stability)
    count = in_words(best.k)
    if best.k == 1:
        return 1, "One group: the customers are too few or too alike to divide. Nothing was cut."
    how = "the most that resampling finds again" if stable else "what resampling changes least"
    return best.k, (
        f"No number of groups stands out from data without any. {count.capitalize()} segments "
        f"are {how}, so they make a working cut."
    )
