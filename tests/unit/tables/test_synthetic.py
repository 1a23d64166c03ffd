"""Generated tables: their shape, their bounds, and the groups planted in them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest

from coterie.errors import ConfigError, OutputError
from coterie.tables import open_table
from coterie.tables.synthetic import (
    MOST_SEGMENTS,
    make_campaign,
    make_customers,
    make_transactions,
    write_sample,
)

MAKERS = [make_customers, make_campaign, make_transactions]
MEASURES = ["age", "annual_income", "spending_score", "savings"]
CAMPAIGN_COLUMNS = [
    "ID",
    "Year_Birth",
    "Education",
    "Marital_Status",
    "Income",
    "Kidhome",
    "Teenhome",
    "Dt_Customer",
    "Recency",
    "MntWines",
    "MntFruits",
    "MntMeatProducts",
    "MntFishProducts",
    "MntSweetProducts",
    "MntGoldProds",
    "NumDealsPurchases",
    "NumWebPurchases",
    "NumCatalogPurchases",
    "NumStorePurchases",
    "NumWebVisitsMonth",
    "AcceptedCmp3",
    "AcceptedCmp4",
    "AcceptedCmp5",
    "AcceptedCmp1",
    "AcceptedCmp2",
    "Complain",
    "Z_CostContact",
    "Z_Revenue",
    "Response",
]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("rows", [1, 2, 57, 3_000])
def test_as_many_rows_as_were_asked_for_and_the_same_for_the_same_seed(make, rows):
    frame, truth = make(rows, segments=min(rows, 3), seed=5)
    assert frame.height == rows
    assert frame.equals(make(rows, segments=min(rows, 3), seed=5)[0])
    assert set(truth["segment"]) == set(range(1, min(rows, 3) + 1))
    if rows > 50:
        assert not frame.equals(make(rows, segments=min(rows, 3), seed=6)[0])


@pytest.mark.parametrize("make", MAKERS)
def test_every_fault_of_a_request_is_told(make):
    with pytest.raises(ConfigError, match=r"1 row or more; 0 .*1 to 12 segments; 13"):
        make(0, segments=13)
    with pytest.raises(ConfigError, match="5 segments need at least 5 rows"):
        make(3, segments=5)


@pytest.mark.parametrize("segments", range(2, MOST_SEGMENTS + 1))
def test_planted_customers_lie_four_standard_deviations_apart(segments):
    frame, truth = make_customers(4_000, segments, seed=segments)
    points = frame.select(MEASURES).to_numpy().astype(float)
    group = truth["segment"].to_numpy()
    centres = np.array([points[group == each].mean(axis=0) for each in np.unique(group)])
    spread = np.max([points[group == each].std(axis=0) for each in np.unique(group)], axis=0)
    # Distances where within-group spread is 1 in each measure.
    nearest = min(np.linalg.norm((a - b) / spread) for a, b in combinations(centres, 2))
    assert nearest >= 4


@pytest.mark.parametrize("segments", [1, 5, 12])
def test_customers_lie_within_real_bounds_and_do_not_pile_up_there(segments):
    frame, _ = make_customers(5_000, segments, seed=2)
    for name, lower, upper in (("age", 18, 70), ("spending_score", 1, 100)):
        column = frame[name]
        assert column.min() >= lower
        assert column.max() <= upper
        assert ((column == lower) | (column == upper)).mean() < 0.01
    assert frame["savings"].min() >= 0


def test_without_groups_customers_are_one_correlated_cloud():
    frame, truth = make_customers(5_000, segments=1, seed=3)
    assert truth["segment"].unique().to_list() == [1]
    correlation = np.corrcoef(frame.select(MEASURES).to_numpy().astype(float).T)
    assert correlation[1, 3] > 0.35
    assert correlation[2, 3] < -0.2


def test_a_campaign_has_the_29_columns_and_reads_without_a_question(tmp_path):
    frame, truth = make_campaign(2_000, segments=4, seed=1)
    assert frame.columns == CAMPAIGN_COLUMNS
    assert frame["Income"].null_count() == 20
    assert set(frame["Z_CostContact"]) == {3}
    assert set(frame["Z_Revenue"]) == {11}
    assert frame["ID"].n_unique() == 2_000
    path, _ = write_sample("campaign", 2_000, 4, 1, tmp_path / "campaign.csv")
    assert open_table(path).orders == {"Dt_Customer": "dmy"}
    joined = frame.join(truth, on="ID").group_by("segment").agg(pl.col("Income").median())
    assert joined["Income"].max() > 2 * joined["Income"].min()


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_the_dates_of_even_the_smallest_campaign_are_decided(tmp_path, rows):
    for seed in range(20):
        path, _ = write_sample("campaign", rows, 1, seed, tmp_path / "c.csv")
        assert open_table(path).orders == {"Dt_Customer": "dmy"}


def test_transactions_hold_cancellations_guests_and_planted_groups():
    frame, truth = make_transactions(20_000, segments=3, seed=1)
    cancelled = frame["InvoiceNo"].str.starts_with("C")
    assert 0.005 < cancelled.mean() < 0.03
    assert (frame.filter(cancelled)["Quantity"] < 0).all()
    assert (frame.filter(~cancelled)["Quantity"] > 0).all()
    assert frame["CustomerID"].null_count() == 4_000
    assert truth.height == round(20_000 / 90)
    assert frame["InvoiceDate"].is_sorted()
    per_customer = (
        frame.drop_nulls("CustomerID")
        .group_by("CustomerID")
        .agg(visits=pl.col("InvoiceNo").n_unique(), last=pl.col("InvoiceDate").max())
        .join(truth, on="CustomerID")
        .group_by("segment")
        .agg(pl.col("visits").median(), pl.col("last").median())
        .sort("segment")
    )
    assert per_customer.height == 3
    assert per_customer["visits"].n_unique() == 3
    assert per_customer["last"].n_unique() == 3


def test_a_sample_is_written_with_its_truth_beside_it(tmp_path):
    path, truth = write_sample("customers", 50, 2, 0, tmp_path / "sample.parquet")
    assert (path.name, truth.name) == ("sample.parquet", "sample_truth.csv")
    assert pl.read_parquet(path).height == pl.read_csv(truth).height == 50
    with pytest.raises(ConfigError, match="shops was asked for"):
        write_sample("shops", 50, 2, 0, tmp_path / "a.csv")
    with pytest.raises(OutputError, match="ends in"):
        write_sample("customers", 50, 2, 0, tmp_path / "a.xls")
