"""Shrunk rates: by two roads, at their ends, and on simulated campaigns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from scipy.stats import beta

from coterie.insight.shrinking import betaln, draw_rates, gammaln, shrink_rates


def test_the_gamma_function_is_scipys():
    x = np.geomspace(1e-3, 1e8, 500)
    assert gammaln(x) == pytest.approx(special.gammaln(x), rel=1e-9, abs=1e-9)
    assert float(betaln(0.5, 656.5)) == pytest.approx(special.betaln(0.5, 656.5), rel=1e-9)


def test_one_group_has_jeffreys_posterior():
    found = shrink_rates([3], [40])
    assert found.rate[0] == pytest.approx(3 / 40)
    assert found.alike == 1.0
    # 3.5 / 41 of its own lies not below the mean, which is the same: the risks are 4.5 and 2 %.
    assert found.low[0] == pytest.approx(beta(3.5, 37.5).ppf(0.045), abs=2e-4)
    assert found.high[0] == pytest.approx(beta(3.5, 37.5).ppf(0.98), abs=1e-3)


def test_alike_groups_get_the_common_rate():
    found = shrink_rates([30, 31, 29, 30], [300] * 4)
    assert found.rate == pytest.approx([0.1] * 4, abs=0.001)
    assert found.alike > 0.95


def test_groups_that_surely_differ_keep_their_own_rates():
    found = shrink_rates([500, 100, 50], [1000] * 3)
    assert found.rate == pytest.approx([0.5, 0.1, 0.05], abs=0.005)
    assert found.alike < 1e-6


def test_a_small_group_is_drawn_towards_the_mean_more_than_a_large_one():
    # Groups with 20, 2 and 5 % show that rates differ; 12 of 30 is still hardly believed.
    found = shrink_rates([200, 20, 50, 12], [1000, 1000, 1000, 30])
    assert 0.4 - found.rate[3] > 10 * abs(0.2 - found.rate[0])


def test_a_small_group_beside_a_huge_one_may_differ():
    assert shrink_rates([30, 20], [100, 1_000_000]).rate[0] > 0.2


def test_campaigns_are_shrunk_each_by_itself():
    both = shrink_rates([[30, 20], [5, 9]], [[100, 100], [50, 50]])
    assert both.rate[1] == pytest.approx(shrink_rates([5, 9], [50, 50]).rate)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.integers(0, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_shown_is_always_a_rate_within_its_range(counts):
    yes, asked = (list(values) for values in zip(*counts, strict=True))
    found = shrink_rates(yes, asked)
    assert np.isfinite(found.rate).all()
    assert (found.low >= 0).all()
    assert (found.high <= 1).all()
    assert (found.low <= found.rate + 1e-6).all()
    assert (found.rate <= found.high + 1e-6).all()


def test_drawn_rates_agree_with_the_shrunk_ones():
    yes, asked = [40, 12, 20, 3], [200, 200, 150, 60]
    drawn = draw_rates(yes, asked, draws=20_000, seed=1)
    assert drawn.mean(axis=0) == pytest.approx(shrink_rates(yes, asked).rate, abs=0.003)
    again = draw_rates(yes, asked, draws=20_000, seed=1)
    assert (drawn == again).all()


def test_counts_that_cannot_be_are_a_programmers_mistake():
    with pytest.raises(ValueError, match="between 0 and asked"):
        shrink_rates([3], [2])
    with pytest.raises(ValueError, match="one entry a group each"):
        shrink_rates([3, 1], [4])


def simulated(sizes, rate, spread, times, seed):
    """Return coverage of all and of the winner, and the winner's raw and shrunk bias."""
    rng = np.random.default_rng(seed)
    asked = np.tile(sizes, (times, 1))
    truth = np.full(asked.shape, rate)
    if spread:
        size = rate * (1 - rate) / spread**2 - 1
        truth = rng.beta(rate * size, (1 - rate) * size, asked.shape)
    yes = rng.binomial(asked, truth)
    found = shrink_rates(yes, asked)
    held = (found.low <= truth) & (truth <= found.high)
    raw, rows = yes / asked, np.arange(times)
    winner = raw.argmax(axis=1)
    biases = [(shown - truth)[rows, winner].mean() for shown in (raw, found.rate)]
    return held.mean(), held[rows, winner].mean(), *biases


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "rate"), [((300,) * 6, 0.1), ((150, 300, 600, 1200), 0.05), ((500,) * 3, 0.2)]
)
def test_without_differences_intervals_cover_and_the_winner_is_not_overstated(sizes, rate):
    covered, of_winner, raw, shown = simulated(sizes, rate, 0.0, 1_200, seed=11)
    assert covered == pytest.approx(0.95, abs=0.02)
    assert of_winner == pytest.approx(0.95, abs=0.02)
    assert raw > 0.01
    assert abs(shown) <= raw / 10


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.01, 0.02, 0.05])
def test_with_differences_the_winners_interval_covers_and_it_is_never_overstated(spread):
    covered, of_winner, raw, shown = simulated((300,) * 6, 0.1, spread, 800, seed=7)
    assert covered > 0.89
    assert of_winner > 0.92
    assert shown < raw / 4
