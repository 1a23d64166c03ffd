"""Rates of several groups, shrunk towards their mean so that the best one holds next time."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

ALIKE = 0.94
"""Belief, before any answer, that no group differs from another. Calibrated, not felt: at this
value the best of two alike groups keeps six hundredths of its raw exaggeration, the best of more
fewer (`benchmarks/campaigns.py`). Without such a belief no shrinkage of two or three groups gets
near a tenth: their spread cannot be told from luck (`docs/campaigns.md` compares)."""

SPREADS = np.geomspace(0.15, 12.0, 18)
"""How far groups may lie apart: standard deviations of their true rates, in standard errors of
a group of usual size. No spread at all is the case that `ALIKE` speaks of."""

USUAL_SPREAD = 3.0
"""Scale of the half-Cauchy belief about the spread, in the same unit (Gelman 2006)."""

TINY = 30.0
"""A group counts as at least so large where the usual size is worked out."""

TOWARDS_MEAN, AWAY = 0.045, 0.02
"""Risk left at the two ends of an interval: see `shrink_rates`."""

_NODES = 15
_WIDTHS = np.linspace(-9.0, 9.0, 121)
_AT_ONCE = 20
"""Campaigns worked out at once: more would take much memory and no less time."""


@dataclass(frozen=True)
class Shrunk:
    """Rates fit to be acted on.

    Attributes
    ----------
    rate : ndarray of float, shape (..., k)
        Posterior means, 0 to 1.
    low, high : ndarray of float, shape (..., k)
        Ends of the 95 % intervals.
    alike : ndarray of float, shape (...)
        Belief, after the answers, that the groups do not differ at all; 1 for a single group.
    """

    rate: Floats
    low: Floats
    high: Floats
    alike: Floats


@dataclass(frozen=True)
class _Posterior:
    """A mixture of Beta distributions a group: one component a spread, the first for none.

    `weight` has shape (s, t), the others (s, t, k); `mu` and `share`, shape (s, t, nodes), are
    the common mean at each spread and the weight of each of its values. `fair` is `mean` without
    the pull of Jeffreys' belief towards one half: see `_posterior`.
    """

    weight: Floats
    mean: Floats
    variance: Floats
    fair: Floats
    mu: Floats
    share: Floats
    size: Floats


_NORMAL = np.array([NormalDist().inv_cdf((i + 0.5) / _NODES) for i in range(_NODES)])
_LARGE = 10.0


def shrink_rates(yes: ArrayLike, asked: ArrayLike) -> Shrunk:
    """Estimate the true rates of groups from their answers, without the winner's curse.

    The true rates are taken to be drawn from a Beta distribution (or to be all the same) whose
    mean and spread are learnt from the groups themselves: empirical Bayes [1]_, here averaged
    over the spreads that the answers allow rather than resting on the likeliest one [2]_. Where
    the answers do not speak for any difference, all groups get nearly the common rate; where
    they do, each keeps its own.

    Parameters
    ----------
    yes, asked : array-like of int, shape (..., k)
        Answers of yes, and customers asked, of each group. Leading axes are campaigns that have
        nothing to do with each other.

    Returns
    -------
    Shrunk
        The end of an interval that lies towards the common mean is the posterior's. The other
        end, beyond which the group's own rate pulls, is the farther of the posterior's and of
        what it would be if the groups surely differed: so the intervals cover the truth whether
        they do or not, which an interval of the posterior alone does not (as is known of
        empirical Bayes [3]_). Checked by simulation in ``benchmarks/campaigns.py``.

    Raises
    ------
    ValueError
        If shapes differ, there is no group, or more said yes than were asked.

    References
    ----------
    .. [1] C. N. Morris, "Parametric Empirical Bayes Inference: Theory and Applications",
       JASA 78:47, 1983; B. Efron, "Large-Scale Inference", Cambridge 2010, chapter 1.
    .. [2] A. Gelman, "Prior distributions for variance parameters in hierarchical models",
       Bayesian Analysis 1:515, 2006.
    .. [3] T. Armstrong, M. Kolesár, M. Plagborg-Møller, "Robust Empirical Bayes Confidence
       Intervals", Econometrica 90:2567, 2022.

    Examples
    --------
    >>> found = shrink_rates([30, 22, 25], [200, 200, 200])
    >>> found.rate.round(3).tolist(), bool(found.alike > 0.8)
    ([0.129, 0.128, 0.128], True)
    >>> found = shrink_rates([120, 22, 25], [200, 200, 200])
    >>> found.rate.round(2).tolist()
    [0.59, 0.11, 0.13]
    """
    counts, totals, shape = _checked(yes, asked)
    parts = [
        _shrunk(counts[i : i + _AT_ONCE], totals[i : i + _AT_ONCE])
        for i in range(0, len(counts), _AT_ONCE)
    ]
    rate, low, high = (np.concatenate([part[i] for part in parts]).reshape(shape) for i in range(3))
    alike = np.concatenate([part[3] for part in parts])
    return Shrunk(rate, low, high, alike.reshape(shape[:-1]))


def _shrunk(counts: Floats, totals: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Shrink a few campaigns: counts, shape (s, k) -> rates, two ends, belief in no difference."""
    held = _posterior(counts, totals)
    rate = (held.weight[:, :, None] * held.fair).sum(axis=1)
    beyond = (counts + 0.5) / (totals + 1.0) >= held.mean[:, 0]
    towards = np.where(beyond, TOWARDS_MEAN, 1.0 - TOWARDS_MEAN)
    away = np.where(beyond, 1.0 - AWAY, AWAY)
    inner, far, certain = _quantiles(held, towards, away)
    outer = np.where(beyond, np.maximum(far, certain), np.minimum(far, certain))
    low, high = np.minimum(inner, outer), np.maximum(inner, outer)
    alike = held.weight[:, 0] if counts.shape[1] > 1 else np.ones(len(counts))
    return rate, low, high, alike


