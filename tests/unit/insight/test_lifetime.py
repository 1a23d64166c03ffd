"""BG/NBD and gamma-gamma: published parameters, worked cases, and two roads to one answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.errors import TooFewCustomersError
from coterie.insight.lifetime import BgNbd, _log_likelihood, fit_bg_nbd
from coterie.insight.lifetime_spend import GammaGamma, fit_gamma_gamma
from coterie.insight.lifetime_spend import _log_likelihood as spend_likelihood

# Fader, Hardie and Lee 2005, table 2: CDNOW, 39 weeks.
PAPER = BgNbd(0.243, 4.414, 0.793, 2.426, "week")


def simulated(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers who buy and leave as the model says, observed for 39 weeks."""
    rng = np.random.default_rng(seed)
    rates, leaving = rng.gamma(0.8, 1 / 4.0, n), rng.beta(0.8, 2.4, n)
    ages = rng.uniform(20, 39, n)
    x, t_x = np.zeros(n), np.zeros(n)
    for i in range(n):
        now = 0.0
        while True:
            now += rng.exponential(1 / rates[i])
            if now > ages[i]:
                break
            x[i], t_x[i] = x[i] + 1, now
            if rng.random() < leaving[i]:
                break
    return x, t_x, ages


def test_the_expectation_of_the_published_example_customer():
    # The authors' worked example: x = 2, t_x = 30.43, T = 38.86, over 39 weeks: 1.226.
    found = PAPER.expected_purchases(39, [2], [30.43], [38.86])
    assert found[0] == pytest.approx(1.226, abs=5e-4)


def test_probability_alive_worked_by_hand():
    # 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x)), x = 1.
    gone = 0.793 / 2.426 * ((4.414 + 38.86) / (4.414 + 1.71)) ** 1.243
    found = PAPER.probability_alive([1, 0], [1.71, 0.0], [38.86, 38.86])
    assert found.tolist() == pytest.approx([1 / (1 + gone), 1.0])


def test_parameters_that_made_the_data_are_found_again():
    model = fit_bg_nbd(*simulated(20_000, 1), unit="week")
    assert model.r == pytest.approx(0.8, rel=0.08)
    assert model.alpha == pytest.approx(4.0, rel=0.1)
    assert model.a / (model.a + model.b) == pytest.approx(0.25, abs=0.03)


def test_the_unit_of_time_changes_nothing_but_alpha():
    x, t_x, age = simulated(2_000, 2)
    weeks, days = fit_bg_nbd(x, t_x, age), fit_bg_nbd(x, t_x * 7, age * 7)
    assert days.r == pytest.approx(weeks.r, rel=1e-3)
    assert days.alpha == pytest.approx(weeks.alpha * 7, rel=1e-3)
    np.testing.assert_allclose(
        days.expected_purchases(70, x, t_x * 7, age * 7),
        weeks.expected_purchases(10, x, t_x, age),
        rtol=1e-3,
    )


def test_expectations_hold_over_the_time_to_come():
    # The first half is fitted, the second counted: simulated customers do as they are expected to.
    rng = np.random.default_rng(3)
    n = 20_000
    rates, leaving = rng.gamma(0.8, 1 / 4.0, n), rng.beta(0.8, 2.4, n)
    x, t_x, later = np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        now = 0.0
        while True:
            now += rng.exponential(1 / rates[i])
            if now > 60:
                break
            if now <= 30:
                x[i], t_x[i] = x[i] + 1, now
            else:
                later[i] += 1
            if rng.random() < leaving[i]:
                break
    ages = np.full(n, 30.0)
    expected = fit_bg_nbd(x, t_x, ages).expected_purchases(30, x, t_x, ages)
    assert expected.sum() == pytest.approx(later.sum(), rel=0.03)
    for low, high in ((0, 0), (1, 2), (3, 6)):
        group = (x >= low) & (x <= high)
        assert expected[group].mean() == pytest.approx(later[group].mean(), rel=0.12)


