"""What the choice and the verdict say of public customer files."""

import polars as pl

import coterie as ct


def test_mall_customers_on_income_and_score_are_five_natural_groups(real_data):
    columns = ["Annual Income (k$)", "Spending Score (1-100)"]
    quality = ct.segment(real_data / "Mall_Customers.csv", features=columns).quality
    assert (quality.k, quality.verdict.kind) == (5, "natural")


def test_marketing_campaign_is_a_continuum_with_a_reproducible_cut(real_data):
    quality = ct.segment(real_data / "marketing_campaign.csv").quality
    assert quality.k in (2, 3, 4)
    assert quality.verdict.kind == "reproducible"


def test_segmentation_data_is_a_constructed_cut_in_any_row_order(real_data):
    frame = pl.read_csv(real_data / "segmentation_data.csv")
    for table in (frame, frame.sample(fraction=1.0, shuffle=True, seed=3)):
        assert ct.segment(table).quality.verdict.kind == "constructed"