def draw_rates(yes: ArrayLike, asked: ArrayLike, *, draws: int, seed: int) -> Floats:
    """Draw true rates of all groups together, as the answers leave them possible.

    Parameters
    ----------
    yes, asked : array-like of int, shape (k,)
    draws, seed : int

    Returns
    -------
    ndarray of float, shape (draws, k)
        Groups share the common mean and the spread within a draw, so sums of them are right.

    Raises
    ------
    ValueError
        As `shrink_rates`.
    """
    counts, totals, _shape = _checked(yes, asked)
    held = _posterior(counts[:1], totals[:1])
    rng = np.random.default_rng(seed)
    spread = rng.choice(held.weight.shape[1], draws, p=held.weight[0])
    bounds = held.share[0].cumsum(axis=1)
    node = (rng.random(draws)[:, None] > bounds[spread]).sum(axis=1).clip(0, _NODES - 1)
    mu, size = held.mu[0][spread, node], held.size[0][spread]
    drawn = rng.beta(
        counts[0] + (mu * size)[:, None], totals[0] - counts[0] + ((1.0 - mu) * size)[:, None]
    )
    whole, everyone = counts[0].sum(), totals[0].sum()
    half = 0.0 if 0 < whole < everyone else 0.5
    common = rng.beta(whole + half, everyone - whole + half, draws)
    return np.where((spread == 0)[:, None], common[:, None], drawn)


def _checked(yes: ArrayLike, asked: ArrayLike) -> tuple[Floats, Floats, tuple[int, ...]]:
    """Return the counts as (s, k) and their shape."""
    counts, totals = np.asarray(yes, dtype=np.float64), np.asarray(asked, dtype=np.float64)
    if counts.shape != totals.shape or counts.ndim == 0 or counts.shape[-1] == 0:
        raise ValueError(
            f"yes and asked need one entry a group each; got shapes {counts.shape} and "
            f"{totals.shape}."
        )
    if (counts < 0).any() or (counts > totals).any():
        raise ValueError("yes must lie between 0 and asked in every group.")
    shape = counts.shape
    return counts.reshape(-1, shape[-1]), totals.reshape(-1, shape[-1]), shape