def test_the_slopes_of_both_likelihoods_are_those_of_differences():
    data = np.column_stack(simulated(200, 4))
    weights, at, step = np.ones(200), np.array([0.6, 5.0, 0.9, 2.0]), 1e-6
    slope = _log_likelihood(at, data, weights)[1]
    for j in range(4):
        moved = np.eye(4)[j] * step
        rise = _log_likelihood(at + moved, data, weights)[0]
        fall = _log_likelihood(at - moved, data, weights)[0]
        assert slope[j] == pytest.approx((rise - fall) / (2 * step), rel=1e-4)
    x, m, at = np.array([1.0, 3.0, 7.0]), np.array([20.0, 35.0, 28.0]), np.array([5.0, 3.0, 15.0])
    slope = spend_likelihood(at, x, m)[1]
    for j in range(3):
        moved = np.eye(3)[j] * step
        rise, fall = (spend_likelihood(at + s * moved, x, m)[0] for s in (1, -1))
        assert slope[j] == pytest.approx((rise - fall) / (2 * step), rel=1e-4)


@settings(max_examples=200, deadline=None)
@given(
    st.tuples(*[st.floats(-8, 8)] * 4), st.integers(0, 500), st.floats(0.1, 500),
    st.floats(0, 1), st.floats(0.01, 1000),
)  # fmt: skip
def test_no_customer_makes_the_formulas_overflow(logs, x, age, share, horizon):
    r, alpha, a, b = np.exp(logs)
    model = BgNbd(r, alpha, a, b)
    last = share * age if x else 0.0
    alive = model.probability_alive([x], [last], [age])[0]
    expected = model.expected_purchases(horizon, [x], [last], [age])[0]
    assert 0.0 <= alive <= 1.0
    # Leaving only lowers what the rate alone would give.
    assert 0.0 <= expected <= (r + x) / (alpha + age) * horizon * (1 + 1e-5) + 1e-6


def test_the_series_agrees_with_the_average_over_chances_to_leave():
    rng = np.random.default_rng(6)
    for _ in range(30):
        r, alpha, a, b = np.exp(rng.uniform([-1, -1, -1, 0], [1.5, 3, 1.5, 3]))
        model, x = BgNbd(r, alpha, a, b), float(rng.integers(0, 30))
        series = model._if_alive(20.0, np.array([x]), np.array([30.0]))[0]
        assert series == pytest.approx(model._by_chances_to_leave(20.0, x, 30.0), rel=2e-3)


def test_at_a_equal_to_one_the_expectation_goes_on_smoothly():
    near, at = (
        BgNbd(0.243, 4.414, a, 2.426).expected_purchases(39, [2], [30.0], [38.9])[0]
        for a in (1.001, 1.0)
    )
    assert at == pytest.approx(near, rel=1e-3)


def test_too_few_who_came_back_are_said_to_be():
    with pytest.raises(TooFewCustomersError, match="3 of 50 customers bought again"):
        fit_bg_nbd([1] * 3 + [0] * 47, [1.0] * 3 + [0.0] * 47, [9.0] * 50)


def test_impossible_histories_are_refused():
    with pytest.raises(ValueError, match="t_x no larger than T"):
        fit_bg_nbd([1] * 20, [9.0] * 20, [5.0] * 20)


def test_models_are_plain_data_and_back():
    spend = GammaGamma(6.25, 3.74, 15.44, 0.1, -4055.9, 946)
    assert BgNbd.from_dict(PAPER.to_dict()).expected_purchases(39, [2], [30.43], [38.86])[0] > 1.2
    assert GammaGamma.from_dict(spend.to_dict()) == spend


def test_what_a_purchase_is_worth_worked_by_hand():
    # p (gamma + x m) / (p x + q - 1); for a customer without a repeat purchase everyone's mean.
    model = GammaGamma(6.25, 3.74, 15.44)
    expected = 6.25 * (15.44 + 2 * 22.35) / (12.5 + 2.74)
    found = model.expected_value([2, 0, 3], [22.35, np.nan, 0.0])
    assert found.tolist() == pytest.approx([expected, 6.25 * 15.44 / 2.74, 6.25 * 15.44 / 2.74])
    assert model.mean == pytest.approx(35.2, abs=0.05)


def test_without_a_finite_mean_nothing_is_said_of_new_customers():
    model = GammaGamma(2.0, 0.9, 10.0)
    assert np.isnan(model.expected_value([0], [np.nan])[0])
    assert np.isfinite(model.expected_value([3], [20.0])[0])


def test_spending_that_made_the_data_is_found_again():
    rng = np.random.default_rng(5)
    n = 20_000
    x = rng.integers(1, 8, n)
    own = 15.0 / rng.gamma(3.7, size=n)
    model = fit_gamma_gamma(x, rng.gamma(6.0 * x, own / x))
    assert (model.p, model.q, model.gamma) == pytest.approx((6.0, 3.7, 15.0), rel=0.1)
    assert abs(model.correlation) < 0.05
