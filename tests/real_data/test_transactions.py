"""Order lines of two real shops, against published numbers."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import coterie as ct
from coterie.insight.lifetime import BgNbd
from coterie.workflow.customers import Customers, customers_from_orders

WHERE = os.environ.get("COTERIE_REAL_DATA")
pytestmark = pytest.mark.skipif(not WHERE, reason="COTERIE_REAL_DATA is not set")
CDNOW = {"customer": "c2", "date": "c3", "quantity": "c4", "amount": "c5"}
# The calibration period of Fader, Hardie and Lee 2005: 39 weeks.
CALIBRATION = date(1997, 9, 30)


@pytest.fixture(scope="module")
def retail() -> Customers:
    return customers_from_orders(Path(WHERE or "") / "online_retail.csv", rfm=True)


@pytest.fixture(scope="module")
def calibrated() -> Customers:
    path = Path(WHERE or "") / "CDNOW_sample.txt"
    return customers_from_orders(path, columns=CDNOW, as_of=CALIBRATION, unit="week", expect="39w")


def test_the_retailers_lines_are_cleaned_to_the_known_count(retail):
    assert len(retail) == 4_338
    assert retail.fates["purchase"] == 392_692
    assert sum(retail.fates.values()) == retail.lines == 541_909
    counts = {each.name: each.lines for each in retail.treatments}
    assert counts["guest"] == 135_080
    assert counts["cancelled"] == 9_288
    assert counts["bookkeeping"] == 3
    assert counts["free"] == 2_517
    assert counts["duplicate"] == 5_268
    assert counts["service"] > 2_800


def test_a_retail_customer_known_from_the_data(retail):
    row = retail.frame.row(by_predicate=pl.col("customer_id") == 12_347, named=True)
    assert (row["frequency"], row["recency_days"]) == (7, 3)
    assert row["monetary"] == pytest.approx(4_310.00)
    assert (row["items"], row["distinct_products"]) == (2_458, 103)


def test_a_large_order_sent_back_at_once_is_all_returned(retail):
    row = retail.frame.row(by_predicate=pl.col("customer_id") == 12_346, named=True)
    assert (row["monetary"], row["return_share"]) == (pytest.approx(77_183.60), 100.0)


def test_monetary_adds_up_to_what_was_paid_for(retail):
    assert retail.frame["monetary"].sum() == pytest.approx(8_887_208.894, abs=0.5)


def test_every_season_adds_up_and_every_cell_holds_someone(retail):
    quarters = retail.frame.select("q1_share", "q2_share", "q3_share", "q4_share").sum_horizontal()
    np.testing.assert_allclose(quarters.to_numpy(), 100.0)
    assert retail.frame["rfm_cell"].n_unique() == 10
    assert retail.frame["rfm_cell"].null_count() == 0


def test_recency_frequency_and_monetary_of_the_retailer_are_not_called_natural(retail):
    study = ct.segment(retail.frame, features=["recency_days", "frequency", "monetary"])
    assert study.quality.verdict.kind != "natural"


def test_the_summary_of_cdnow_is_that_of_lifetimes():
    # lifetimes 0.11.3, summary_data_from_transaction_data: the sums and means of all 2,357
    # customers, and the first and last of them; by days, and by calendar weeks.
    path = Path(WHERE or "") / "CDNOW_sample.txt"
    days = customers_from_orders(path).frame
    assert len(days) == 2_357
    assert days["x"].sum() == 4_339
    assert days["t_x"].mean() == pytest.approx(130.4471786, abs=1e-7)
    assert days["T"].mean() == pytest.approx(502.0110310, abs=1e-7)
    assert days["m_x"].fill_null(0).mean() == pytest.approx(17.2925082, abs=1e-6)
    assert days["x"].max() == 43
    assert (days["t_x"].max(), days["T"].min(), days["T"].max()) == (535, 462, 545)
    weeks = customers_from_orders(path, unit="calendar-week").frame
    assert weeks["x"].sum() == 4_004
    assert (weeks["t_x"].max(), weeks["T"].min(), weeks["T"].max()) == (76, 66, 78)
    assert weeks["m_x"].fill_null(0).mean() == pytest.approx(18.2090590, abs=1e-6)


def test_the_calibration_summary_of_cdnow_is_that_of_the_paper(calibrated):
    frame = calibrated.frame
    # Customer 1: x = 2, t_x = 30.43, T = 38.86; m_x = 22.35. Customer 2: 1, 1.71, 38.86, 11.77.
    rows = frame.select("x", "t_x", "T", "m_x").head(2).rows()
    assert rows[0] == pytest.approx((2, 30.43, 38.86, 22.35), abs=0.006)
    assert rows[1] == pytest.approx((1, 1.71, 38.86, 11.77), abs=0.006)
    assert (frame["x"] > 0).sum() == 946
    assert frame["x"].max() == 29


def test_the_parameters_of_cdnow_are_the_published_ones(calibrated):
    # Fader, Hardie and Lee 2005, table 2; for spend, Fader and Hardie 2013.
    model = calibrated.expectation.orders
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx(
        (0.243, 4.414, 0.793, 2.426), abs=0.0006
    )
    assert model.log_likelihood == pytest.approx(-9_582.4, abs=0.05)
    spend = calibrated.expectation.spend
    assert (spend.p, spend.q, spend.gamma) == pytest.approx((6.25, 3.74, 15.44), abs=0.006)
    assert spend.n_customers == 946


def test_the_parameters_published_for_spend_give_the_published_mean(calibrated):
    # p gamma / (q - 1) of the published parameters.
    assert calibrated.expectation.spend.mean == pytest.approx(35.2, abs=0.1)


def test_expectations_meet_what_customers_did_in_the_next_39_weeks(calibrated):
    whole = customers_from_orders(Path(WHERE or "") / "CDNOW_sample.txt", columns=CDNOW).frame
    later = whole["x"].to_numpy() - calibrated.frame["x"].to_numpy()
    expected = calibrated.frame["expected_orders"].to_numpy()
    # An eighth too few in all, and it orders the customers well.
    assert expected.sum() == pytest.approx(later.sum(), rel=0.15)
    assert np.corrcoef(expected, later)[0, 1] > 0.6


def test_published_parameters_expect_what_the_paper_does(calibrated):
    frame = calibrated.frame
    paper = BgNbd(0.243, 4.414, 0.793, 2.426, "week")
    found = paper.expected_purchases(39, frame["x"], frame["t_x"], frame["T"])
    np.testing.assert_allclose(found, frame["expected_orders"].to_numpy(), rtol=2e-3)
    assert found[0] == pytest.approx(1.226, abs=1e-3)


@pytest.mark.parametrize("name", ["Mall_Customers.csv", "marketing_campaign.csv"])
def test_tables_of_customers_are_not_taken_for_orders(name):
    with pytest.raises(ct.InputError, match="looks like a table of customers"):
        customers_from_orders(Path(WHERE or "") / name, dates="dmy")