def _posterior(yes: Floats, asked: Floats) -> _Posterior:
    """Work the mixture out: counts, shape (s, k) -> its parts."""
    n_groups = yes.shape[1]
    total, everyone = yes.sum(axis=1), asked.sum(axis=1)
    a, b = total + 0.5, everyone - total + 0.5
    alike = betaln(a, b) - betaln(0.5, 0.5)
    # The harmonic mean: small groups may lie far apart, whatever the size of the largest.
    usual = 1.0 / (1.0 / np.maximum(asked, TINY)).mean(axis=1)
    sizes = np.maximum(usual[:, None] / SPREADS**2 - 1.0, 0.5)[:, :, None]
    # The common mean: nodes by equal chance, wide enough for each of the spreads.
    heft = (asked[:, None, :] * (sizes + 1.0) / (asked[:, None, :] + sizes)).sum(axis=2)
    middle = (total + 0.5) / (everyone + 1.0)
    wide = 1.0 / np.sqrt(middle * (1.0 - middle))[:, None] / np.sqrt(np.maximum(heft / 2.0, 1.0))
    logit = np.log(middle / (1.0 - middle))[:, None, None] + wide[..., None] * _NORMAL
    mu = (1.0 / (1.0 + np.exp(-logit))).clip(1e-9, 1.0 - 1e-9)
    drawn_by = -0.5 * _NORMAL**2 - np.log(wide)[..., None] - 0.5 * np.log(2.0 * np.pi)
    # Jeffreys' belief about the common mean, as for alike groups; on the scale of logits.
    believed = 0.5 * np.log(mu) + 0.5 * np.log1p(-mu) - betaln(0.5, 0.5)
    alpha, beta = (mu * sizes)[..., None], ((1.0 - mu) * sizes)[..., None]
    y, n = yes[:, None, None, :], asked[:, None, None, :]
    fits = (betaln(alpha + y, beta + n - y) - betaln(alpha, beta)).sum(axis=3)
    log_share = fits + believed - drawn_by
    peak = log_share.max(axis=2, keepdims=True)
    share = np.exp(log_share - peak)
    apart = np.log(share.mean(axis=2)) + peak[..., 0]
    share /= share.sum(axis=2, keepdims=True)
    mean, variance = _moments(y, n, alpha, beta, share)
    # Jeffreys' belief makes intervals hold, but adds half a yes: with 8 of 800 that alone is a
    # fifth of what the better of two is overstated by. Means are taken without it (Haldane).
    both = ((total > 0) & (total < everyone))[:, None]
    even = np.where(both[..., None], share / np.sqrt(mu * (1.0 - mu)), share)
    even /= even.sum(axis=2, keepdims=True)
    fair = (even[..., None] * (alpha + y) / (alpha + beta + n)).sum(axis=2)
    plain = np.where(both, (total / np.maximum(everyone, 1.0))[:, None], (a / (a + b))[:, None])
    weight = _weights(alike, apart, n_groups)
    common = np.broadcast_to((a / (a + b))[:, None, None], (len(yes), 1, n_groups))
    certain = common * (1.0 - common) / (a + b + 1.0)[:, None, None]
    return _Posterior(
        weight=weight,
        mean=np.concatenate([common, mean], axis=1),
        variance=np.concatenate([certain, variance], axis=1),
        fair=np.concatenate([np.broadcast_to(plain[:, None], common.shape), fair], axis=1),
        mu=np.concatenate([mu[:, :1], mu], axis=1),
        share=np.concatenate([even[:, :1], even], axis=1),
        size=np.concatenate([sizes[:, :1, 0], sizes[..., 0]], axis=1),
    )


def _moments(
    y: Floats, n: Floats, alpha: Floats, beta: Floats, share: Floats
) -> tuple[Floats, Floats]:
    """Return mean and variance of each group's rate at each spread, over the common means."""
    size = alpha + beta + n
    mean = (alpha + y) / size
    variance = mean * (1.0 - mean) / (size + 1.0)
    each = share[..., None]
    middle = (each * mean).sum(axis=2)
    spread = (each * (variance + mean**2)).sum(axis=2) - middle**2
    return middle, np.maximum(spread, 1e-18)


