"""Whole runs on public customer data: what a user of each file must get."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import coterie as ct
from coterie.schema.notes import Note


def noted(study: ct.Study, topic: str, column: str) -> list[Note]:
    return [note for note in study.notes if (note.topic, note.column) == (topic, column)]


@pytest.fixture(scope="module")
def campaign(real_data: Path) -> ct.Study:
    return ct.segment(real_data / "marketing_campaign.csv")


def test_every_campaign_customer_is_placed_and_every_oddity_reported(campaign):
    assert (campaign.rows, campaign.kept) == (2240, 2240)
    assert sum(segment.size for segment in campaign.segments) == 2240
    (missing,) = noted(campaign, "missing", "Income")
    assert missing.count == 24
    (impossible,) = noted(campaign, "impossible", "Year_Birth")
    assert impossible.count == 3
    assert all(year in impossible.text for year in ("1893", "1899", "1900"))
    (far,) = noted(campaign, "outlier", "Income")
    assert "666,666" in far.text


def test_the_largest_income_has_no_segment_of_its_own(campaign):
    labelled = campaign.labelled.collect().to_native()
    richest = labelled.sort("Income", descending=True, nulls_last=True).row(0, named=True)
    assert richest["Income"] == 666_666
    assert campaign.segments[richest["segment_id"] - 1].size > 100
    assert min(segment.share for segment in campaign.segments) > 0.03


def test_the_lowest_earners_are_not_called_premium(campaign):
    poorest = min(campaign.segments, key=lambda segment: segment.profile["Income"])
    said = f"{poorest.name} {poorest.archetype} {poorest.advice}".casefold()
    assert not any(word in said for word in ("premium", "star", "vip", "luxury"))


def test_campaign_responses_describe_and_are_no_features(campaign):
    responses = {"AcceptedCmp1", "AcceptedCmp5", "Response"}
    assert not responses & set(campaign.segmentation.features)
    assert responses <= set(campaign.profiles.overall.rates)


def test_a_response_asked_for_by_name_is_used_with_a_warning(real_data):
    study = ct.segment(
        real_data / "marketing_campaign.csv", k=3, features=("Income", "total_spend", "Response")
    )
    assert "Response" in study.segmentation.features
    assert any(note.level == "warning" and note.topic == "response" for note in study.notes)


def test_mall_customers_have_five_natural_groups_on_income_and_score(real_data):
    study = ct.segment(
        real_data / "Mall_Customers.csv",
        features=("Annual Income (k$)", "Spending Score (1-100)"),
    )
    assert (study.k, study.quality.verdict.kind) == (5, "natural")
    row = next(row for row in study.quality.table if row.k == 5)
    assert row.silhouette == pytest.approx(0.5547, abs=0.002)
    archetypes = {segment.archetype for segment in study.segments}
    assert {"Stars", "Careless", "Sensible", "Miser"} <= archetypes
    assert "Gender" in study.profiles.overall.choices


def test_segmentation_data_is_said_to_have_no_groups(real_data):
    study = ct.segment(real_data / "segmentation_data.csv")
    assert study.quality.verdict.kind == "constructed"
    at_four = next(row for row in study.quality.table if row.k == 4)
    assert at_four.inertia <= 579.70 * 1.0001
    scored = study.segmentation.score(real_data / "segmentation_new_customers.csv")
    assert len(scored) == 100
    placed = [
        study.segmentation.place(row)
        for row in pl.read_csv(real_data / "segmentation_new_customers.csv").to_dicts()
    ]
    assert [p.segment_id for p in placed] == scored.get_column("segment_id").to_list()
    assert sum(bool(p.outside_range) for p in placed) > 20
    assert any(p.unlike for p in placed)


@pytest.mark.parametrize(
    "name",
    [
        "Mall_Customers_Genre.csv",
        "Mall_Customers_trailing_space_headers.csv",
        "Mall_Customers_with_missing_values.csv",
        "Wholesale_latin1_nbsp_trailing_commas.csv",
        "marketing_campaign_bom.csv",
        "marketing_campaign_d-Mon-yy.csv",
        "marketing_campaign_leading_space_header.csv",
        "marketing_campaign_semicolon_ddmmyyyy_slash.csv",
    ],
)
def test_messy_files_are_segmented_whole(real_data, name):
    study = ct.segment(real_data / "messy" / name, k=3)
    assert study.kept + len(study.quarantine.collect()) == study.rows
    assert sum(segment.size for segment in study.segments) == study.kept
    assert study.rows in (200, 440, 2240)


def test_other_spellings_of_the_campaign_columns_are_known_too(real_data):
    study = ct.segment(real_data / "messy" / "marketing_campaign_leading_space_header.csv", k=3)
    assert {"total_spend", "age"} <= set(study.segmentation.features)


def test_order_lines_given_as_customers_are_said_not_to_be_customers(real_data):
    study = ct.segment(real_data / "online_retail.csv", k=2)
    warnings = [note.text for note in study.notes if note.level == "warning"]
    assert any("a row does not seem to be a customer" in text for text in warnings)
