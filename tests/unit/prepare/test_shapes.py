"""When a log scale helps, and when it would harm."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from coterie.prepare.shapes import count_peaks, log_helps, skewness
from coterie.schema import Column

AMOUNT = Column("spend", "number", "feature")
Maker = Callable[[np.random.Generator], np.ndarray]


def share_logged(make: Maker, column: Column = AMOUNT) -> float:
    return float(np.mean([log_helps(make(np.random.default_rng(s)), column) for s in range(20)]))


HELPED: dict[str, Maker] = {
    "lognormal": lambda g: g.lognormal(5, 0.6, 2000),
    "long lognormal": lambda g: g.lognormal(5, 1.1, 2000),
    "large counts": lambda g: g.poisson(g.lognormal(5, 0.7, 2000)).astype(float),
}
HARMED: dict[str, Maker] = {
    "normal": lambda g: np.abs(g.normal(50, 10, 2000)),
    "uniform": lambda g: g.uniform(0, 100, 2000),
    "a far group of 10 %": lambda g: np.r_[g.normal(20, 3, 1800), g.normal(80, 3, 200)],
    "a far group of 2 %": lambda g: np.r_[g.normal(20, 3, 1960), g.normal(80, 3, 40)],
    "a wide far group": lambda g: np.abs(np.r_[g.normal(20, 3, 1700), g.normal(60, 12, 300)]),
    "groups at 10, 18 and 30": lambda g: np.r_[
        g.normal(10, 1.5, 1200), g.normal(18, 1.5, 600), g.normal(30, 1.5, 200)
    ],
    "a third of zeros": lambda g: np.where(g.random(2000) < 0.3, 0, g.lognormal(3, 1, 2000)),
    "small counts": lambda g: g.poisson(1.5, 2000).astype(float),
    "one outlier": lambda g: np.r_[g.normal(50_000, 9_000, 1999), 666_666],
    "below zero": lambda g: g.lognormal(5, 1, 2000) - 20,
}


@pytest.mark.parametrize("name", HELPED)
def test_a_long_right_tail_is_log_scaled(name: str) -> None:
    assert share_logged(HELPED[name]) >= 0.9


@pytest.mark.parametrize("name", HARMED)
def test_what_a_log_scale_would_distort_is_left(name: str) -> None:
    assert share_logged(HARMED[name]) <= 0.05


@pytest.mark.parametrize(
    "column",
    [
        Column("age", "number", "feature", "age"),
        Column("web_share", "number", "feature", unit="%"),
        Column("flag", "flag", "feature"),
    ],
)
def test_ages_shares_and_flags_are_never_log_scaled(column: Column) -> None:
    assert share_logged(HELPED["lognormal"], column) == 0


def test_skewness_by_hand() -> None:
    # 0, 0, 0, 1: mean 1/4, variance 3/16, third moment 3/32: (3/32) / (3/16)^1.5 = 2 / sqrt(3).
    assert skewness(np.array([0.0, 0, 0, 1])) == pytest.approx(2 / np.sqrt(3))
    assert skewness(np.ones(4)) == 0


@pytest.mark.parametrize("peaks", [1, 2, 3])
def test_separate_peaks_are_counted(peaks: int) -> None:
    rng = np.random.default_rng(0)
    assert count_peaks(np.concatenate([rng.normal(8 * j, 1, 400) for j in range(peaks)])) == peaks