def _weights(alike: Floats, apart: Floats, n_groups: int) -> Floats:
    """Return the belief in each spread, shape (s, t): the first is none."""
    belief = SPREADS / (1.0 + (SPREADS / USUAL_SPREAD) ** 2)  # half-Cauchy, on a log-even grid
    belief = (1.0 - ALIKE) * belief / belief.sum()
    if n_groups == 1:
        belief = np.zeros_like(belief)
    with np.errstate(divide="ignore"):
        logs = np.concatenate([(alike + np.log(ALIKE))[:, None], apart + np.log(belief)], axis=1)
    weight = np.exp(logs - logs.max(axis=1, keepdims=True))
    found: Floats = weight / weight.sum(axis=1, keepdims=True)
    return found


def _apart(weight: Floats) -> Floats:
    """Return the beliefs if the groups surely differ; unchanged for a single group."""
    rest = weight.copy()
    rest[:, 0] = 0.0
    total = rest.sum(axis=1, keepdims=True)
    return np.where(total > 0, rest / np.where(total > 0, total, 1.0), weight)


def _quantiles(held: _Posterior, towards: Floats, away: Floats) -> tuple[Floats, Floats, Floats]:
    """Return quantiles of the mixture: `towards`, `away`, and `away` if the groups differ."""
    size = np.maximum(held.mean * (1.0 - held.mean) / held.variance - 1.0, 1e-3)
    a, b = held.mean * size, (1.0 - held.mean) * size
    middle = np.log(a / b)
    width = np.sqrt(1.0 / a + 1.0 / b + 0.5 / a**2 + 0.5 / b**2)
    # Points at which each of the components is resolved, on the scale of logits.
    spots = middle[..., None] + width[..., None] * _WIDTHS
    points = np.sort(np.moveaxis(spots, 1, 2).reshape(*a[:, 0].shape, -1), axis=-1)
    below, above = -np.logaddexp(0.0, -points), -np.logaddexp(0.0, points)
    density = np.exp(
        a[..., None] * below[:, None] + b[..., None] * above[:, None] - betaln(a, b)[..., None]
    )
    whole = (held.weight[:, :, None, None] * density).sum(axis=1)
    differ = (_apart(held.weight)[:, :, None, None] * density).sum(axis=1)
    return (
        _inverse(points, whole, towards),
        _inverse(points, whole, away),
        _inverse(points, differ, away),
    )


def _inverse(points: Floats, density: Floats, chance: Floats) -> Floats:
    """Return where the density's sum reaches `chance`: (s, k, p) and (s, k) -> rates, (s, k)."""
    steps = np.diff(points, axis=-1) * (density[..., 1:] + density[..., :-1]) / 2.0
    reached = np.concatenate([np.zeros_like(density[..., :1]), steps.cumsum(axis=-1)], axis=-1)
    reached /= reached[..., -1:]
    found = np.empty_like(chance)
    for place in np.ndindex(*chance.shape):
        found[place] = np.interp(chance[place], reached[place], points[place])
    return np.asarray(1.0 / (1.0 + np.exp(-found)))


def betaln(a: ArrayLike, b: ArrayLike) -> Floats:
    """Return the logarithm of the beta function; `gammaln` three times.

    Examples
    --------
    >>> round(float(betaln(2.0, 3.0)), 6)  # 1 / 12
    -2.484907
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    return gammaln(first) + gammaln(second) - gammaln(first + second)


def gammaln(x: ArrayLike) -> Floats:
    """Return the logarithm of the gamma function of positive numbers, to 12 digits.

    Stirling's series, after moving small arguments up [1]_; SciPy would cost a run a fifth of
    a second to import.

    References
    ----------
    .. [1] M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 6.1.15 and 6.1.41.

    Examples
    --------
    >>> np.round(np.exp(gammaln([1.0, 5.0, 0.5])), 6).tolist()
    [1.0, 24.0, 1.772454]
    """
    value = np.asarray(x, dtype=np.float64)
    small = value < _LARGE
    moved = np.where(small, value + _LARGE, value)
    inverse = 1.0 / moved
    square = inverse * inverse
    series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)))
    found = (moved - 0.5) * np.log(moved) - moved + 0.5 * np.log(2.0 * np.pi) + series
    if small.any():
        shift = np.ones_like(value)
        for step in range(int(_LARGE)):
            shift = shift * np.where(small, value + step, 1.0)
        found = found - np.log(shift)
    return np.asarray(found)
